import type { AnyEvent } from '@loyalty-live/events'
import { notifyManager, QueryClient, QueryObserver, type QueryKey } from '@tanstack/query-core'
import { describe, expect, test } from 'vitest'
import { setUpLive } from '../../test/client-setup.ts'
import { eventAt } from '../../test/events.ts'
import { bindQueryClient } from './bind.ts'
import { queryKeys } from './keys.ts'
import type { Customer, CustomerRecord, Page, PhoneLookup, Program, Transaction } from './snapshots.ts'

notifyManager.setScheduler(queueMicrotask)

const JOHN = eventAt(1, 1).data['customerId'] as string
const CARD = eventAt(1, 1).data['cardId'] as string
const card = { id: CARD, programId: 'p', balance: 275, earned: 275, redeemed: 0, version: 3 }
const john: Customer = {
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
const jane: Customer = { ...john, id: 'jane', displayName: 'Jane Roe', cards: [], points: 0, earned: 0 }
const page = <Row>(items: Row[], cursor = '1:10'): Page<Row> => ({ items, nextCursor: null, cursor })

/** John redeems 75 of 275. */
const redeemed = (seq: number, changes: object = {}, version = 4) =>
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

const memberOf = (seq: number, changes: object, after: object = {}) => ({
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
const madeVip = (seq: number) => memberOf(seq, { vip: { from: false, to: true } }, { vip: true })

/** A live client at 1:10 whose query client follows it; every question is counted, and answered when the test says so. */
async function setUpBound() {
  const it = await setUpLive()
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: 'always' } } })
  const unbind = bindQueryClient(it.client, queryClient, { clock: it.clock })
  const asked: string[] = []

  /** Unless the test answers, the answer is what was there at first, as if read just now. */
  function watch<T extends object>(
    queryKey: QueryKey,
    initialData: T,
    answer: () => Promise<T> = () => Promise.resolve({ ...initialData, cursor: it.client.cursor! }),
  ) {
    const seen: T[] = []
    const queryFn = () => {
      asked.push(
        queryKey
          .slice(2)
          .map((part) => JSON.stringify(part))
          .join(' '),
      )
      return answer()
    }
    const observer = new QueryObserver<T>(queryClient, {
      queryKey,
      queryFn,
      initialData,
      staleTime: Infinity,
    })
    // As React is told: when everything of this turn is done.
    observer.subscribe(notifyManager.batchCalls(() => seen.push(observer.getCurrentResult().data!)))
    return { seen, data: () => observer.getCurrentResult().data!, refetch: () => observer.refetch() }
  }

  const tell = (event: AnyEvent) => it.socket().message(event.type, event)
  return { ...it, queryClient, unbind, asked, watch, tell }
}

