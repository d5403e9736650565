import type { StreamEvent } from '@loyalty-live/events'
import { activityOf, type Activity } from '@loyalty-live/events/activity'
import { notifyManager, QueryClient, InfiniteQueryObserver, QueryObserver } from '@tanstack/query-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createModelServer, type ModelServer } from '../../test/model-server.ts'
import { composeShop, pageOf, shopAfter } from '../../test/model-shop.ts'
import { cause, mulberry32, story } from '../../test/story.ts'
import { tellStories } from '../../test/stories.ts'
import { createVirtualClock, type VirtualClock } from '../../test/virtual-clock.ts'
import { CALM } from '../../test/weather.ts'
import { createLoyaltyClient } from '../client.ts'
import { bindQueryClient } from './bind.ts'
import { queryKeys, type CustomersParams } from './keys.ts'
import { logPatches } from './log-rules.ts'
import type { Customer, Page, PhoneLookup, Transaction } from './snapshots.ts'

const TENANT = 'demo'
const PAGE_ROWS = 3

// Observers are told in a microtask, so that nothing but the virtual clock decides when anything happens.
notifyManager.setScheduler(queueMicrotask)

type Row = Customer | Transaction | Activity

const compare = <T>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0)
const byName = (a: Customer, b: Customer) =>
  compare(a.displayName.toLowerCase(), b.displayName.toLowerCase()) || compare(a.id, b.id)
const byPoints = (a: Customer, b: Customer) => b.points - a.points || compare(b.id, a.id)
const byVipSince = (a: Customer, b: Customer) => compare(b.vipSince, a.vipSince) || compare(b.id, a.id)
const newestFirst = (a: Transaction, b: Transaction) => compare(b.id, a.id)
const seqOf = ({ cursor }: Activity) => Number(cursor.split(':')[1])
const latestFirst = (a: Activity, b: Activity) => seqOf(b) - seqOf(a)

/** What each list asks for, and what the API would answer from the database as it is. */
function listsOf(server: ModelServer) {
  const shop = () => shopAfter(server.stream.events)
  const first = shop().customers[0]!.id
  const customers = (
    params: CustomersParams,
    order: typeof byName,
    belongs: (customer: Customer) => boolean = () => true,
  ) => list(queryKeys.customers(TENANT, params), () => shop().customers.filter(belongs), order)
  return [
    customers({}, byName),
    customers({ sort: 'points', order: 'desc' }, byPoints),
    customers({ search: 'person 1' }, byName, ({ displayName }) => displayName.includes('Person 1')),
    customers({ vip: false }, byName, ({ vip }) => !vip),
    list(queryKeys.vip(TENANT), () => shop().customers.filter(({ vip }) => vip), byVipSince),
    list(queryKeys.transactions(TENANT), () => shop().entries, newestFirst),
    list(
      queryKeys.transactions(TENANT, { customerId: first }),
      () => shop().entries.filter(({ customerId }) => customerId === first),
      newestFirst,
    ),
    list(queryKeys.activity(TENANT), () => activities(server), latestFirst),
  ]

  function list<R extends Row>(key: readonly unknown[], read: () => readonly R[], order: (a: R, b: R) => number) {
    const rows = () => read().toSorted(order)
    return {
      key,
      rows,
      page: (after: string | null): Page<Row> => pageOf(server.stream, rows(), order, PAGE_ROWS, after),
    }
  }
}

const activities = ({ stream }: ModelServer) =>
  stream.events.map((event) => activityOf(event as StreamEvent)).filter((line) => line !== null)

