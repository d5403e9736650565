/** Resident memory of one process at a moment of the run. */
export type MemorySample = { readonly atMs: number; readonly bytes: number }

export type MemoryGrowth = {
  /** Median of what was held once it was warm. */
  readonly medianBytes: number
  readonly bytesPerHour: number
  /** What that is over the time that was looked at. */
  readonly grownBytes: number
  /** `grows`: by more than noise, see below. The longer the run, the smaller the leak that it finds. */
  readonly verdict: 'steady' | 'grows' | 'too short to tell'
}

/** Code is compiled, pools and histories fill: of this share of the run nothing is concluded. */
const WARM_UP = 1 / 3
/** A heap that has room takes its time to settle. */
const WARM_MIN_MS = 5 * 60_000
/**
 * V8 with room to spare lets resident memory climb in steps, while what is alive stays as it is: a realtime server with 20 MiB
 * alive was seen to go from 139 to 178 MiB in ten minutes.
 */
const NOISE_SHARE = 0.3
const NOISE_BYTES = 64 * 2 ** 20

/**
 * Whether a process keeps more and more. The slope is the median of the slopes between all pairs of samples (Theil and Sen):
 * a peak before a garbage collection moves it little, where a least-squares line would follow it.
 *
 * @param samples in order of time, from the first moment on; three at least
 */
export function judgeGrowth(samples: readonly MemorySample[]): MemoryGrowth {
  const [first, last] = [samples[0]!, samples.at(-1)!]
  const warmAtMs = first.atMs + (last.atMs - first.atMs) * WARM_UP
  const warm = samples.filter(({ atMs }) => atMs >= warmAtMs)
  const slopes = warm.flatMap((one, index) =>
    warm.slice(index + 1).map((other) => (other.bytes - one.bytes) / (other.atMs - one.atMs)),
  )
  const medianBytes = median(warm.map(({ bytes }) => bytes))
  const bytesPerMs = slopes.length === 0 ? 0 : median(slopes)
  const grownBytes = bytesPerMs * (last.atMs - warmAtMs)
  const noiseBytes = Math.max(NOISE_SHARE * medianBytes, NOISE_BYTES)
  const tooShort = last.atMs - warmAtMs < WARM_MIN_MS
  return {
    medianBytes,
    bytesPerHour: bytesPerMs * 3_600_000,
    grownBytes,
    verdict: tooShort ? 'too short to tell' : grownBytes > noiseBytes ? 'grows' : 'steady',
  }
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
