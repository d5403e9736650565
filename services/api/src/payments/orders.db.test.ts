import { randomUUID } from 'node:crypto'
import { parseEvent } from '@loyalty-live/events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Random } from '../../../../scripts/random.ts'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { randomOfRun } from '../../../../tests/harness/random.ts'
import { makeTenant, type TestCustomer, type TestTenant } from '../../../../tests/harness/tenant.ts'
import { connect, type Db } from '../db/connect.ts'
import { engage } from '../stream/engage.ts'
import { keepCallback } from './keep-callback.ts'
import { providerActor, type Callback, type ChargeFact } from './provider.ts'

const CASES = 320
const PROVIDERS = {
  paystack: { name: 'paystack', label: 'Paystack' },
  mpesa: { name: 'mpesa', label: 'M-Pesa' },
} as const

let database: TestDatabase
let db: Db
let demo: TestTenant
let told = 0

beforeAll(async () => {
  database = await createDatabase()
  db = connect({ url: database.url, connectionsMax: 12, role: 'loyalty_app' })
  demo = await makeTenant(database, 'demo')
  await database.sql(`update tenants set settings = settings || '{"currency":"KES"}'`)
  await database.sql(`update programs set points_per_currency_unit = 0.037`)
})
afterAll(async () => {
  await db.close()
  await database.drop()
})

function onCommitted(events: readonly { text: string }[]): void {
  for (const { text } of events) {
    if (parseEvent(JSON.parse(text)).kind !== 'known') throw new Error(`not an event of the contract: ${text}`)
    told++
  }
}
const deps = {
  get db() {
    return db
  },
  onCommitted,
}

/** What is going to be said of a payment; in which order is what the test is about. */
type Story = {
  readonly provider: keyof typeof PROVIDERS
  readonly reference: string
  readonly amountMinor: number
  readonly succeeds: boolean
  readonly fails: boolean
  readonly refunds: readonly number[]
  /** The callback of the charge is lost: the reconciler hears of it. */
  readonly lost: boolean
  /** Somebody who knows the way sends another amount. */
  readonly wrongAmount: boolean
  readonly paymentId: string | null
}

type Message = () => Promise<unknown>

function makeStory(random: Random, provider: Story['provider']): Omit<Story, 'paymentId'> {
  const amountMinor = random.int(1, 4000) * 100
  const refunds: number[] = []
  const succeeds = random.chance(0.85)
  for (let left = amountMinor; provider === 'paystack' && left > 0 && random.chance(0.45);) {
    const amount = random.chance(0.3) ? left : random.int(1, left)
    refunds.push(amount)
    left -= amount
  }
  return {
    provider,
    reference: `${provider}-${randomUUID()}`,
    amountMinor,
    succeeds,
    fails: random.chance(0.3),
    refunds,
    lost: random.chance(0.2),
    wrongAmount: random.chance(0.25),
  }
}

const charge = (story: Story, status: ChargeFact['status'], amountMinor: number, customerId: string): ChargeFact => ({
  kind: 'charge',
  status,
  reference: story.reference,
  amountMinor,
  currency: 'KES',
  paidAt: status === 'succeeded' ? '2026-03-04T08:15:00.000Z' : null,
  failure: status === 'failed' ? 'declined' : null,
  detail: {},
  customerId: story.provider === 'paystack' ? customerId : null,
  bookingId: null,
  phone: null,
  paymentId: null,
  started: story.provider === 'mpesa',
})

/** A push that was started here, as M-Pesa needs; of Paystack's half are. */
async function open(story: Omit<Story, 'paymentId'>, customer: TestCustomer, bookingId: string): Promise<string> {
  const paymentId = randomUUID()
  const opened = await engage(deps, {
    operation: 'open_payment',
    tenant: 'demo',
    actor: { type: 'terminal', id: 'till', name: 'Till' },
    key: randomUUID(),
    hash: '00',
    input: {
      provider: story.provider,
      configured: true,
      paymentId,
      reference: story.reference,
      amountMinor: story.amountMinor,
      currency: 'KES',
      customerId: customer.id,
      bookingId,
      askInSeconds: 60,
    },
  })
  expect(opened.kind).toBe('applied')
  return paymentId
}

