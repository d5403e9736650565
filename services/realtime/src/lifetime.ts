/**
 * Expiry of the tokens of connected sockets.
 *
 * | state    | enters                    | at its time                                             | a fresh token |
 * |----------|---------------------------|---------------------------------------------------------|---------------|
 * | valid    | connected or refreshed    | `warningMs` before expiry: `onWarning` → warned         | valid         |
 * | warned   |                           | `graceMs` after expiry: `onExpired` → forgotten         | valid         |
 *
 * One timer serves all of them: sockets wait in buckets of `BUCKET_MS`, so that thousands cost one look-up a tick.
 */
export type Lifetimes<M> = {
  /** Starts or restarts the wait. Warns at once when less than the warning time is left. */
  readonly track: (member: M, expiresAtMs: number) => void
  readonly forget: (member: M) => void
  readonly tick: () => void
}

export type LifetimeRules<M> = {
  readonly warningMs: number
  readonly graceMs: number
  readonly onWarning: (member: M, expiresAtMs: number) => void
  readonly onExpired: (member: M) => void
}

type Wait = { readonly state: 'valid' | 'warned'; readonly expiresAtMs: number; readonly bucket: number }

const BUCKET_MS = 250

export function createLifetimes<M>(rules: LifetimeRules<M>, nowMs: () => number): Lifetimes<M> {
  const waits = new Map<M, Wait>()
  const buckets = new Map<number, Set<M>>()
  let nextBucket = bucketOf(nowMs())

  return { track, forget, tick }

  function track(member: M, expiresAtMs: number): void {
    forget(member)
    const warnAtMs = expiresAtMs - rules.warningMs
    if (warnAtMs <= nowMs()) warn(member, expiresAtMs)
    else wait(member, 'valid', expiresAtMs, warnAtMs)
  }

  function forget(member: M): void {
    const known = waits.get(member)
    if (!known) return
    waits.delete(member)
    const bucket = buckets.get(known.bucket)!
    bucket.delete(member)
    if (bucket.size === 0) buckets.delete(known.bucket)
  }

  function tick(): void {
    // A bucket is due when all of its time has passed: nobody is closed early.
    for (const now = bucketOf(nowMs()); nextBucket < now;) {
      const due = buckets.get(nextBucket++) // from here on nothing is put into it
      for (const member of due ?? []) {
        const { state, expiresAtMs } = waits.get(member)!
        forget(member)
        if (state === 'valid') warn(member, expiresAtMs)
        else rules.onExpired(member)
      }
    }
  }

  function warn(member: M, expiresAtMs: number): void {
    wait(member, 'warned', expiresAtMs, expiresAtMs + rules.graceMs)
    rules.onWarning(member, expiresAtMs)
  }

  function wait(member: M, state: Wait['state'], expiresAtMs: number, untilMs: number): void {
    // Never a bucket that has been served: it would wait there for ever.
    const bucket = Math.max(bucketOf(untilMs), nextBucket)
    waits.set(member, { state, expiresAtMs, bucket })
    const members = buckets.get(bucket)
    if (members) members.add(member)
    else buckets.set(bucket, new Set([member]))
  }
}

function bucketOf(timeMs: number): number {
  return Math.floor(timeMs / BUCKET_MS)
}
