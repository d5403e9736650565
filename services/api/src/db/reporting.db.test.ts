import { afterAll, beforeAll, expect, test } from 'vitest'
import { newKey, startTestApi, type TestApi } from '../../../../tests/harness/api.ts'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { makeTenant, type TestCustomer, type TestTenant } from '../../../../tests/harness/tenant.ts'

let database: TestDatabase
let api: TestApi
let demo: TestTenant
let john: TestCustomer
let till: string
let owner: string
let phone: string

beforeAll(async () => {
  database = await createDatabase()
  demo = await makeTenant(database, 'demo')
  const rival = await makeTenant(database, 'rival')
  john = await demo.enrol({ name: 'John Doe', points: 100 })
  await rival.enrol({ name: 'John Doe', phone: john.phone, points: 30 })
  const stranger = await rival.enrol({ name: 'Stella', points: 5 })
  api = await startTestApi(database.url)
  till = await api.signIn(demo, 'terminal')
  owner = await api.signIn(demo, 'owner')
  phone = await api.customerToken(john.id)
  await post('/api/customer/loyalty/redeem', { customerId: john.id, points: 25, orderId: '7' })
  for (const id of [john.id, stranger.id]) {
    const { body } = await api.call('GET', '/api/me/qr', { token: await api.customerToken(id) })
    await post('/api/admin/qr-scans', { qr: body['qr'], points: 3 })
  }
})
afterAll(async () => {
  await api.close()
  await database.drop()
})

const post = (path: string, body: object) => api.call('POST', path, { token: till, headers: newKey(), body })
const listed = async (path: string): Promise<any[]> => (await api.call('GET', path, { token: owner })).body['items']
const view = (name: string) => database.sql<any>(`select * from ${name} where tenant_id = 'demo'`)
const sorted = (rows: readonly unknown[][]) => rows.map((row) => row.map(String).join(' ')).toSorted()

test('customers are those of the customers page', async () => {
  expect(
    sorted(
      (await view('customer_business_view')).map((row) => [
        row.customer_id,
        row.customer_name,
        row.balance,
        row.earned,
        row.redeemed,
        row.cards,
      ]),
    ),
  ).toEqual(
    sorted(
      (await listed('/api/admin/customers')).map((item) => [
        item.id,
        item.displayName,
        item.points,
        item.earned,
        item.redeemed,
        item.cards.length,
      ]),
    ),
  )
})

test('enrolments, scans and transactions are those of their pages', async () => {
  expect(sorted((await view('program_enrollments')).map((row) => [row.enrolment_id, row.status]))).toEqual(
    sorted((await listed('/api/admin/enrolments')).map(({ id, status }) => [id, status])),
  )
  expect(sorted((await view('qr_scan_logs')).map((row) => [row.scan_id, row.outcome, row.points_awarded]))).toEqual(
    sorted((await listed('/api/admin/qr-scans')).map((item) => [item.id, item.outcome, item.pointsAwarded])),
  )
  expect(
    sorted((await view('client_business_transactions')).map((row) => [row.transaction_id, row.points, row.order_id])),
  ).toEqual(sorted((await listed('/api/loyalty/transactions')).map(({ id, points, orderId }) => [id, points, orderId])))
  const kinds = (await view('customer_interactions')).map(({ kind, detail }) => `${kind} ${detail}`)
  expect(kinds.toSorted()).toEqual([
    'enrolment active',
    'enrolment pending',
    'points enrol',
    'points redeem',
    'points scan',
    'scan enrolment_requested',
    'scan points_awarded',
  ])
})

test('payments are those of their page, with what is left of them', async () => {
  const pay = (amountMinor: number) =>
    post('/api/admin/payments', { provider: 'cash', amountMinor, customerId: john.id })
  await pay(5_000)
  const { body } = await pay(9_000)
  await api.call('POST', `/api/admin/payments/${body['id']}/refund`, {
    token: owner,
    headers: newKey(),
    body: { amountMinor: 2_000, reason: 'cold soup' },
  })
  const shown = (await view('payment_transactions')).map((row) => [row.payment_id, row.status, row.revenue_minor])
  expect(sorted(shown)).toEqual(
    sorted(
      (await listed('/api/admin/payments')).map((item) => [
        item.id,
        item.status,
        item.amountMinor - item.refundedMinor,
      ]),
    ),
  )
  expect(shown.map(([, , revenue]) => Number(revenue)).toSorted((a, b) => a - b)).toEqual([5_000, 7_000])
  const kinds = (await view('customer_interactions')).map(({ kind }) => kind)
  expect(kinds.filter((kind) => kind === 'payment')).toHaveLength(2)
})

test('a customer’s cards, totals and dashboard are those of their own page', async () => {
  const { body } = await api.call('GET', '/api/me/cards', { token: phone })
  const [row] = await database.sql<{ dashboard: any }>('select refresh_customer_dashboard($1) as dashboard', [john.id])
  expect(row!.dashboard).toMatchObject({ cards: body['items'], totals: body['totals'], requests: [] })
  const notifications = (await api.call('GET', '/api/me/notifications', { token: phone })).body
  expect(row!.dashboard.unread).toBe(notifications['unread'])
  const transactions = (await api.call('GET', '/api/me/transactions?limit=10', { token: phone })).body['items']
  expect(row!.dashboard.transactions.map(({ id }: any) => id)).toEqual(transactions.map(({ id }: any) => id))
  const [cards] = await database.sql<any>('select * from customer_loyalty_cards where customer_id = $1', [john.id])
  expect(cards).toMatchObject({ cards: '2', tenants: '2', balance: String(body['totals'].balance) })
})

test('whoever asks in the scope of a tenant sees that tenant alone', async () => {
  await database.transaction(async (client) => {
    await client.query(`set local role loyalty_app; select set_config('app.tenant', 'demo', true)`)
    for (const name of ['loyalty_cards', 'customer_business_view', 'program_enrollments', 'customer_interactions']) {
      const { rows } = await client.query(`select distinct tenant_id from ${name}`)
      expect(rows, name).toEqual([{ tenant_id: 'demo' }])
    }
    const { rows } = await client.query('select tenants from customer_loyalty_cards where customer_id = $1', [john.id])
    expect(rows).toEqual([{ tenants: '1' }])
  })
})
