import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { startPaystack, type PaystackStandIn } from '../../../../tests/harness/providers/paystack.ts'
import { makeTenant, type TestCustomer } from '../../../../tests/harness/tenant.ts'
import { until } from '../../../../tests/harness/until.ts'
import { connect, type Db } from '../db/connect.ts'
import { withTenant } from '../db/tenant-scope.ts'
import { createMetrics } from '../http/metrics.ts'
import { engage } from '../stream/engage.ts'
import { createAccounts, type Accounts } from './accounts.ts'
import { createPaymentMetrics } from './metrics.ts'
import { paystackProvider } from './paystack/provider.ts'
import { createProviderHttp, type ProviderHttp } from './provider-http.ts'
import { createReconciler, type Reconciler } from './reconciler.ts'
import { createSecretBox } from './sealing.ts'

const HOUR_MS = 3_600_000

let database: TestDatabase
let db: Db
let paystack: PaystackStandIn
let http: ProviderHttp
let accounts: Accounts
let customer: TestCustomer
const opened: Reconciler[] = []

beforeAll(async () => {
  database = await createDatabase()
  db = connect({ url: database.url, connectionsMax: 8, role: 'loyalty_app' })
  const demo = await makeTenant(database, 'demo')
  customer = await demo.enrol({ points: 0 })
  await database.sql(`update tenants set settings = settings || '{"currency":"KES"}'`)
  await database.sql('update programs set points_per_currency_unit = 1')
  paystack = await startPaystack()
  http = createProviderHttp({ timeoutMs: 400 })
  accounts = createAccounts(db, createSecretBox([Buffer.alloc(32, 1)]))
  await withTenant(db, 'demo', (trx) =>
    accounts.write(trx, 'demo', 'paystack', { settings: {}, secrets: { secretKey: 'sk_test_demo' } }),
  )
})
afterAll(async () => {
  await Promise.all(opened.map((each) => each.close()))
  await http.close()
  await paystack.close()
  await db.close()
  await database.drop()
})
beforeEach(async () => {
  paystack.misbehave(null)
  paystack.asked.length = 0
  await database.sql('delete from open_payments')
})

function reconciler({ everySeconds = 60, later = 0 } = {}): Reconciler {
  const made = createReconciler({
    db,
    onCommitted: () => undefined,
    providers: [paystackProvider({ http, url: paystack.url })],
    accounts,
    metrics: createPaymentMetrics(createMetrics(), db),
    logger: pino({ level: 'silent' }),
    everySeconds,
    now: () => new Date(Date.now() + later),
  })
  opened.push(made)
  return made
}

/** Opens payments that are due to be asked about, and gives their ids. */
async function open(count: number, status: string | null): Promise<string[]> {
  const ids: string[] = []
  for (let made = 0; made < count; made++) {
    const paymentId = randomUUID()
    const result = await engage(
      { db, onCommitted: () => undefined },
      {
        operation: 'open_payment',
        tenant: 'demo',
        actor: { type: 'terminal', id: 'till', name: 'Till' },
        key: null,
        hash: null,
        input: {
          provider: 'paystack',
          configured: true,
          paymentId,
          reference: paymentId,
          amountMinor: 100,
          currency: 'KES',
          customerId: customer.id,
          askInSeconds: 0,
        },
      },
    )
    expect(result.kind).toBe('applied')
    if (status !== null) paystack.transactions.set(paymentId, { reference: paymentId, amount: 100, status })
    ids.push(paymentId)
  }
  return ids
}

const states = async (ids: readonly string[]) =>
  (
    await database.sql<{ state: string }>(
      `select concat_ws(' ', status, failure) as state from payments where id = any ($1) order by 1`,
      [ids],
    )
  ).map(({ state }) => state)

const asks = async () =>
  database.sql<{ asks: number; seconds: number }>(
    `select asks, extract(epoch from ask_at - now())::float8 as seconds from open_payments`,
  )

describe('what is due', () => {
  test('is asked about once, whichever of three processes claims it', async () => {
    const ids = await open(30, 'success')
    const three = [reconciler(), reconciler(), reconciler()]
    const counts = await Promise.all(three.map((each) => each.askDue()))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(30)
    expect(paystack.asked.toSorted()).toEqual(ids.map((id) => `GET /transaction/verify/${id}`).toSorted())
    expect(new Set(await states(ids))).toEqual(new Set(['succeeded']))
    expect(await asks()).toEqual([])
    const [card] = await database.sql('select balance::int from cards where id = $1', [customer.cardId])
    expect(card).toEqual({ balance: 30 })
  })

  test('and not settled is asked about later and later, an hour apart at most', async () => {
    await open(1, 'ongoing')
    const asking = reconciler({ everySeconds: 60 })
    const pauses: number[] = []
    for (let ask = 1; ask <= 9; ask++) {
      await database.sql('update open_payments set ask_at = now()')
      expect(await asking.askDue()).toBe(1)
      const [row] = await asks()
      expect(row!.asks).toBe(ask)
      pauses.push(row!.seconds)
    }
    for (const [index, pause] of pauses.entries()) {
      const expected = Math.min(60 * 2 ** index, 3600)
      expect(pause).toBeGreaterThan(expected * 0.79)
      expect(pause).toBeLessThan(expected * 1.21)
    }
    expect(await asking.askDue()).toBe(0)
  })

  test('stays as it is while the provider does not answer, and keeps up nobody else', async () => {
    const ids = await open(3, 'success')
    paystack.misbehave({ answer: { status: 503, body: '<html>' } })
    expect(await reconciler().askDue()).toBe(3)
    expect(await states(ids)).toEqual(['pending', 'pending', 'pending'])
    paystack.misbehave(null)
    await database.sql('update open_payments set ask_at = now()')
    await reconciler().askDue()
    expect(await states(ids)).toEqual(['succeeded', 'succeeded', 'succeeded'])
  })
})

describe('what is never paid', () => {
  test.each([
    ['failed', 0, 'failed Successful'],
    ['abandoned', 1 * HOUR_MS, 'pending'],
    ['abandoned', 25 * HOUR_MS, 'failed abandoned'],
    ['ongoing', 71 * HOUR_MS, 'pending'],
    ['ongoing', 73 * HOUR_MS, 'failed abandoned'],
    [null, 0, 'pending'],
    [null, 1 * HOUR_MS, 'failed never-started'],
  ])('Paystack says %s after %i ms: %s', async (status, later, expected) => {
    const ids = await open(1, status)
    await reconciler({ later }).askDue()
    expect(await states(ids)).toEqual([expected])
    expect((await asks()).length).toBe(expected === 'pending' ? 1 : 0)
  })

  test('paid after it was given up, it counts', async () => {
    const ids = await open(1, 'abandoned')
    await reconciler({ later: 100 * HOUR_MS }).askDue()
    expect(await states(ids)).toEqual(['failed abandoned'])
    paystack.transactions.get(ids[0]!)!.status = 'success'
    await reconciler().askNow('demo', ids[0]!)
    expect(await states(ids)).toEqual(['succeeded'])
  })
})

test('it asks by itself, and closing ends its pause', async () => {
  const ids = await open(1, 'success')
  const running = reconciler({ everySeconds: 0.02 })
  running.start()
  await until(async () => (await states(ids))[0] === 'succeeded', 'the payment to be settled')
  const idle = reconciler({ everySeconds: 3600 })
  idle.start()
  const since = performance.now()
  await Promise.all([running.close(), idle.close()])
  expect(performance.now() - since).toBeLessThan(1_000)
})
