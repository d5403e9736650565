export type Revocations = {
  /**
   * Refuses a subject of a tenant until then (milliseconds since the epoch), when its last token has expired anyway.
   */
  readonly add: (tenant: string, subject: string, untilMs: number) => void
  readonly has: (tenant: string | null, subject: string) => boolean
}

const REVOCATIONS_MAX = 100_000

/** Subjects whose tokens no longer count. Bounded: when full, the one that was added first makes room. */
export function createRevocations(nowMs: () => number, max = REVOCATIONS_MAX): Revocations {
  const untilBySubject = new Map<string, number>()

  return { add, has }

  function add(tenant: string, subject: string, untilMs: number): void {
    if (untilMs <= nowMs()) return
    const key = keyOf(tenant, subject)
    const known = untilBySubject.get(key) ?? 0
    untilBySubject.delete(key)
    if (untilBySubject.size >= max) makeRoom()
    untilBySubject.set(key, Math.max(known, untilMs))
  }

  function has(tenant: string | null, subject: string): boolean {
    if (tenant === null) return false
    const untilMs = untilBySubject.get(keyOf(tenant, subject))
    return untilMs !== undefined && untilMs > nowMs()
  }

  function makeRoom(): void {
    for (const [key, untilMs] of untilBySubject) if (untilMs <= nowMs()) untilBySubject.delete(key)
    for (const key of untilBySubject.keys()) {
      if (untilBySubject.size < max) return
      untilBySubject.delete(key)
    }
  }
}

/** A tenant is a slug without spaces, so no two pairs share a key. */
function keyOf(tenant: string, subject: string): string {
  return `${tenant} ${subject}`
}
