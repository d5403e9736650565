import type { AnyEvent } from '@loyalty-live/events'
import { InfiniteQueryObserver, notifyManager, QueryClient, QueryObserver, type QueryKey } from '@tanstack/query-core'
import { bindQueryClient } from '../src/query/bind.ts'
import { logPatches } from '../src/query/log-rules.ts'
import type { Customer, Page } from '../src/query/snapshots.ts'
import { setUpLive } from './client-setup.ts'
import { eventAt } from './events.ts'

notifyManager.setScheduler(queueMicrotask)

export const JOHN = eventAt(1, 1).data['customerId'] as string
const CARD = eventAt(1, 1).data['cardId'] as string
export const card = { id: CARD, programId: 'p', balance: 275, earned: 275, redeemed: 0, version: 3 }
export const john: Customer = {
  id: JOHN,
  phone: '+447306506797',
  displayName: 'John Doe',
  vip: false,
  vipSince: null,
  version: 1,
  points: 275,
  earned: 275,
  redeemed: 0,
  lastActivityAt: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  cards: [card],
}
export const jane: Customer = { ...john, id: 'jane', displayName: 'Jane Roe', cards: [], points: 0, earned: 0 }
/** A list as the API answers it. */
export const page = <Row>(items: Row[], cursor = '1:10', nextCursor: string | null = null): Page<Row> => ({
  items,
  nextCursor,
  cursor,
})

/** John redeems 75 of 275. */
export const redeemed = (seq: number, changes: object = {}, version = 4) =>
  eventAt(1, seq, {
    data: {
      ...eventAt(1, seq).data,
      transactionId: `00000000-0000-4000-8000-${String(seq).padStart(12, '0')}`,
      cardVersion: version,
      pointsChange: -75,
      newBalance: 200,
      totalPointsEarned: 275,
      totalPointsRedeemed: 75,
      transactionType: 'redeem',
      ...changes,
    },
  })

/** What the tenant keeps about John has changed. */
export const memberOf = (seq: number, changes: object, after: object = {}) => ({
  ...eventAt(1, seq),
  type: 'member_updated',
  data: {
    customerId: JOHN,
    customerPhone: '+447306506797',
    customerName: 'John Doe',
    memberVersion: 2,
    vip: false,
    changes,
    ...after,
  },
})
export const madeVip = (seq: number) => memberOf(seq, { vip: { from: false, to: true } }, { vip: true })

/** A live client at 1:10 whose query client follows it; every question is counted, and answered when the test says so. */
export async function setUpBound() {
  const it = await setUpLive()
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: 'always' } } })
  const unbind = bindQueryClient(it.client, queryClient, { clock: it.clock, patches: logPatches })
  const asked: string[] = []

  /** Unless the test answers, the answer is what was there at first, as if read just now. */
  function watch<T extends object>(
    queryKey: QueryKey,
    initialData: T,
    answer: () => Promise<T> = () => Promise.resolve({ ...initialData, cursor: it.client.cursor! }),
  ) {
    const seen: T[] = []
    const queryFn = () => {
      asked.push(nameOf(queryKey))
      return answer()
    }
    const observer = new QueryObserver<T>(queryClient, {
      queryKey,
      queryFn,
      initialData,
      staleTime: Infinity,
    })
    // As React is told: when everything of this turn is done.
    const leave = observer.subscribe(notifyManager.batchCalls(() => seen.push(observer.getCurrentResult().data!)))
    return { seen, data: () => observer.getCurrentResult().data!, refetch: () => observer.refetch(), leave }
  }

  /** The same, of a list in pages of which the first is there. */
  function watchPages<Row>(queryKey: QueryKey, first: Page<Row>) {
    const observer = new InfiniteQueryObserver(queryClient, {
      queryKey,
      queryFn({ pageParam }) {
        asked.push(`${nameOf(queryKey)} ${pageParam ?? 'first'}`)
        return Promise.resolve({ ...(pageParam === null ? first : page<Row>([])), cursor: it.client.cursor! })
      },
      initialData: { pages: [first], pageParams: [null] },
      initialPageParam: null as string | null,
      getNextPageParam: ({ nextCursor }) => nextCursor,
      staleTime: Infinity,
    })
    observer.subscribe(() => {})
    return observer
  }

  const tell = (event: AnyEvent) => it.socket().message(event.type, event)
  return { ...it, queryClient, unbind, asked, watch, watchPages, tell }
}

function nameOf(queryKey: QueryKey): string {
  const parts = queryKey.slice(2)
  return parts.map((part) => JSON.stringify(part)).join(' ')
}
