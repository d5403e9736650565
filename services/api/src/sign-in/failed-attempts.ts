import { normalizeIP } from '@fastify/rate-limit'

/**
 * Counts sign-ins that failed, so that guessing is slow from however many addresses and at however many accounts. Only failures:
 * a shop whose tills all sign in at once, from one address, is let in.
 *
 * Windows are fixed, of a minute, from the first failure on. Counted in each process.
 */
export type FailedAttempts = {
  /** Whole seconds until another try is let through; 0 when it is now. */
  readonly waitSeconds: (keys: readonly string[]) => number
  readonly count: (keys: readonly string[]) => void
}

const WINDOW_MS = 60_000

/** Remembered at once; beyond that the oldest is forgotten. Checking as many passwords takes longer than the window. */
const KEYS_MAX = 50_000

/** What a failure counts against. An IPv6 address stands for its /64: whoever has one address there has them all. */
export function attemptKeys(ip: string, account?: string): string[] {
  return [`address ${normalizeIP(ip)}`, ...(account === undefined ? [] : [`account ${account}`])]
}

/** @param max failures of one key in a minute */
export function createFailedAttempts(max: number, nowMs: () => number = Date.now): FailedAttempts {
  const failures = new Map<string, { count: number; endsAtMs: number }>()

  return { waitSeconds, count }

  function waitSeconds(keys: readonly string[]): number {
    const waitsMs = keys.map((key) => {
      const known = failures.get(key)
      return known && known.count >= max ? known.endsAtMs - nowMs() : 0
    })
    return Math.max(0, ...waitsMs.map((waitMs) => Math.ceil(waitMs / 1000)))
  }

  function count(keys: readonly string[]): void {
    for (const key of keys) {
      const known = failures.get(key)
      if (known && known.endsAtMs > nowMs()) {
        known.count++
        continue
      }
      failures.delete(key) // and to the end of the line: what is forgotten first is at its front
      if (failures.size >= KEYS_MAX) failures.delete(failures.keys().next().value!)
      failures.set(key, { count: 1, endsAtMs: nowMs() + WINDOW_MS })
    }
  }
}
