/** The two clocks that logic here depends on; tests bring their own. */
export type Clock = {
  /** Milliseconds since the Unix epoch: for what other machines wrote (token expiry, signatures, commit times). */
  readonly wallMs: () => number
  /** Milliseconds from any start, never set back: for everything that measures how long. */
  readonly monotonicMs: () => number
}

export const systemClock: Clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() }
