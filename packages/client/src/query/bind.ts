import type { StreamEvent } from '@loyalty-live/events'
import { parseCursor, type Cursor } from '@loyalty-live/events/cursor'
import type { Query, QueryCacheNotifyEvent, QueryClient } from '@tanstack/query-core'
import type { LoyaltyClient } from '../client.ts'
import { systemClock, type Clock } from '../clock.ts'
import { createEventLog } from './event-log.ts'
import { queryKeys, readKey } from './keys.ts'
import { patchData, snapshotsOf } from './patches.ts'
import { isAfter } from './position.ts'
import { createRefetches } from './refetches.ts'
import { touched } from './touched.ts'

export type BindOptions = {
  /** Only this tenant's queries are reset. Default: all that `queryKeys` can name. */
  readonly tenant?: string | undefined
  readonly clock?: Clock | undefined
}

/** The part of a client that the bridge lives on. */
export type BridgedClient = Pick<LoyaltyClient, 'on' | 'cursor' | 'resumeFrom' | 'status'>

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
  options: BindOptions = {},
): () => void {
  const clock = options.clock ?? systemClock
  const cache = queryClient.getQueryCache()
  const log = createEventLog(LOG_EVENTS_MAX)
  const refetches = createRefetches(queryClient, clock)
  /** Which events a query held when its present fetch began. */
  const fetchBegan = new WeakMap<Query, Cursor | null>()
  let pending: StreamEvent[] = []
  let cancelFrame: (() => void) | null = null
  let writing = false
  log.restart(client.cursor === null ? null : parseCursor(client.cursor))

  const ownQueries = (): Query[] => {
    const { tenant } = options
    return cache.findAll({ queryKey: tenant === undefined ? queryKeys.all : queryKeys.tenant(tenant) })
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
    const key = readKey(query.queryKey)
    const { data } = query.state
    if (key === null || data === undefined) return
    const own = events.filter(({ type, tenant }) => tenant === key.tenant && touched[type].includes(key.resource))
    if (own.length === 0) return
    const patched = patchData(key.resource, key.of, data, own)
    if (patched.data !== data) write(query, patched.data)
    if (patched.stale) refetches.request(query)
  }

  /** A patch neither makes a query fresh that is owed a refetch, nor does it change when it was last read. */
  function write(query: Query, data: unknown): void {
    const { dataUpdatedAt, isInvalidated } = query.state
    writing = true
    queryClient.setQueryData(query.queryKey, data, { updatedAt: dataUpdatedAt })
    writing = false
    if (isInvalidated) query.invalidate()
  }

  function onCacheEvent(event: QueryCacheNotifyEvent): void {
    const { query } = event
    if (writing || readKey(query.queryKey) === null) return
    if (event.type === 'removed') return refetches.forget(query)
    if (event.type !== 'added' && event.type !== 'updated') return
    const action = event.type === 'updated' ? event.action.type : 'added'
    if (action === 'fetch') fetchBegan.set(query, applied())
    if (action === 'success' || action === 'added') reconcile(query)
    // However it ended: a fetch that was cancelled tells neither success nor error.
    if (action === 'error') refetches.failed(query)
    else if (query.state.fetchStatus === 'idle') refetches.ended(query)
  }

  /** Brings a snapshot that has just arrived up to where the stream is. */
  function reconcile(query: Query): void {
    const bases = basesOf(query)
    const oldest = bases.reduce<Cursor | null>((least, base) => (least && isAfter(base, least) ? least : base), null)
    if (oldest === null) return
    followClient()
    if (log.position === null) return startFrom(oldest)
    const missed = log.since(oldest)
    if (missed === null) refetches.request(query)
    else if (missed.length > 0) apply(query, missed)
  }

  /** A client that was moved on, or has found its position by itself, has skipped what the log does not hold. */
  function followClient(): void {
    const position = client.cursor === null ? null : parseCursor(client.cursor)
    if (position && (log.position === null || isAfter(position, log.position))) log.restart(position)
  }

  function startFrom(position: Cursor): void {
    log.restart(position)
    client.resumeFrom(`${position.epoch}:${position.seq}`)
  }

  /**
   * The position from which each part of a query's data has to be brought up to date. That is its snapshot's; but pages
   * that a fetch of one more page has only carried along were up to date when it began, and what does not say where it
   * stands was read after that.
   */
  function basesOf(query: Query): readonly Cursor[] {
    const snapshots = snapshotsOf(query.state.data)
    const direction = query.state.fetchMeta?.fetchMore?.direction
    const read =
      direction === undefined ? snapshots : direction === 'forward' ? snapshots.slice(-1) : snapshots.slice(0, 1)
    const bases = read.map(({ cursor }) => parseCursor(cursor)).filter((base) => base !== null)
    const began = direction === undefined && bases.length > 0 ? null : fetchBegan.get(query)
    return began ? [...bases, began] : bases
  }

  function onReset(cursor: string): void {
    pending = []
    log.restart(parseCursor(cursor))
    // A read that is on its way may be of the old history: it is cancelled, and begun again.
    const own = new Set(ownQueries())
    void queryClient.invalidateQueries({ predicate: (query) => own.has(query) })
  }

  /** A read that failed while the network was down left its query stale: the network is back. */
  function onLive(): void {
    for (const query of ownQueries()) if (query.state.isInvalidated) refetches.request(query)
  }

  for (const query of ownQueries()) reconcile(query)
  const undo = [
    client.on('event', take),
    client.on('unknown', (event) => log.append(event, null)),
    client.on('reset', ({ cursor }) => onReset(cursor)),
    client.on('status', ({ state }) => {
      if (state === 'live') onLive()
    }),
    cache.subscribe(onCacheEvent),
    () => cancelFrame?.(),
    () => refetches.stop(),
  ]
  return () => {
    for (const each of undo) each()
  }
}
