import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newKey, startTestApi, type TestApi } from '../../../../tests/harness/api.ts'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { randomOfRun } from '../../../../tests/harness/random.ts'
import { makeTenant, type TestCustomer, type TestTenant } from '../../../../tests/harness/tenant.ts'
import { connect, type Db } from '../db/connect.ts'
import { withTenantSnapshot } from '../db/tenant-scope.ts'
import { readDashboard } from './read.ts'
import { readClients } from './store.ts'

let database: TestDatabase
let db: Db
let api: TestApi
let tenant: TestTenant
let customer: TestCustomer
let owner: string

beforeAll(async () => {
  database = await createDatabase()
  db = connect({ url: database.url, connectionsMax: 4, role: 'loyalty_app' })
  tenant = await makeTenant(database, 'demo')
  customer = await tenant.enrol({ name: 'John Doe', points: 275 })
  api = await startTestApi(database.url)
  owner = await api.signIn(tenant, 'owner')
})
afterAll(async () => {
  await api.close()
  await db.close()
  await database.drop()
})

const dashboard = async (period: string, token = owner) =>
  (await api.call('GET', `/api/admin/dashboard?period=${period}`, { token })).body

/** An operation of engage, as the owner of the database. */
async function run(of: string, operation: string, input: object): Promise<string> {
  const [done] = await database.sql<{ id: string }>(
    `select answer ->> 'id' as id from engage($1, $2, '{"type":"staff","id":"owner","name":"Olive"}', null, null, $3)`,
    [operation, of, JSON.stringify(input)],
  )
  return done!.id
}

test('shows money by currency, clients, bookings and points of a period, at the cursor', async () => {
  const bookingId = await run('demo', 'make_booking', {
    customerId: customer.id,
    startsAt: new Date(),
    amountMinor: 9_000,
  })
  const cash = { provider: 'cash', amountMinor: 9_000, currency: 'GBP', customerId: customer.id, bookingId }
  const paymentId = await run('demo', 'record_payment', cash)
  await run('demo', 'record_payment', { provider: 'card', amountMinor: 500, currency: 'KES' })
  await run('demo', 'refund_payment', { paymentId, amountMinor: 1_500, reason: 'cold soup' })
  await api.call('POST', '/api/customer/loyalty/redeem', {
    token: owner,
    headers: newKey(),
    body: { customerId: customer.id, points: 75 },
  })
  const shown = await dashboard('today')
  const nothing = { payments: 0, receivedMinor: 0, refunds: 0, refundedMinor: 0, revenueMinor: 0 }
  const pounds = { payments: 1, receivedMinor: 9_000, refunds: 1, refundedMinor: 1_500, revenueMinor: 7_500 }
  const shillings = { payments: 1, receivedMinor: 500, refunds: 0, refundedMinor: 0, revenueMinor: 500 }
  expect(shown['revenue']).toEqual([
    { currency: 'GBP', ...pounds, providers: [{ provider: 'cash', ...pounds }], previous: nothing },
    { currency: 'KES', ...shillings, providers: [{ provider: 'card', ...shillings }], previous: nothing },
  ])
  expect(shown['clients']).toMatchObject({ total: 1, new: 1, returning: 0, previous: { total: 0 } })
  expect(shown['bookings']).toMatchObject({ booked: 1, cancelled: 0, upcoming: 0 })
  expect(shown['points']).toMatchObject({ entries: 2, issued: 275, redeemed: 75, outstanding: 200 })
  expect(shown['series']).toHaveLength(24)
  expect(shown['busiestHours'].reduce((sum: number, { payments }: any) => sum + payments, 0)).toBe(2)
  expect(shown['recentPayments'].map(({ customerName, refundedMinor }: any) => [customerName, refundedMinor])).toEqual([
    [null, 0],
    ['John Doe', 1_500],
  ])
  const [stream] = await database.sql<{ cursor: string }>(
    `select epoch || ':' || head as cursor from streams where tenant_id = 'demo'`,
  )
  expect(shown['cursor']).toBe(stream!.cursor)
})

test('of a tenant that has just begun is empty, whatever others did', async () => {
  const fresh = await makeTenant(database, 'fresh')
  const shown = await dashboard('30d', await api.signIn(fresh, 'owner'))
  expect(shown).toMatchObject({
    revenue: [],
    clients: { total: 0 },
    points: { entries: 0, outstanding: 0 },
    busiestHours: [],
    recentPayments: [],
  })
  expect(shown['series']).toHaveLength(30)
})