/** An open page of a console: every list as an infinite query, one of them as a plain one too, and a record. */
function openScreens(server: ModelServer, queryClient: QueryClient) {
  const lists = listsOf(server).map(({ key, rows, page }) => {
    const observer = new InfiniteQueryObserver<
      Page<Row>,
      Error,
      { pages: Page<Row>[] },
      readonly unknown[],
      string | null
    >(queryClient, {
      queryKey: key,
      queryFn: ({ pageParam }) => server.read(() => page(pageParam)),
      initialPageParam: null,
      getNextPageParam: ({ nextCursor }) => nextCursor,
    })
    observer.subscribe(() => {})
    return { key, observer, rows }
  })
  const { id, phone } = shopAfter(server.stream.events).customers[1]!
  const record = new QueryObserver(queryClient, {
    queryKey: queryKeys.customer(TENANT, id),
    queryFn: () => server.read(() => ({ ...recordOf(server, id), cursor: cursorOf(server) })),
  })
  const lookup = new QueryObserver(queryClient, {
    queryKey: queryKeys.lookup(TENANT, phone),
    queryFn: () => server.read(() => ({ ...lookupOf(server, id), cursor: cursorOf(server) })),
  })
  let closeDialog: (() => void) | null = null
  /** No event says enough to patch it. */
  const dashboard = new QueryObserver(queryClient, {
    queryKey: queryKeys.dashboard(TENANT),
    queryFn: () => server.read(() => ({ changes: changesOf(server), cursor: cursorOf(server) })),
  })
  dashboard.subscribe(() => {})

  return {
    /** Somebody looks at a customer's record, and a till at the same one. */
    openDialog() {
      const closers = closeDialog ? [] : [record, lookup].map((observer) => observer.subscribe(() => {}))
      closeDialog ??= () => closers.forEach((close) => close())
    },
    closeDialog() {
      closeDialog?.()
      closeDialog = null
    },
    loadMore: () => {
      for (const { observer } of lists) void observer.fetchNextPage({ cancelRefetch: false })
    },
    /** What a person does who sees an error and no list. */
    retry: () => {
      for (const query of queryClient.getQueryCache().findAll()) {
        if (query.state.status === 'error') void query.fetch().catch(() => {})
      }
    },
    check() {
      for (const { key, observer, rows } of lists) {
        const shown = observer.getCurrentResult().data!.pages.flatMap(({ items }) => items)
        expect(shown, JSON.stringify(key)).toEqual(rows().slice(0, shown.length))
      }
      expect(record.getCurrentResult().data).toMatchObject(recordOf(server, id))
      expect(lookup.getCurrentResult().data).toMatchObject(lookupOf(server, id))
      expect(dashboard.getCurrentResult().data?.changes).toBe(changesOf(server))
    },
  }
}

const cursorOf = ({ head }: ModelServer) => `${head.epoch}:${head.seq}`
const changesOf = ({ stream }: ModelServer) => stream.events.filter(({ type }) => type === 'loyalty_updated').length
const recordOf = (server: ModelServer, id: string) =>
  shopAfter(server.stream.events).customers.find((customer) => customer.id === id)!

function lookupOf(server: ModelServer, id: string): Omit<PhoneLookup, 'cursor'> {
  const { phone, displayName, vip, version, cards } = recordOf(server, id)
  // The name of the person is nobody's to change here; programmes are called by their ids.
  return {
    customer: { id, phone, name: phone },
    member: { displayName, vip, version },
    cards: cards.map((card) => ({ ...card, programName: card.programId })),
  }
}

function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: { queries: { retry: false, networkMode: 'always', staleTime: Infinity, gcTime: Infinity } },
  })
}

async function calmDown(server: ModelServer, clock: VirtualClock, retry: () => void): Promise<void> {
  Object.assign(server.weather, CALM)
  await clock.advance(20_000)
  retry()
  await clock.advance(80_000)
  server.commit(1)
  await clock.advance(10_000)
}

describe('a screen of queries on a bad network', () => {
  test('ends with what the server has, whatever was lost, late, repeated, rewritten or read meanwhile', async () => {
    const screen = fc.record({ story, bindsFirst: fc.boolean(), showsLogs: fc.boolean() })
    await tellStories(2_000, screen, async ({ story: { seed, before, troubles }, bindsFirst, showsLogs }, faults) => {
      const clock = createVirtualClock()
      const random = mulberry32(seed)
      const server = createModelServer(clock, random, composeShop(clock, random), faults)
      server.commit(before)
      const client = createLoyaltyClient({
        apiUrl: 'https://api.test',
        realtimeUrl: 'https://live.test',
        clock,
        random,
        fetch: server.fetch,
        createSocket: server.createSocket,
        getToken: server.getToken,
      })
      const queryClient = newQueryClient()
      if (!bindsFirst) client.start()
      const unbind = bindQueryClient(client, queryClient, { clock, patches: showsLogs ? logPatches : undefined })
      const screens = openScreens(server, queryClient)
      if (bindsFirst) client.start()

      for (const [turn, { afterMs, trouble }] of troubles.entries()) {
        await clock.advance(afterMs)
        cause(trouble, client, server, clock)
        if (turn % 3 === 0) screens.loadMore()
        if (turn % 4 === 0) screens.closeDialog()
        if (turn % 4 === 2) screens.openDialog()
      }
      screens.openDialog()
      await calmDown(server, clock, screens.retry)

      screens.check()
      expect(client.status.state).toBe('live')
      unbind()
      queryClient.clear()
      await client.stop()
    })
  }, 180_000)
})
