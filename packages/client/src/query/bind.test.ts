import { describe, expect, test } from 'vitest'
import { card, jane, JOHN, john, madeVip, page, redeemed, setUpBound } from '../../test/bound-setup.ts'
import { eventAt, fixtureOf } from '../../test/events.ts'
import { queryKeys } from './keys.ts'
import type { Customer, CustomerRecord, Page, PhoneLookup, Transaction } from './snapshots.ts'

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
    const newer = { ...john, version: 9, cards: [{ ...card, version: 9, balance: 5 }] }
    const found: PhoneLookup = {
      customer: { id: JOHN, phone: john.phone, name: 'John Doe' },
      member: { displayName: 'John Doe', vip: false, version: 9 },
      cards: [{ ...card, programName: 'Points', version: 9 }],
      cursor: '1:10',
    }
    const list = it.watch(queryKeys.customers('demo'), page([newer]))
    const lookup = it.watch(queryKeys.lookup('demo', john.phone), found)
    const ledger = it.watch<Page<Transaction>>(queryKeys.transactions('demo'), page<Transaction>([], '1:12'))
    it.tell(redeemed(11))
    it.tell(madeVip(12))
    await it.clock.advance(20)
    expect(list.data().items).toEqual([newer])
    expect(lookup.data()).toEqual(found)
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
    await it.clock.advance(49)
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

  test.each([
    ['qr_scanned', ['scans']],
    ['enrolment_updated', ['enrolments']],
    ['adjustment_updated', ['adjustments']],
    ['program_updated', ['adjustments', 'enrolments', 'programs', 'scans']],
    ['member_updated', ['adjustments', 'enrolments', 'scans']],
    ['loyalty_updated', []],
  ] as const)('after %s of what is asked and answered, these are read again: %j', async (type, expected) => {
    const it = await setUpBound()
    for (const list of ['adjustments', 'enrolments', 'programs', 'scans'] as const) {
      it.watch(queryKeys[list]('demo', { customerId: JOHN }), page([{}]))
    }
    it.tell({ ...fixtureOf(type), tenant: 'demo', epoch: 1, seq: 11 })
    await it.clock.advance(2_000)
    expect(it.asked.toSorted()).toEqual(expected.map((list) => `"${list}" {"customerId":"${JOHN}"}`))
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
