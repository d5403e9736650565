/** What a reader of one stream was given, against what was committed. All zero: each event once, in order. */
export type Faults = { readonly lost: number; readonly doubled: number; readonly outOfOrder: number }

export type StreamRecord = {
  /** Takes down the next event that the reader's handlers got. */
  take(seq: number): void
  /** The furthest position that the reader has seen. */
  readonly position: number
  /** What is wrong, once everything up to `head` should have come. */
  faults(head: number): Faults
}

/**
 * Judges a reader as it reads, in memory that does not grow with what goes well: only what is missing is remembered.
 *
 * @param after position at which the reader began: the next event is the first that it is to get
 */
export function createStreamRecord(after: number): StreamRecord {
  const missing = new Set<number>()
  let position = after
  let doubled = 0
  let outOfOrder = 0
  return {
    take(seq) {
      if (seq <= position) {
        if (missing.delete(seq)) outOfOrder++
        else doubled++
        return
      }
      for (let skipped = position + 1; skipped < seq; skipped++) missing.add(skipped)
      position = seq
    },
    get position() {
      return position
    },
    faults: (head) => ({ lost: missing.size + Math.max(0, head - position), doubled, outOfOrder }),
  }
}