describe('a bound query client', () => {
  test('L1 L4 shows a redemption in list, record, look-up and ledger at once, and asks nobody', async () => {
    const it = await setUpBound()
    const list = it.watch(queryKeys.customers('demo', { sort: 'name' }), page([jane, john]))
    const record = it.watch<CustomerRecord>(queryKeys.customer('demo', JOHN), { ...john, cursor: '1:10' })
    const lookup = it.watch<PhoneLookup>(queryKeys.lookup('demo', john.phone), {
      customer: { id: JOHN, phone: john.phone, name: 'John Doe' },
      member: { displayName: 'John Doe', vip: false, version: 1 },
      cards: [{ ...card, programName: 'Points' }],
      cursor: '1:10',
    })
    const ledger = it.watch<Page<Transaction>>(
      queryKeys.transactions('demo', { customerId: JOHN }),
      page<Transaction>([]),
    )
    const others = it.watch<Page<Transaction>>(
      queryKeys.transactions('demo', { customerId: 'jane' }),
      page<Transaction>([]),
    )
    const untouched = list.data().items[0]

    it.tell(redeemed(11))

    const after = { points: 200, earned: 275, redeemed: 75 }
    expect(list.data().items[1]).toMatchObject({ ...after, cards: [{ balance: 200, version: 4 }] })
    expect(list.data().items[0]).toBe(untouched)
    expect(record.data()).toMatchObject(after)
    expect(lookup.data().cards).toMatchObject([{ balance: 200, programName: 'Points' }])
    expect(ledger.data().items).toMatchObject([{ points: -75, balanceAfter: 200, type: 'redeem' }])
    expect(others.data().items).toEqual([])
    await it.clock.advance(5_000)
    expect(it.asked).toEqual([])
  })

  test('never puts an older version over a newer one, nor an event into a snapshot that has it already', async () => {
    const it = await setUpBound()
    const newer = { ...john, cards: [{ ...card, version: 9, balance: 5 }] }
    const list = it.watch(queryKeys.customers('demo'), page([newer]))
    const ledger = it.watch<Page<Transaction>>(queryKeys.transactions('demo'), page<Transaction>([], '1:12'))
    it.tell(redeemed(11))
    expect(list.data().items).toEqual([newer])
    expect(ledger.data().items).toEqual([])
  })

  test('a list that arrives late gets what happened since its cursor before it is drawn', async () => {
    const it = await setUpBound()
    let arrive: (list: Page<Customer>) => void = () => {}
    const list = it.watch(queryKeys.customers('demo'), page([john]), () => new Promise((resolve) => (arrive = resolve)))
    void list.refetch()
    await it.clock.advance(0)
    it.tell(redeemed(11))
    await it.clock.advance(100)
    expect(list.data().items[0]!.points).toBe(200)
    const drawnBefore = list.seen.length
    arrive(page([{ ...john, phone: '+447306500000' }], '1:10'))
    await it.clock.advance(100)
    const drawn = list.seen.slice(drawnBefore).map(({ items }) => items[0]!.points)
    expect(drawn.length).toBeGreaterThan(0)
    expect(new Set(drawn)).toEqual(new Set([200]))
    expect(list.data().items[0]!.phone).toBe('+447306500000')
  })

  test('a list that is older than what the bridge remembers is read again', async () => {
    const it = await setUpBound()
    const list = it.watch(queryKeys.customers('demo'), page([john]), () => Promise.resolve(page([john], '1:3')))
    void list.refetch()
    await it.clock.advance(400)
    expect(it.asked).toHaveLength(2)
  })

  test('V1 V2 VIPs leave lists at once, and are fetched into them', async () => {
    const it = await setUpBound()
    const everybody = it.watch(queryKeys.customers('demo'), page([john]))
    const vips = it.watch(queryKeys.vip('demo'), page<Customer>([]))
    const candidates = it.watch(queryKeys.vipCandidates('demo'), page([john]))
    it.tell(madeVip(11))
    expect(everybody.data().items).toMatchObject([{ vip: true, vipSince: eventAt(1, 11).timestamp, version: 2 }])
    expect(candidates.data().items).toEqual([])
    await it.clock.advance(299)
    expect(it.asked).toEqual([])
    await it.clock.advance(1)
    expect(it.asked).toEqual(['"vip"'])
    expect(vips.data().items).toEqual([])
  })

  test('a row that has to stand elsewhere is changed at once and its list read again; one that stays is only changed', async () => {
    const it = await setUpBound()
    const rich = { ...jane, points: 250 }
    it.watch(queryKeys.customers('demo', { sort: 'points', order: 'desc' }), page([john, rich]))
    it.watch(queryKeys.customers('demo', { sort: 'redeemed', order: 'desc' }), page([john, jane]))
    it.tell(redeemed(11))
    await it.clock.advance(2_000)
    expect(it.asked).toEqual(['"customers" {"sort":"points","order":"desc"}'])
  })

  test('500 events in a second change the page at most once a frame, and read a list again at most four times', async () => {
    const it = await setUpBound()
    let changes = 0
    const list = it.watch(queryKeys.customers('demo'), page([john]))
    it.queryClient.getQueryCache().subscribe((event) => {
      if (event.type === 'updated' && event.action.type === 'success' && event.action.manual) changes += 1
    })
    it.watch(queryKeys.dashboard('demo'), { cursor: '1:10' })
    it.watch(queryKeys.dashboard('demo', { period: 'day' }), { cursor: '1:10' })
    for (let i = 0; i < 500; i++) {
      it.tell(redeemed(11 + i, { newBalance: i }, 4 + i))
      await it.clock.advance(2)
    }
    expect(it.asked.length).toBeLessThanOrEqual(4)
    expect(changes).toBeLessThanOrEqual(65)
    await it.clock.advance(20)
    expect(list.data().items[0]!.points).toBe(499)
    await it.clock.advance(5_000)
    expect(it.asked.filter((key) => key === '"dashboard"')).toHaveLength(2)
  })

  test('at most one read of a query is under way, and one follows it', async () => {
    const it = await setUpBound()
    const answers: ((value: { cursor: string }) => void)[] = []
    it.watch(queryKeys.dashboard('demo'), { cursor: '1:10' }, () => new Promise((resolve) => answers.push(resolve)))
    for (let i = 0; i < 20; i++) {
      it.tell(redeemed(11 + i, {}, 4 + i))
      await it.clock.advance(300)
    }
    expect(answers).toHaveLength(1)
    answers[0]!({ cursor: '1:12' })
    await it.clock.advance(1_000)
    expect(answers).toHaveLength(2)
    answers[1]!({ cursor: '1:30' })
    await it.clock.advance(5_000)
    expect(answers).toHaveLength(2)
  })

  test('a read that fails is tried again while somebody watches', async () => {
    const it = await setUpBound()
    it.watch(queryKeys.dashboard('demo'), { cursor: '1:10' }, () => Promise.reject(new Error('down')))
    it.tell(redeemed(11))
    await it.clock.advance(300)
    expect(it.asked).toHaveLength(1)
    await it.clock.advance(5_000)
    expect(it.asked).toHaveLength(2)
  })

  test('a query that nobody watches is not read again until somebody does, however often it is changed in place', async () => {
    const it = await setUpBound()
    const key = queryKeys.vip('demo')
    it.queryClient.setQueryData(key, page([{ ...john, vip: true }]))
    it.tell(memberOf(11, {}, { customerId: '00000000-0000-4000-8000-00000000abcd', vip: true }))
    it.tell(redeemed(12))
    await it.clock.advance(5_000)
    expect(it.queryClient.getQueryState(key)).toMatchObject({ isInvalidated: true })
    expect(it.queryClient.getQueryData<Page<Customer>>(key)!.items[0]!.points).toBe(200)
  })

  test('a programme is changed in place', async () => {
    const it = await setUpBound()
    const rules = { pointsPerScan: 1, pointsPerCurrencyUnit: 1, welcomeBonus: 0, debtPolicy: 'refuse' as const }
    const program: Program = {
      id: JOHN,
      name: 'Points',
      active: true,
      isDefault: true,
      rules,
      version: 1,
      createdAt: '',
    }
    const programs = it.watch(queryKeys.programs('demo'), page([program]))
    const data = { programId: JOHN, programVersion: 2, name: 'Points', active: false, isDefault: true, rules }
    it.tell({ ...eventAt(1, 11), type: 'program_updated', data })
    expect(programs.data().items).toMatchObject([{ active: false, version: 2 }])
    await it.clock.advance(2_000)
    expect(it.asked).toEqual([])
  })

  test('reset reads everything of the tenant again, at once', async () => {
    const it = await setUpBound()
    it.watch(queryKeys.customers('demo'), page([john]))
    it.watch(queryKeys.staff('demo'), page([{}]))
    it.watch(['weather'], {})
    it.server.stream.restoreBackup(3)
    it.socket().message('head', { head: '2:7' })
    await it.clock.advance(100)
    expect(it.asked).toEqual(['"customers"', '"staff"'])
  })

  test('queries of another tenant, and of others, are left alone', async () => {
    const it = await setUpBound()
    const rival = it.watch(queryKeys.customers('rival'), page([john]))
    const own = it.watch(['customers'], page([john]))
    it.tell(redeemed(11))
    expect(rival.data().items).toEqual([john])
    expect(own.data().items).toEqual([john])
  })

  test('unbind ends it, with everything that was owed', async () => {
    const it = await setUpBound()
    const list = it.watch(queryKeys.customers('demo'), page([john]))
    it.watch(queryKeys.dashboard('demo'), page([{}]))
    const before = it.clock.pending
    it.tell(redeemed(11))
    it.unbind()
    expect(it.clock.pending).toBe(before)
    it.tell(redeemed(12, { newBalance: 125 }, 5))
    await it.clock.advance(5_000)
    expect(list.data().items[0]!.points).toBe(200)
    expect(it.asked).toEqual([])
  })
})
