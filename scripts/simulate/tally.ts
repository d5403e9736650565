/** What came of one step of the simulation. */
export type Outcome = 'done' | 'refused' | 'unexpected'

export type Totals = {
  readonly done: number
  /** Said no to, as it should be: not enough points, changed meanwhile. */
  readonly refused: number
  /** Sent again, because no answer came or the API was not there. */
  readonly retried: number
  /** Answered otherwise than the API promises, or not at all. */
  readonly unexpected: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** What customers showed and answered, and what was changed by hand. */
  readonly sights: Readonly<Record<Sight, number>>
}

export const sights = ['scanned', 'accepted', 'declined', 'adjusted'] as const
type Sight = (typeof sights)[number]

export type Tally = {
  count(outcome: Outcome): void
  retry(): void
  saw(sight: Sight): void
  /** How long a change took, from the till's point of view. */
  took(ms: number): void
  readonly totals: Totals
}

const SAMPLES_MAX = 10_000

/** Counts outcomes, and keeps the latest durations. */
export function createTally(): Tally {
  const counts = { done: 0, refused: 0, retried: 0, unexpected: 0 }
  const seen = Object.fromEntries(sights.map((sight) => [sight, 0])) as Record<Sight, number>
  const samples = new Float64Array(SAMPLES_MAX)
  let taken = 0
  return {
    count: (outcome) => void counts[outcome]++,
    retry: () => void counts.retried++,
    saw: (sight) => void seen[sight]++,
    took: (ms) => void (samples[taken++ % SAMPLES_MAX] = ms),
    get totals() {
      const sorted = samples.slice(0, Math.min(taken, SAMPLES_MAX)).toSorted()
      return { ...counts, p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99), sights: { ...seen } }
    },
  }
}

/** Nearest rank; 0 of nothing. */
function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
}
