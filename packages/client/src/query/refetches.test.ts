import { describe, expect, test, vi } from 'vitest'
import { john, JOHN, madeVip, memberOf, page, redeemed, setUpBound } from '../../test/bound-setup.ts'
import { queryKeys } from './keys.ts'
import type { Customer, Page } from './snapshots.ts'

const STRANGER = '00000000-0000-4000-8000-00000000abcd'
const READS_A_SECOND_MAX = 4

/** The busiest second of a row of moments. */
function mostWithinASecond(momentsMs: readonly number[]): number {
  return Math.max(...momentsMs.map((from) => momentsMs.filter((at) => at >= from && at < from + 1_000).length))
}

describe('reads that events make necessary', () => {
  test('500 events in a second change the page at most once a frame, and read all of it at most four times a second', async () => {
    const it = await setUpBound()
    let changes = 0
    const askedAtMs: number[] = []
    const list = it.watch(queryKeys.customers('demo'), page([john]))
    it.queryClient.getQueryCache().subscribe((event) => {
      if (event.type !== 'updated' || event.query.queryKey[2] !== 'customers') return
      if (event.action.type === 'success' && event.action.manual) changes += 1
    })
    const periods = ['hour', 'day', 'week', 'month', 'quarter', 'year']
    for (const period of periods) {
      it.watch(queryKeys.dashboard('demo', { period }), { cursor: '1:10' }, () => {
        askedAtMs.push(it.clock.elapsedMs)
        return Promise.resolve({ cursor: it.client.cursor! })
      })
    }
    for (let i = 0; i < 500; i++) {
      it.tell(redeemed(11 + i, { newBalance: i }, 4 + i))
      await it.clock.advance(2)
    }
    expect(changes).toBeLessThanOrEqual(65)
    expect(askedAtMs.length).toBeLessThanOrEqual(READS_A_SECOND_MAX)
    await it.clock.advance(10_000)
    expect(list.data().items[0]!.points).toBe(499)
    expect(mostWithinASecond(askedAtMs)).toBeLessThanOrEqual(READS_A_SECOND_MAX)
    // Everybody's turn comes, and nobody is read again without need: once each, and once more who was read during the burst.
    for (const period of periods) {
      const reads = it.asked.filter((key) => key.includes(`"${period}"`))
      expect([1, 2], period).toContain(reads.length)
      expect(it.queryClient.getQueryState(queryKeys.dashboard('demo', { period }))).toMatchObject({
        isInvalidated: false,
        data: { cursor: '1:510' },
      })
    }
  })

  test('one query is read as soon as a burst begins, once more when it has ended, and each second in between', async () => {
    const it = await setUpBound()
    it.watch(queryKeys.dashboard('demo'), { cursor: '1:10' })
    it.tell(redeemed(11))
    await it.clock.advance(50)
    expect(it.asked).toHaveLength(1)
    for (let i = 1; i < 500; i++) {
      it.tell(redeemed(11 + i, {}, 4 + i))
      await it.clock.advance(2)
    }
    expect(it.asked).toHaveLength(1)
    await it.clock.advance(60)
    expect(it.asked).toHaveLength(2)
    await it.clock.advance(10_000)
    expect(it.asked).toHaveLength(2)
  })

  test('what somebody else has read meanwhile, or events have changed in place, is not read', async () => {
    const it = await setUpBound()
    const list = it.watch(queryKeys.customers('demo', { vip: true }), page<Customer>([]))
    it.watch(queryKeys.customer('demo', JOHN), { ...john, cursor: '1:10' })
    it.tell(madeVip(11))
    void list.refetch()
    await it.clock.advance(5_000)
    expect(it.asked).toEqual(['"customers" {"vip":true}'])
  })

  test('at most one read of a query is under way, and one follows it when it came too early', async () => {
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

  test('one that already has the events of its time is not followed by another', async () => {
    const it = await setUpBound()
    let answer: (value: { cursor: string }) => void = () => {}
    it.watch(queryKeys.dashboard('demo'), { cursor: '1:10' }, () => new Promise((resolve) => (answer = resolve)))
    it.tell(redeemed(11))
    await it.clock.advance(50)
    it.tell(redeemed(12, {}, 5))
    answer({ cursor: '1:12' })
    await it.clock.advance(5_000)
    expect(it.asked).toHaveLength(1)
  })

  test('when more is owed than there are turns, everybody gets one; a read that hangs takes none', async () => {
    // TanStack Query goes by the clock of the machine.
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      const it = await setUpBound()
      const others = [0, 1, 2, 3, 4, 5, 6, 7]
      it.watch(queryKeys.dashboard('demo', { slow: true }), { cursor: '1:10' }, () => new Promise(() => {}))
      for (const i of others) it.watch(queryKeys.dashboard('demo', { i }), { cursor: '1:10' })
      for (let i = 0; i < 100; i++) {
        it.tell(redeemed(11 + i, {}, 4 + i))
        vi.setSystemTime(Date.now() + 100)
        await it.clock.advance(100)
      }
      const readsOf = (name: string) => it.asked.filter((key) => key.includes(name)).length
      expect(readsOf('slow')).toBe(1)
      for (const i of others) expect(readsOf(`"i":${i}`)).toBeGreaterThanOrEqual(4)
    } finally {
      vi.useRealTimers()
    }
  })

  test('a read that fails is tried again after 5 s while somebody watches', async () => {
    const it = await setUpBound()
    it.watch(queryKeys.dashboard('demo'), { cursor: '1:10' }, () => Promise.reject(new Error('down')))
    it.tell(redeemed(11))
    await it.clock.advance(50)
    expect(it.asked).toHaveLength(1)
    await it.clock.advance(4_999)
    expect(it.asked).toHaveLength(1)
    await it.clock.advance(100)
    expect(it.asked).toHaveLength(2)
  })

  test('a list that is stale, and gets one more page, is still read again', async () => {
    const it = await setUpBound()
    const key = queryKeys.vip('demo')
    const vip = { ...john, vip: true, vipSince: '2026-01-02T00:00:00.000Z' }
    const list = it.watchPages(key, page([vip], '1:10', 'next'))
    it.tell(memberOf(11, {}, { customerId: STRANGER, vip: true }))
    void list.fetchNextPage()
    await it.clock.advance(5_000)
    expect(it.asked).toEqual(['"vip" next', '"vip" first', '"vip" next'])
  })

  test('a query that nobody watches is only marked, however often it is changed in place, and read when somebody does', async () => {
    const it = await setUpBound()
    const key = queryKeys.vip('demo')
    it.watch(key, page([{ ...john, vip: true }])).leave()
    it.tell(memberOf(11, {}, { customerId: STRANGER, vip: true }))
    it.tell(redeemed(12))
    await it.clock.advance(5_000)
    expect(it.asked).toEqual([])
    expect(it.queryClient.getQueryState(key)).toMatchObject({ isInvalidated: true })
    expect(it.queryClient.getQueryData<Page<Customer>>(key)!.items[0]!.points).toBe(200)
    it.watch(key, page<Customer>([]))
    await it.clock.advance(100)
    expect(it.asked).toEqual(['"vip"'])
  })
})
