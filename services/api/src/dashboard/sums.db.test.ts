import { randomUUID } from 'node:crypto'
import type { Actor } from '@loyalty-live/events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Random } from '../../../../scripts/random.ts'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { plainDashboard, type Query } from '../../../../tests/harness/plain-dashboard.ts'
import { randomOfRun } from '../../../../tests/harness/random.ts'
import { makeTenant, type TestCustomer } from '../../../../tests/harness/tenant.ts'
import { connect, type Db } from '../db/connect.ts'
import { applyChanges, type Change } from '../ledger/apply.ts'
import { engage, type Engagement } from '../stream/engage.ts'
import { readDashboard } from './read.ts'
import { PERIOD_DAYS, type Period } from './rules.ts'

const MIXES = Number(process.env['MIXES'] ?? 200)
const EVENTS_IN_A_MIX = 12
const DAY_MS = 86_400_000
const CASHIER: Actor = { type: 'staff', id: 'cashier-1', name: 'Cleo' }
const PROVIDERS = ['paystack', 'mpesa', 'cash', 'card', 'bank_transfer', 'other'] as const
/** Days begin at UTC in one, in the evening before in the other; and twice a year that one's days have 23 or 25 hours. */
const ZONES = { utc: undefined, west: 'America/Santiago' }

type Shop = {
  readonly id: string
  readonly customers: readonly TestCustomer[]
  readonly entries: string[]
  readonly payments: string[]
  readonly bookings: string[]
}

let database: TestDatabase
let db: Db
/** As the owner of the database, who sees every tenant. */
let plain: Db
const shops: Shop[] = []

beforeAll(async () => {
  database = await createDatabase()
  db = connect({ url: database.url, connectionsMax: 8, role: 'loyalty_app' })
  plain = connect({ url: database.url, connectionsMax: 1 })
  for (const [id, timeZone] of Object.entries(ZONES)) {
    const tenant = await makeTenant(database, id)
    await database.sql(
      `update tenants set settings = settings || jsonb_strip_nulls(jsonb_build_object('timeZone', $2::text)) where id = $1`,
      [id, timeZone],
    )
    await database.sql(
      `update programs set points_per_currency_unit = 0.5, debt_policy = 'allow' where tenant_id = $1`,
      [id],
    )
    const customers = []
    for (let count = 0; count < 6; count++) customers.push(await tenant.enrol({ points: 500 }))
    shops.push({ id, customers, entries: [], payments: [], bookings: [] })
  }
})
afterAll(async () => {
  await Promise.all([db.close(), plain.close()])
  await database.drop()
})

test(`P8 after each of ${MIXES} mixes of events the dashboard shows the sums of ledger and payments, of each tenant its own`, async () => {
  const random = randomOfRun()
  console.log(`dashboard: SEED=${random.seed}`)
  for (let mix = 0; mix < MIXES; mix++) {
    const shop = random.pick(shops)
    for (let count = random.int(1, EVENTS_IN_A_MIX); count > 0; count--) await somethingHappens(random, shop)
    for (const { id } of shops) await expectSums(id, random)
  }
  const counted = await readDashboard(db, shops[0]!.id, '365d', new Date())
  // A run in which little happened would prove little.
  expect(counted.clients.total).toBe(6)
  expect(counted.revenue.length).toBeGreaterThan(1)
  expect(counted.revenue.some(({ refunds }) => refunds > 0)).toBe(true)
  expect(counted.points.redeemed).toBeGreaterThan(0)
}, 240_000)

async function expectSums(tenant: string, random: Random): Promise<void> {
  const period = random.pick(Object.keys(PERIOD_DAYS) as Period[])
  // Seen from some other day: what is now today is then the week before, or a year ago.
  const now = new Date(Date.now() + random.int(-400, 400) * random.pick([0, 1]) * DAY_MS)
  const { recentPayments, cursor, ...figures } = await readDashboard(db, tenant, period, now)
  expect(figures).toEqual(await plainDashboard(asPlain, tenant, period, now))
  const [stream] = await asPlain<{ cursor: string; recent: string[] }>(
    `select epoch || ':' || head as cursor, array(
       select id::text from payments where tenant_id = $1 and paid_at is not null order by paid_at desc, id desc limit 20
     ) as recent
     from streams where tenant_id = $1`,
    [tenant],
  )
  expect([cursor, recentPayments.map(({ id }) => id)]).toEqual([stream!.cursor, stream!.recent])
}

const asPlain: Query = async (text, values) => (await plain.pool.query(text, values)).rows