test('days are those of the place, and are counted anew when the place has another time', async () => {
  const shop = await makeTenant(database, 'shop')
  const guest = await shop.enrol({ points: 1 })
  const cash = { provider: 'cash', amountMinor: 100, currency: 'GBP', customerId: guest.id }
  await run('shop', 'record_payment', { ...cash, paidAt: '2026-03-01T20:59:59.999Z' })
  await run('shop', 'record_payment', { ...cash, paidAt: '2026-03-01T21:00:00Z' })
  const paymentsOn = async (day: string) =>
    (await readDashboard(db, 'shop', 'today', new Date(`${day}T12:00:00Z`))).revenue[0]?.payments ?? 0
  expect([await paymentsOn('2026-03-01'), await paymentsOn('2026-03-02')]).toEqual([2, 0])
  await database.sql(`update tenants set settings = settings || '{"timeZone": "Africa/Nairobi"}' where id = 'shop'`)
  expect([await paymentsOn('2026-03-01'), await paymentsOn('2026-03-02')]).toEqual([1, 1])
})

describe('clients', () => {
  test('of any period are as many as a plain count of distinct customers finds, in whatever order they came', async () => {
    const random = randomOfRun()
    console.log(`clients: SEED=${random.seed}`)
    const cafe = await makeTenant(database, 'cafe')
    const guests: string[] = []
    for (let count = 0; count < 8; count++) guests.push((await cafe.enrol({ points: 1 })).id)
    const dayOf = (day: number) => new Date(Date.UTC(2026, 0, day)).toISOString().slice(0, 10)
    const paid: { guest: string; day: string }[] = []
    for (let count = 0; count < 60; count++) {
      const one = { guest: random.pick(guests), day: dayOf(random.int(1, 40)) }
      paid.push(one)
      await run('cafe', 'record_payment', {
        provider: 'cash',
        amountMinor: 100,
        currency: 'GBP',
        customerId: one.guest,
        paidAt: `${one.day}T12:00:00Z`,
      })
      if (count % 10 !== 9) continue
      for (let from = 1; from <= 40; from += 3) {
        for (let to = from; to <= 40; to += 4) await expectDistinct({ from: dayOf(from), to: dayOf(to) })
      }
    }

    async function expectDistinct(range: { from: string; to: string }): Promise<void> {
      const within = paid.filter(({ day }) => day >= range.from && day <= range.to)
      const before = new Set(paid.filter(({ day }) => day < range.from).map(({ guest }) => guest))
      const distinct = [...new Set(within.map(({ guest }) => guest))]
      const counted = await withTenantSnapshot(db, 'cafe', (trx) => readClients(trx, 'cafe', range))
      expect({ range, ...counted }).toEqual({
        range,
        total: distinct.length,
        new: distinct.filter((guest) => !before.has(guest)).length,
        returning: distinct.filter((guest) => before.has(guest)).length,
      })
    }
  })
})

test('I6 figures are those at the cursor, however much is written meanwhile', async () => {
  const busy = await makeTenant(database, 'busy')
  const guest = await busy.enrol({ points: 0 })
  const token = await api.signIn(busy, 'owner')
  const start = (await api.call('GET', '/api/events', { token })).body['cursor']
  let running = true
  const writing = [1, 2, 3].map(async () => {
    while (running) {
      await api.call('POST', '/api/loyalty/phone-lookup', {
        token,
        headers: newKey(),
        body: { phone: guest.phone, action: 'add', points: 3 },
      })
      await run('busy', 'record_payment', { provider: 'cash', amountMinor: 7, currency: 'GBP', customerId: guest.id })
    }
  })
  const snapshots = []
  for (let count = 0; count < 30; count++) snapshots.push(await dashboard('today', token))
  running = false
  await Promise.all(writing)

  const events: any[] = []
  for (let cursor = start, head = ''; cursor !== head;) {
    const { body } = await api.call('GET', `/api/events?after=${cursor}&limit=500`, { token })
    events.push(...body['events'])
    cursor = body['cursor']
    head = body['head']
  }
  for (const { cursor, points, revenue } of snapshots) {
    const until = events.filter(({ epoch, seq }) => seq <= Number(cursor.slice(`${epoch}:`.length)))
    const moved = until.filter(({ type }) => type === 'loyalty_updated')
    const payments = until.filter(({ type }) => type === 'payment_recorded')
    expect(points.outstanding).toBe(moved.reduce((sum, { data }) => sum + data.pointsChange, 0))
    expect(revenue[0]?.payments ?? 0).toBe(payments.length)
  }
  expect(new Set(snapshots.map(({ cursor }) => cursor)).size).toBeGreaterThan(5)
})
