import type { StreamEvent } from '@loyalty-live/events'
import { formatCursor, type Cursor } from '@loyalty-live/events/cursor'
import type { Query, QueryCacheNotifyEvent, QueryClient } from '@tanstack/query-core'
import type { LoyaltyClient } from '../client.ts'
import { systemClock, type Clock } from '../clock.ts'
import { isAhead } from '../is-ahead.ts'
import { createEventLog } from './event-log.ts'
import { queryKeys, type ResourceKey } from './keys.ts'
import { positionOf, snapshotsOf } from './position.ts'
import { createRefetches } from './refetches.ts'
import { patches as versioned, readAgain, type Patches } from './rules.ts'
import type { Snapshot } from './snapshots.ts'
import { touched } from './touched.ts'

export type BindOptions = {
  /** Only this tenant's queries are kept fresh. Default: all that `queryKeys` can name. */
  readonly tenant?: string | undefined
  /** More that is changed in place, such as `logPatches`; what has no patch is read again. */
  readonly patches?: Patches | undefined
  readonly clock?: Clock | undefined
}

/** The part of a client that the bridge lives on. */
export type BridgedClient = Pick<LoyaltyClient, 'on' | 'cursor' | 'resumeFrom'>

/** Events remembered for snapshots that are on their way; one that is older than they reach is read again. */
const LOG_EVENTS_MAX = 1_000
/** Events of one frame change the cache, and so the page, once. */
const FRAME_MS = 16

/**
 * Keeps every query that is asked for by `queryKeys` as fresh as the client's stream, until the answer is called.
 *
 * Lists, pages and records are changed in place, never to an older version; what an event does not say enough about is read
 * again, coalesced. A snapshot that arrives gets the events that happened since its `cursor`. On `reset` everything of the
 * tenant is read again. A client that has no position yet starts from the first snapshot.
 */
export function bindQueryClient(
  client: BridgedClient,
  queryClient: QueryClient,
  { tenant, patches, clock = systemClock }: BindOptions = {},
): () => void {
  const all: Patches = { ...versioned, ...patches }
  const cache = queryClient.getQueryCache()
  const log = createEventLog(LOG_EVENTS_MAX)
  const refetches = createRefetches(ownQueries, clock)
  /** Which events a query held when its present fetch began, and whether it was stale then. */
  const fetchBegan = new WeakMap<Query, { readonly at: Cursor | null; readonly isInvalidated: boolean }>()
  let pending: StreamEvent[] = []
  let cancelFrame: (() => void) | null = null
  let writing = false

  function isOwn({ queryKey: [root, of] }: Query): boolean {
    return root === queryKeys.all[0] && (tenant ?? of) === of
  }

  function ownQueries(): readonly Query[] {
    return cache.getAll().filter(isOwn)
  }

  /** How far the cache is; behind the log while events wait for their frame. */
  function applied(): Cursor | null {
    const next = pending[0]
    return next ? { epoch: next.epoch, seq: next.seq - 1 } : log.position
  }

  /** The first event of a quiet time shows at once; those that follow within the frame, together. */
  function take(event: StreamEvent): void {
    log.append(event, event)
    pending.push(event)
    if (cancelFrame === null) flush()
  }

  function flush(): void {
    cancelFrame = null
    if (pending.length === 0) return
    const events = pending
    pending = []
    cancelFrame = clock.after(FRAME_MS, flush)
    for (const query of ownQueries()) apply(query, events)
  }

  function apply(query: Query, events: readonly StreamEvent[]): void {
    const [, of, resource, params] = query.queryKey as ResourceKey
    const { data, dataUpdatedAt, isInvalidated } = query.state
    const own = events.filter((event) => event.tenant === of && touched[event.type].includes(resource))
    if (data === undefined || own.length === 0) return
    const patched = (all[resource]?.(Object(params)) ?? readAgain)(data, own)
    if (patched.data !== data) {
      writing = true
      // A patch does not change when a query was last read…
      queryClient.setQueryData(query.queryKey, patched.data, { updatedAt: dataUpdatedAt })
      writing = false
    }
    // …nor does it make one fresh that is to be read again.
    if (patched.stale || isInvalidated) query.invalidate()
  }

  function onCacheEvent({ type, query, ...event }: QueryCacheNotifyEvent): void {
    if (writing || !isOwn(query)) return
    const action = 'action' in event ? event.action.type : type
    if (action === 'fetch') fetchBegan.set(query, { at: applied(), isInvalidated: query.state.isInvalidated })
    if (action === 'success' || action === 'added') reconcile(query)
    if (action === 'error') refetches.failed(query)
    if (query.state.isInvalidated) refetches.wake()
  }

  /**
   * Brings what has just arrived up to where the stream is, from the position of its oldest snapshot. Pages that a fetch of one
   * more page has only carried along are as they were when it began; and what does not say where it stands was read after that.
   */
  function reconcile(query: Query): void {
    const { data, fetchMeta } = query.state
    const began = fetchBegan.get(query)
    const more = fetchMeta?.fetchMore?.direction
    const snapshots = snapshotsOf(data)
    const read = more ? [snapshots.at(more === 'forward' ? -1 : 0)] : snapshots
    const bases = read.map(positionOf).filter((base) => base !== null)
    if (began?.at && (more || bases.length === 0)) bases.push(began.at)
    const [oldest] = bases.toSorted((one, other) => (isAhead(one, other) ? 1 : -1))
    if (more && began?.isInvalidated) query.invalidate()
    if (oldest) catchUp(query, oldest)
  }

  function catchUp(query: Query, base: Cursor): void {
    followClient()
    if (log.position === null) {
      log.restart(base)
      return client.resumeFrom(formatCursor(base))
    }
    const missed = log.since(base)
    if (missed === null) query.invalidate()
    else apply(query, missed)
  }

  /** A client that was moved on, or has found its position by itself, has skipped what the log does not hold. */
  function followClient(): void {
    const position = positionOf(client)
    if (position && (log.position === null || isAhead(position, log.position))) log.restart(position)
  }

  function onReset(start: Snapshot): void {
    pending = []
    log.restart(positionOf(start))
    // A read that is on its way may be of the old history: it is cancelled, and begun again.
    void queryClient.invalidateQueries({ predicate: isOwn })
  }

  followClient()
  for (const query of ownQueries()) reconcile(query)
  const undo = [
    client.on('event', take),
    client.on('unknown', (event) => log.append(event, null)),
    client.on('reset', onReset),
    cache.subscribe(onCacheEvent),
    () => cancelFrame?.(),
    refetches.stop,
  ]
  return () => {
    for (const each of undo) each()
  }
}
