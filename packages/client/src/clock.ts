/** Time as the SDK sees it; tests bring their own. */
export type Clock = {
  /** Milliseconds since 1970. May jump: a machine sleeps, a person sets the clock. */
  now(): number
  /** Runs once, `delayMs` from now; the answer takes it back. */
  after(delayMs: number, run: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}
