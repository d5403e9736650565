/** Returns 0 ≤ x < 1, like Math.random. */
export type Random = () => number

/** First and longest delay of a row of attempts, in milliseconds. */
export type Backoff = { readonly baseMs: number; readonly capMs: number }

const JITTER = 0.2

/**
 * Delay before attempt `attempt` (from 0): anywhere between 0 and the doubled-each-time ceiling. Full jitter spreads
 * clients that lost the same server better than any other spread does
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export function fullJitterMs(attempt: number, { baseMs, capMs }: Backoff, random: Random): number {
  return random() * Math.min(capMs, baseMs * 2 ** attempt)
}

/** An interval ± 20 %, so that clients which started together do not poll together. */
export function spreadMs(intervalMs: number, random: Random): number {
  return intervalMs * (1 - JITTER + 2 * JITTER * random())
}