function messages(random: Random, story: Story, customer: TestCustomer): Message[] {
  const say = (callback: Omit<Extract<Callback, { kind: 'fact' }>, 'kind'>, times: number): Message[] => {
    const raw = Buffer.from(JSON.stringify(callback))
    const message = () => keepCallback(deps, PROVIDERS[story.provider], 'demo', { kind: 'fact', ...callback }, raw)
    return Array.from({ length: times }, () => message)
  }
  const repeats = () => random.int(1, 3)
  const succeeded = charge(story, 'succeeded', story.amountMinor, customer.id)
  const settle = () =>
    engage(deps, {
      operation: 'settle_payment',
      tenant: 'demo',
      actor: providerActor(PROVIDERS[story.provider]),
      key: null,
      hash: null,
      input: { paymentId: story.paymentId, fact: { ...succeeded, amountMinor: null }, abandoned: null },
    })
  const asked = story.paymentId !== null
  return [
    ...(story.succeeds && !(story.lost && asked)
      ? say({ key: `paid:${story.reference}`, fact: succeeded }, repeats())
      : []),
    ...(story.succeeds && asked && (story.lost || random.chance(0.3)) ? [settle, settle] : []),
    ...(story.fails
      ? say(
          { key: `failed:${story.reference}`, fact: charge(story, 'failed', story.amountMinor, customer.id) },
          repeats(),
        )
      : []),
    // Of a payment that nobody has started or told of, any amount would be the first that is heard.
    ...(story.wrongAmount && asked
      ? say(
          { key: `paid:${story.reference}`, fact: charge(story, 'succeeded', story.amountMinor + 100, customer.id) },
          repeats(),
        )
      : []),
    ...story.refunds.flatMap((amountMinor, index) => {
      const key = `${story.reference}-refund-${index}`
      const fact = {
        kind: 'refund',
        key,
        reference: story.reference,
        amountMinor,
        currency: 'KES',
        reason: null,
      } as const
      return say({ key, fact }, repeats())
    }),
  ]
}

/** The books that these facts make, in whatever order they were heard. */
function booksOf({ amountMinor, succeeds, fails, refunds, paymentId, reference }: Story) {
  const refunded = succeeds ? refunds.reduce((sum, amount) => sum + amount, 0) : 0
  const awarded = succeeds ? Math.floor((amountMinor * 37) / 100_000) : 0
  const kept = Math.floor((awarded * (amountMinor - refunded)) / amountMinor)
  if (!succeeds && !fails && paymentId === null) return []
  return [
    {
      reference,
      status: succeeds ? (refunded === amountMinor ? 'refunded' : 'succeeded') : fails ? 'failed' : 'pending',
      refunded,
      awarded,
      reversed: awarded - kept,
      open: !succeeds && !fails,
    },
  ]
}

function bookingStateOf(stories: readonly Story[], amountMinor: number): string {
  const paid = stories.filter(({ succeeds, paymentId }) => succeeds && paymentId !== null)
  const kept = paid.reduce((sum, story) => sum + story.amountMinor - booksOf(story)[0]!.refunded, 0)
  if (paid.length === 0) return 'unpaid'
  if (kept === 0) return 'refunded'
  return kept >= amountMinor ? 'paid' : 'partly'
}

