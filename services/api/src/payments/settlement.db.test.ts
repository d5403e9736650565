import { randomUUID } from 'node:crypto'
import { parseEvent, type StreamEvent } from '@loyalty-live/events'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { makeTenant, type TestCustomer, type TestTenant } from '../../../../tests/harness/tenant.ts'
import { connect, type Db } from '../db/connect.ts'
import { applyChanges } from '../ledger/apply.ts'
import { engage, type Engagement } from '../stream/engage.ts'

const OWNER = { type: 'staff', id: 'owner', name: 'Olive Owner' } as const

let database: TestDatabase
let db: Db
let demo: TestTenant
let customer: TestCustomer
const told: StreamEvent[] = []

beforeAll(async () => {
  database = await createDatabase()
  db = connect({ url: database.url, connectionsMax: 4, role: 'loyalty_app' })
  demo = await makeTenant(database, 'demo')
  await database.sql(`update tenants set settings = settings || '{"currency":"KES"}'`)
})
afterAll(async () => {
  await db.close()
  await database.drop()
})
beforeEach(async () => {
  await database.sql(`update programs set points_per_currency_unit = 1, debt_policy = 'refuse', active = true`)
  customer = await demo.enrol({ name: 'Jane', points: 0 })
  told.length = 0
})

function onCommitted(events: readonly { text: string }[]): void {
  for (const { text } of events) {
    const parsed = parseEvent(JSON.parse(text))
    if (parsed.kind === 'known') told.push(parsed.event)
  }
}

async function run(operation: Engagement['operation'], input: Engagement['input']): Promise<Record<string, any>> {
  const key = randomUUID()
  const result = await engage({ db, onCommitted }, { operation, tenant: 'demo', actor: OWNER, key, hash: '00', input })
  if (result.kind === 'key-reused') throw new Error('every key is new')
  return result.kind === 'applied' ? result.applied.record : result.refusal
}

const cash = (input: object = {}) =>
  run('record_payment', { provider: 'cash', amountMinor: 10_000, currency: 'KES', customerId: customer.id, ...input })
const refund = (paymentId: string, amountMinor?: number) =>
  run('refund_payment', { paymentId, amountMinor, reason: 'cold soup' })
const balance = async () =>
  Number(
    (await database.sql<{ balance: string }>('select balance from cards where id = $1', [customer.cardId]))[0]!.balance,
  )
const spend = (points: number) =>
  applyChanges(db, [
    {
      tenant: 'demo',
      actor: OWNER,
      key: null,
      hash: null,
      kind: 'redeem',
      customerId: customer.id,
      points,
      reason: null,
      orderId: null,
    },
  ])

describe('points of a payment', () => {
  test('are awarded and told in its transaction', async () => {
    expect(await cash()).toMatchObject({ status: 'succeeded', pointsAwarded: 100, customerName: 'Jane' })
    expect(told.map(({ type }) => type)).toEqual(['loyalty_updated', 'notification_created', 'payment_recorded'])
    expect(told[0]!.data).toMatchObject({ transactionType: 'payment', pointsChange: 100, newBalance: 100 })
    expect(told[2]!.data).toMatchObject({
      status: 'succeeded',
      pointsAwarded: 100,
      refundedMinor: 0,
      customerName: 'Jane',
    })
  })

  test('are none in another currency, without a card, by a programme that is switched off or gives none', async () => {
    expect(await cash({ currency: 'USD' })).toMatchObject({ status: 'succeeded', currency: 'USD', pointsAwarded: 0 })
    expect(await cash({ customerId: undefined })).toMatchObject({ customerId: null, pointsAwarded: 0 })
    expect(await cash({ amountMinor: 99 })).toMatchObject({ pointsAwarded: 0, transactionId: null })
    await database.sql('update programs set active = false')
    expect(await cash()).toMatchObject({ status: 'succeeded', pointsAwarded: 0 })
    await database.sql('update programs set active = true, points_per_currency_unit = 0')
    expect(await cash()).toMatchObject({ status: 'succeeded', pointsAwarded: 0 })
    expect(await balance()).toBe(0)
  })

  test('go to who is named, else to who booked, else to whose phone it is; never to a stranger', async () => {
    const booker = await demo.enrol({ points: 0 })
    const [booking] = await database.sql<{ id: string }>(
      `insert into bookings (tenant_id, customer_id, starts_at, amount_minor, currency)
       values ('demo', $1, now(), 10000, 'KES') returning id`,
      [booker.id],
    )
    const bookingId = booking!.id
    const { phone } = customer
    const payer = async (input: object) => (await cash({ customerId: undefined, ...input }))['customerId']
    expect(await payer({ customerId: customer.id, bookingId })).toBe(customer.id)
    expect(await payer({ bookingId, phone })).toBe(booker.id)
    expect(await payer({ phone })).toBe(customer.id)
    expect(await payer({ phone: '+254799999999' })).toBeNull()
    const stranger = await (await makeTenant(database, `rival-${randomUUID().slice(0, 8)}`)).enrol({ points: 0 })
    expect(await cash({ customerId: stranger.id })).toMatchObject({ code: 'customer-not-found' })
    expect(await payer({ phone: stranger.phone })).toBeNull()
  })
})

