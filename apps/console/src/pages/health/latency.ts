/** How long one event took from its commit to this screen. */
export type Sample = { readonly id: string; readonly at: string; readonly type: string; readonly ms: number }

/** As many as the chart shows. */
export const SAMPLES_MAX = 80

export type Latencies = {
  readonly samples: readonly Sample[]
  readonly medianMs: number
  readonly p95Ms: number
  /** How far this device's clock must be behind the server's, at least: nothing arrives before it was committed. */
  readonly clockBehindMs: number
}

/** Adds a sample behind the others; the oldest make room. */
export function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  return [...samples, sample].slice(-SAMPLES_MAX)
}

/**
 * Sums samples up. Two clocks are compared, the server's and this device's: when that makes an event arrive before its
 * commit, all of them are moved by what the clock is behind at least. Null without samples.
 */
export function summarize(measured: readonly Sample[]): Latencies | null {
  if (measured.length === 0) return null
  const fastest = Math.min(...measured.map(({ ms }) => ms))
  const clockBehindMs = Math.max(0, -fastest)
  const samples = measured.map((sample) => ({ ...sample, ms: sample.ms + clockBehindMs }))
  const sorted = samples.map(({ ms }) => ms).toSorted((a, b) => a - b)
  return { samples, medianMs: quantile(sorted, 0.5), p95Ms: quantile(sorted, 0.95), clockBehindMs }
}

/** The nearest rank: always a value that was measured. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
}
