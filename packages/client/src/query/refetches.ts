import type { Query, QueryClient } from '@tanstack/query-core'
import type { Clock } from '../clock.ts'

/**
 * Reads stale queries again, each at a steady pace however fast events come.
 *
 * | state    | means                                               | left by                                       |
 * |----------|-----------------------------------------------------|-----------------------------------------------|
 * | idle     | nothing is owed                                     | request → waiting                             |
 * | waiting  | more events of the same burst are let come          | timer → fetching, or idle when nobody watches |
 * | fetching | the query reads, for us or for somebody else        | its end → idle; waiting when asked meanwhile, or when it failed |
 */
export type Refetches = {
  /** The query is stale. It is read again when somebody watches it; otherwise as soon as somebody does. */
  request(query: Query): void
  /** A fetch of the query has ended. */
  ended(query: Query): void
  /** A fetch has failed. What is shown stays, and is stale, so it is read again; with nothing to show, that is for people to ask. */
  failed(query: Query): void
  forget(query: Query): void
  stop(): void
}

/** Time for the rest of a burst to arrive. */
const COALESCE_MS = 300
/** After a read that failed, its own retries included. */
const RETRY_MS = 5_000
/** One query is not read faster than this, so that a page of several stays below four requests a second. */
const SPACING_MS = 1_000

export function createRefetches(queryClient: QueryClient, clock: Clock): Refetches {
  type Owed = { cancel(): void; again: boolean }
  const owed = new Map<Query, Owed>()
  const startedAtMs = new WeakMap<Query, number>()

  function wait(query: Query, atLeastMs = COALESCE_MS): void {
    const sinceMs = clock.now() - (startedAtMs.get(query) ?? -Infinity)
    // A clock that was set back must not hold anything up.
    const spacingMs = sinceMs < 0 ? 0 : SPACING_MS - sinceMs
    owed.set(query, { cancel: clock.after(Math.max(atLeastMs, spacingMs), () => begin(query)), again: false })
  }

  function begin(query: Query): void {
    if (query.state.fetchStatus !== 'idle') {
      owed.set(query, { cancel: () => {}, again: true })
      return
    }
    owed.delete(query)
    startedAtMs.set(query, clock.now())
    // A failure is told by the cache, and shown by whoever watches the query.
    void queryClient.refetchQueries({ type: 'active', predicate: (other) => other === query }, { cancelRefetch: false })
  }

  return {
    request(query) {
      query.invalidate()
      if (!owed.has(query)) wait(query)
    },
    ended(query) {
      if (owed.get(query)?.again) wait(query)
    },
    failed(query) {
      owed.get(query)?.cancel()
      owed.delete(query)
      if (query.state.data !== undefined && query.isActive()) wait(query, RETRY_MS)
    },
    forget(query) {
      owed.get(query)?.cancel()
      owed.delete(query)
    },
    stop() {
      for (const { cancel } of owed.values()) cancel()
      owed.clear()
    },
  }
}
