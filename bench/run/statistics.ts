import { DISTURBED, waitUntilQuiet, watchDisturbance } from '../machine/disturbance.ts'
import type { Settings } from './part.ts'

/** The middle one, or the mean of the two in the middle; NaN of nothing. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/** Durations, kept one by one: benchmarks are short, and a quantile that was estimated would have to be explained. */
export type Durations = {
  add(ms: number): void
  readonly count: number
  /** Nearest rank; NaN of nothing. */
  quantile(share: number): number
}

export function createDurations(): Durations {
  let values = new Float64Array(4096)
  let count = 0
  return {
    add(ms) {
      if (count === values.length) {
        const larger = new Float64Array(2 * count)
        larger.set(values)
        values = larger
      }
      values[count++] = ms
    },
    get count() {
      return count
    },
    quantile(share) {
      const sorted = values.slice(0, count).toSorted()
      return sorted[Math.max(0, Math.ceil(count * share) - 1)] ?? Number.NaN
    },
  }
}

const ATTEMPTS = 2

/** Measurements of several contenders in turns, so that a disturbance of the machine does not hit one of them alone. */
export async function inTurns<Name extends string, Result>(
  { rounds, patienceSeconds }: Pick<Settings, 'rounds' | 'patienceSeconds'>,
  contenders: Readonly<Record<Name, () => Promise<Result>>>,
  onResult: (name: Name, result: Result, round: number) => void,
): Promise<Record<Name, Result[]>> {
  const names = Object.keys(contenders) as Name[]
  const results = Object.fromEntries(names.map((name) => [name, [] as Result[]])) as Record<Name, Result[]>
  for (let round = 1; round <= rounds; round++) {
    for (const name of names) {
      const result = await inCalm(patienceSeconds, contenders[name])
      results[name].push(result)
      onResult(name, result, round)
    }
  }
  return results
}

async function inCalm<Result>(patienceSeconds: number, measure: () => Promise<Result>): Promise<Result> {
  let calmest: { result: Result; disturbance: number } | null = null
  for (let attempt = 1; attempt <= (patienceSeconds > 0 ? ATTEMPTS : 1); attempt++) {
    await waitUntilQuiet(patienceSeconds)
    const watched = watchDisturbance()
    const result = await measure()
    const { others, stolen } = watched()
    const disturbance = others + stolen
    if (calmest === null || disturbance < calmest.disturbance) calmest = { result, disturbance }
    if (disturbance <= DISTURBED) break
  }
  return calmest!.result
}

/** The median of one figure over rounds. */
export const medianOf = <Result>(results: readonly Result[], figure: (result: Result) => number): number =>
  median(results.map(figure))
