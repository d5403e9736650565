import type { Query } from '@tanstack/query-core'
import type { Clock } from '../clock.ts'

/**
 * Reads stale queries again, at a steady pace for the page as a whole however fast events come. Nothing is queued: whatever
 * is stale when its turn comes is read, so that what became current meanwhile is not.
 *
 * | the page is | means                              | left by                                               |
 * |-------------|------------------------------------|-------------------------------------------------------|
 * | quiet       | nothing is stale, or all of it rests | wake → gathering                                    |
 * | gathering   | more events of one change may come | timer → a read begins → pausing; nothing stale → quiet |
 * | pausing     | a read has just begun              | timer → the next begins → pausing; nothing stale → quiet |
 */
export type Refetches = {
  /** A query may be stale. */
  wake(): void
  /** A read has failed. What is shown stays, and is stale, so it is read again, but not at once. */
  failed(query: Query): void
  stop(): void
}

/** Time for what one change tells in several events. */
const GATHER_MS = 50
/** Between two reads of a page: at most four in a second. */
const PAUSE_MS = 250
/** Between two reads of one query. */
const REST_MS = 1_000
/** After a read that failed, its own retries included. */
const RETRY_MS = 5_000

/** @param queries those that are kept fresh */
export function createRefetches(queries: () => readonly Query[], clock: Clock): Refetches {
  /** Queries that were read just now; each with the way to take its timer back. */
  const resting = new Map<Query, () => void>()
  let cancelTurn: (() => void) | null = null

  function wake(delayMs = GATHER_MS): void {
    cancelTurn ??= clock.after(delayMs, turn)
  }

  function turn(): void {
    cancelTurn = null
    const owed = queries().filter((query) => isOwed(query) && !resting.has(query))
    // What was read longest ago first: when more is owed than there are turns, all of it gets one.
    const [next] = owed.toSorted((one, other) => one.state.dataUpdatedAt - other.state.dataUpdatedAt)
    if (!next) return
    rest(next, REST_MS)
    wake(PAUSE_MS)
    // A failure is told by the cache, and shown by whoever watches the query.
    next.fetch().catch(() => {})
  }

  function rest(query: Query, forMs: number): void {
    resting.get(query)?.()
    resting.set(
      query,
      clock.after(forMs, () => {
        resting.delete(query)
        wake()
      }),
    )
  }

  return {
    wake,
    failed: (query) => rest(query, RETRY_MS),
    stop() {
      cancelTurn?.()
      for (const cancel of resting.values()) cancel()
    },
  }
}

/** Stale, shown to somebody, and not being read. With nothing to show, trying again is for people to ask. */
function isOwed(query: Query): boolean {
  const { isInvalidated, fetchStatus, data } = query.state
  return isInvalidated && fetchStatus === 'idle' && data !== undefined && query.isActive()
}