test(
  `${CASES} seeded orders of charges, refunds, repeats, late and lost callbacks: always the same books`,
  { timeout: 240_000 },
  async () => {
    const random = randomOfRun()
    console.log(`seed ${random.seed}`)
    for (let index = 0; index < CASES; index++) {
      const customer = await demo.enrol({ points: 0 })
      const bookingAmount = random.int(1, 6000) * 100
      const [booking] = await database.sql<{ id: string }>(
        `insert into bookings (tenant_id, customer_id, starts_at, amount_minor, currency)
         values ('demo', $1, now(), $2, 'KES') returning id`,
        [customer.id, bookingAmount],
      )
      const stories: Story[] = []
      for (let left = random.int(1, 3); left > 0; left--) {
        const story = makeStory(random, random.chance(0.6) ? 'paystack' : 'mpesa')
        const started = story.provider === 'mpesa' || random.chance(0.5)
        stories.push({ ...story, paymentId: started ? await open(story, customer, booking!.id) : null })
      }
      const order = random.shuffled(stories.flatMap((story) => messages(random, story, customer)))
      // Some come one after the other, some at once.
      while (order.length > 0) {
        const together = order.splice(0, random.chance(0.5) ? 1 : random.int(2, 8))
        await Promise.all(together.map((message) => message()))
      }

      const rows = await database.sql(
        `select p.provider_reference as reference, p.status, p.refunded_minor::int as refunded, p.points_awarded::int as awarded,
           p.points_reversed::int as reversed, o.payment_id is not null as open
         from payments p
         left join open_payments o on o.tenant_id = p.tenant_id and o.payment_id = p.id
         where p.customer_id = $1 or p.provider_reference = any ($2)
         order by 1`,
        [customer.id, stories.map(({ reference }) => reference)],
      )
      const expected = stories.flatMap(booksOf).toSorted((a, b) => (a.reference < b.reference ? -1 : 1))
      expect(rows, `case ${index}`).toEqual(expected)
      const [state] = await database.sql<{ balance: number; payment_status: string }>(
        `select c.balance::int as balance, b.payment_status
         from cards c, bookings b where c.id = $1 and b.id = $2`,
        [customer.cardId, booking!.id],
      )
      expect(state, `case ${index}`).toEqual({
        balance: expected.reduce((sum, { awarded, reversed }) => sum + awarded - reversed, 0),
        payment_status: bookingStateOf(stories, bookingAmount),
      })
    }
    const [events] = await database.sql<{ count: number }>(
      `select count(*)::int as count from events where type in ('payment_recorded', 'booking_updated')`,
    )
    expect(events!.count).toBeGreaterThan(CASES)
    expect(told).toBeGreaterThan(CASES)
  },
)

test('1,000 repeats of one callback at once: one payment, one award, one answer', { timeout: 60_000 }, async () => {
  const customer = await demo.enrol({ points: 0 })
  const story: Story = { ...makeStory(randomOfRun(), 'paystack'), amountMinor: 1_000_000, paymentId: null }
  const fact = charge(story, 'succeeded', story.amountMinor, customer.id)
  const raw = Buffer.from(JSON.stringify(fact))
  const results = await Promise.all(
    Array.from({ length: 1000 }, () =>
      keepCallback(deps, PROVIDERS.paystack, 'demo', { kind: 'fact', key: `paid:${story.reference}`, fact }, raw),
    ),
  )
  const applied = results.map((result) => (result.kind === 'applied' ? result : null))
  expect(applied.filter((result) => result?.replayed === false)).toHaveLength(1)
  expect(new Set(applied.map((result) => JSON.stringify(result?.applied.record))).size).toBe(1)
  const [row] = await database.sql<{
    balance: number
    payments: number
    entries: number
    told: number
    callbacks: number
  }>(
    `select
       (select balance from cards where id = $1)::int as balance,
       (select count(*) from payments where provider_reference = $2)::int as payments,
       (select count(*) from entries where card_id = $1 and type = 'payment')::int as entries,
       (select count(*) from events where type = 'payment_recorded' and data ->> 'providerReference' = $2)::int as told,
       (select count(*) from provider_callbacks where event_key = 'paid:' || $2)::int as callbacks`,
    [customer.cardId, story.reference],
  )
  expect(row).toEqual({ balance: 370, payments: 1, entries: 1, told: 1, callbacks: 1 })
})