async function somethingHappens(random: Random, shop: Shop): Promise<void> {
  const customerId = random.pick(shop.customers).id
  switch (
    random.weighted({
      points: 5,
      reversal: 2,
      backfill: 2,
      payment: 6,
      charge: 4,
      refund: 3,
      booking: 2,
      rebooking: 2,
      attribution: 1,
      rollback: 1,
    })
  ) {
    case 'points':
      await change(shop, {
        kind: random.pick(['add', 'redeem', 'scan', 'payment', 'adjust']),
        customerId,
        points: random.int(1, 60),
      })
      break
    case 'reversal':
      if (shop.entries.length > 0) await change(shop, { kind: 'reverse', reverses: random.pick(shop.entries) })
      break
    case 'backfill':
      await writeOldEntry(random, shop.id, customerId)
      break
    case 'payment':
      await run(shop, 'record_payment', {
        provider: random.pick(PROVIDERS),
        amountMinor: random.int(1, 50_000),
        currency: random.pick(['GBP', 'GBP', 'KES']),
        customerId: random.chance(0.8) ? customerId : null,
        bookingId: null,
        paidAt: someTime(random),
      })
      break
    case 'charge':
      await providerSays(random, shop, customerId)
      break
    case 'refund':
      if (shop.payments.length > 0) {
        const input = { paymentId: random.pick(shop.payments), amountMinor: random.int(1, 20_000), reason: 'cold' }
        await run(shop, 'refund_payment', random.chance(0.3) ? { ...input, amountMinor: null } : input)
      }
      break
    case 'booking':
      await run(shop, 'make_booking', { customerId, startsAt: someTime(random, 60), amountMinor: random.int(0, 9_000) })
      break
    case 'rebooking':
      if (shop.bookings.length > 0) {
        await run(shop, 'change_booking', {
          bookingId: random.pick(shop.bookings),
          versions: null,
          status: random.pick(['booked', 'completed', 'cancelled', 'no_show']),
          ...(random.chance(0.5) ? { startsAt: someTime(random, 60) } : {}),
        })
      }
      break
    case 'attribution':
      // Whose payment it was turns out later, or to be somebody else's, or at another time.
      await database.sql(
        `update payments set customer_id = $2, paid_at = paid_at - $3 * interval '1 hour'
         where tenant_id = $1 and paid_at is not null and id = (select id from payments where tenant_id = $1 order by random() limit 1)`,
        [shop.id, random.chance(0.8) ? customerId : null, random.pick([0, random.int(-50, 50)])],
      )
      break
    case 'rollback':
      await rolledBack(shop.id, customerId)
      break
  }
}

async function change(shop: Shop, more: Pick<Change, 'kind' | 'customerId' | 'points' | 'reverses'>): Promise<void> {
  const base = { tenant: shop.id, actor: CASHIER, key: randomUUID(), hash: 'ab', reason: null, orderId: null }
  const { results } = await applyChanges(db, [{ ...base, ...more }])
  const result = results[0]!
  if (result.kind === 'applied' && more.kind !== 'reverse') shop.entries.push(result.applied.transactionId)
}

async function run(
  shop: Shop,
  operation: Engagement['operation'] | 'record_payment' | 'refund_payment' | 'settle_fact',
  input: Record<string, unknown>,
) {
  const result = await engage(
    { db, onCommitted: () => {} },
    { operation: operation as Engagement['operation'], tenant: shop.id, actor: CASHIER, key: null, hash: null, input },
  )
  if (result.kind !== 'applied') return
  const id = result.applied.record['id'] as string
  if (operation === 'record_payment') shop.payments.push(id)
  if (operation === 'make_booking') shop.bookings.push(id)
}

/** A charge and its refunds in any order: the refund may come first, the charge may fail, and succeed after that. */
async function providerSays(random: Random, shop: Shop, customerId: string): Promise<void> {
  const reference = randomUUID()
  const amountMinor = random.int(1_000, 9_000)
  const charge = (status: string) => ({
    provider: 'paystack',
    fact: { kind: 'charge', reference, status, amountMinor, currency: 'GBP', customerId, paidAt: someTime(random) },
  })
  const refund = {
    provider: 'paystack',
    fact: { kind: 'refund', key: randomUUID(), reference, amountMinor: random.int(1, 10_000), currency: 'GBP' },
  }
  const said = [
    charge('succeeded'),
    ...(random.chance(0.3) ? [charge('failed')] : []),
    ...(random.chance(0.6) ? [refund] : []),
  ]
  for (const fact of random.shuffled(said)) await run(shop, 'settle_fact', fact)
}

/** An entry of long ago, as data that is taken over would have them. */
async function writeOldEntry(random: Random, tenant: string, customerId: string): Promise<void> {
  const points = random.int(1, 100)
  await database.transaction(async (client) => {
    await client.query('set local role loyalty_engine')
    await client.query(
      `insert into entries (
         tenant_id, id, card_id, card_version, customer_id, program_id, type, points, balance_after, earned_after,
         redeemed_after, actor_type, actor_id, epoch, seq, created_at
       )
       select tenant_id, uuid_v7($3, 0), id, -(random() * 1e15)::bigint, customer_id, program_id, 'add', $4, 0, 0, 0,
         'system', 'import', 1, 1, $3
       from cards where tenant_id = $1 and customer_id = $2`,
      [tenant, customerId, someTime(random), points],
    )
    await client.query(
      'update cards set balance = balance + $3, earned = earned + $3 where tenant_id = $1 and customer_id = $2',
      [tenant, customerId, points],
    )
  })
}

const someTime = (random: Random, daysAhead = 0) =>
  new Date(
    Date.now() - random.int(-daysAhead, random.pick([3, 40, 400])) * DAY_MS - random.int(0, DAY_MS),
  ).toISOString()

async function rolledBack(tenant: string, customerId: string): Promise<void> {
  const written = database.transaction(async (client) => {
    await client.query(`select engage('record_payment', $1, $2, null, null, $3)`, [
      tenant,
      JSON.stringify(CASHIER),
      JSON.stringify({ provider: 'cash', amountMinor: 7_777, currency: 'GBP', customerId }),
    ])
    throw new Error('thought better of it')
  })
  await expect(written).rejects.toThrow('thought better of it')
}
