import { setTimeout as sleep } from 'node:timers/promises'
import { aborted } from '../stop-signal.ts'

/** A part of the platform that has started. */
export type Running = {
  readonly pid: number
  /** Resolves when it has ended, with how: a signal's name or an exit code. */
  readonly ended: Promise<string>
  /** Ends it, gracefully if it can be; resolves when it is gone. */
  stop(): Promise<void>
}

export type KeepOptions = {
  /** For messages. */
  name: string
  /** Starts it; resolves when it works. Must give up, leaving nothing behind, when the signal is aborted. */
  start: (closing: AbortSignal) => Promise<Running>
  say: (message: string, level?: 'info' | 'warn') => void
  /** Test seams; the real ones by default. */
  now?: () => number
  pause?: (ms: number, signal: AbortSignal) => Promise<void>
}

export type Kept = {
  /** Resolves when it works for the first time; rejects when it does not start. */
  readonly ready: Promise<void>
  /** Ends it for good. */
  stop(): Promise<void>
}

/** Long enough to see what the others do without it. */
const PAUSE_MS = 5_000
const PAUSE_MAX_MS = 60_000
/** Whoever ran this long was healthy: the next pause is short again. */
const HEALTHY_MS = 60_000

/**
 * Keeps one part running.
 *
 *   starting  first time: works → running; does not → failed, and the end. Later: does not → waiting
 *   running   ends by itself → waiting; stop → stopped
 *   waiting   5 s, 10 s, 20 s … 60 s → starting; stop → stopped
 */
export function keepRunning({ name, start, say, now = () => performance.now(), pause = wait }: KeepOptions): Kept {
  const closing = new AbortController()
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>()
  ready.catch(() => undefined) // told to whoever waits for it
  const life = run()
  return {
    ready,
    async stop() {
      closing.abort()
      await life
    },
  }

  async function run(): Promise<void> {
    let failures = 0
    let started = false
    while (!closing.signal.aborted) {
      const since = now()
      let how: string
      try {
        const running = await start(closing.signal)
        started = true
        resolve()
        how = `ended (${await endOf(running)})`
      } catch (error) {
        if (closing.signal.aborted) return
        if (!started) return reject(error)
        how = `did not start (${(error as Error).message})`
      }
      if (closing.signal.aborted) return
      failures = now() - since > HEALTHY_MS ? 1 : failures + 1
      const pauseMs = Math.min(PAUSE_MS * 2 ** (failures - 1), PAUSE_MAX_MS)
      say(`${name} ${how}; it starts again in ${pauseMs / 1000} s`, 'warn')
      await pause(pauseMs, closing.signal)
    }
  }

  async function endOf(running: Running): Promise<string> {
    const how = await Promise.race([running.ended, aborted(closing.signal)])
    if (how === undefined) await running.stop()
    return how ?? 'stopped'
  }
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined) // aborted: whoever waits looks at the signal next
}
