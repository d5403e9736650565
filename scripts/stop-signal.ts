/** npm passes Ctrl-C on to a process that the terminal has told already: what comes this soon is the same Ctrl-C. */
const SAME_SIGNAL_MS = 1_000

export type StopSignal = {
  /** Aborted when the process is asked to end: by Ctrl-C, by SIGTERM, by its terminal or its reader going away. */
  readonly stopping: AbortSignal
  /** Aborted when it is asked again, because the first time takes too long for somebody. */
  readonly hurrying: AbortSignal
}

/**
 * Hears of every polite way to end a process, instead of ending at once.
 *
 * running ─first signal→ stopping ─another, later than a second→ hurrying
 */
export function listenForStop(now: () => number = () => performance.now()): StopSignal {
  const stopping = new AbortController()
  const hurrying = new AbortController()
  let firstAt = 0
  const ask = () => {
    if (!stopping.signal.aborted) {
      firstAt = now()
      stopping.abort()
    } else if (now() - firstAt > SAME_SIGNAL_MS) hurrying.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask)
  // `npm start | head`: without a listener the broken pipe would end this process and leave its children behind.
  process.stdout.on('error', ask)
  return { stopping: stopping.signal, hurrying: hurrying.signal }
}

/** Resolves when a signal is aborted, or was before. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