describe('points of a refund', () => {
  test('where no debt is allowed: as many as there are, and the record says how many were missing', async () => {
    const { id } = await cash()
    await spend(70)
    expect((await refund(id, 5_000))['refund']).toMatchObject({ pointsTaken: 30, pointsMissing: 20 })
    expect(await balance()).toBe(0)
    // What was missing is taken as soon as it is there.
    await cash({ amountMinor: 4_000 })
    expect(await refund(id)).toMatchObject({
      status: 'refunded',
      pointsReversed: 70,
      refund: { pointsTaken: 40, pointsMissing: 30 },
    })
    expect(await balance()).toBe(0)
  })

  test('where a debt is allowed: all of them', async () => {
    await database.sql(`update programs set debt_policy = 'allow'`)
    const { id } = await cash()
    await spend(70)
    expect((await refund(id))['refund']).toMatchObject({ pointsTaken: 100, pointsMissing: 0 })
    expect(await balance()).toBe(-70)
  })

  test('are not taken twice from who has given them back by a reversal', async () => {
    const { id, transactionId } = await cash()
    await applyChanges(db, [
      {
        tenant: 'demo',
        actor: OWNER,
        key: null,
        hash: null,
        kind: 'reverse',
        reverses: transactionId,
        reason: null,
        orderId: null,
      },
    ])
    expect((await refund(id))['refund']).toMatchObject({ pointsTaken: 0, pointsMissing: 0 })
    expect(await balance()).toBe(0)
  })

  test('of a programme that is switched off are taken all the same', async () => {
    const { id } = await cash()
    await database.sql('update programs set active = false')
    expect((await refund(id))['refund']).toMatchObject({ pointsTaken: 100 })
  })

  test('by many small refunds come to what one large one takes', async () => {
    const { id } = await cash({ amountMinor: 9_999 })
    const parts = [1, 333, 3_333, 50, 6_282]
    for (const part of parts) await refund(id, part)
    expect(await balance()).toBe(0)
    expect(await refund(id, 1)).toMatchObject({ code: 'payment-not-refundable', status: 'refunded' })
  })
})

test('callbacks are forgotten after their time; their payments stay', async () => {
  const { id } = await cash()
  await database.sql(
    `insert into provider_callbacks (tenant_id, id, provider, event_key, digest, raw, outcome, answer, payment_id, received_at)
     select 'demo', uuid_v7(now(), n), 'paystack', 'key-' || n, '', '', 'applied', '{}', $1, now() - make_interval(days => n)
     from unnest(array[0, 89, 179, 181, 400]) n`,
    [id],
  )
  await database.sql(
    `insert into callback_refusals select 'demo', 'paystack', current_date - n, 'signature-invalid', 1, now()
     from unnest(array[0, 179, 181]) n`,
  )
  await database.sql('select forget_callbacks(180)')
  const [left] = await database.sql(
    `select (select count(*) from provider_callbacks where payment_id = $1)::int as callbacks,
       (select count(*) from callback_refusals)::int as refusals, (select count(*) from payments where id = $1)::int as payments`,
    [id],
  )
  expect(left).toEqual({ callbacks: 3, refusals: 2, payments: 1 })
})
