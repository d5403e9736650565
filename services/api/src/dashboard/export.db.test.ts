import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, type TestApi } from '../../../../tests/harness/api.ts'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { makeTenant, type TestTenant } from '../../../../tests/harness/tenant.ts'

let database: TestDatabase
let api: TestApi
let tenant: TestTenant
let owner: string

beforeAll(async () => {
  database = await createDatabase()
  tenant = await makeTenant(database, 'demo')
  await database.sql(`update tenants set settings = settings || '{"timeZone": "Africa/Nairobi"}' where id = 'demo'`)
  api = await startTestApi(database.url)
  owner = await api.signIn(tenant, 'owner')
})
afterAll(async () => {
  await api.close()
  await database.drop()
})

const engage = (operation: string, input: object) =>
  database.sql<{ id: string }>(
    `select answer ->> 'id' as id from engage($1, 'demo', '{"type":"staff","id":"owner","name":"Olive"}', null, null, $2)`,
    [operation, JSON.stringify(input)],
  )
const download = (period: string) => api.call('GET', `/api/admin/dashboard.csv?period=${period}`, { token: owner })
const linesOf = (text: string) => text.split('\r\n').slice(1, -1)

test('the money of a period is a file for a spreadsheet, which runs none of it', async () => {
  const mallory = await tenant.enrol({ name: '=HYPERLINK("http://evil")', points: 1 })
  const [paid] = await engage('record_payment', {
    provider: 'bank_transfer',
    reference: 'BT, 7',
    amountMinor: 123_456,
    currency: 'KES',
    customerId: mallory.id,
    paidAt: new Date(Date.now() - 60_000),
  })
  await engage('refund_payment', { paymentId: paid!.id, amountMinor: 3_456, reason: 'cold soup' })
  await engage('record_payment', { provider: 'cash', amountMinor: 500, currency: 'JPY' })
  const { status, headers, text } = await download('7d')
  expect([status, headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8'])
  expect(headers.get('content-disposition')).toMatch(/^attachment; filename="money-demo-[\d-]+-to-[\d-]+\.csv"$/)
  const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`
  const name = `"'=HYPERLINK(""http://evil"")"`.replaceAll(/[()]/g, String.raw`\$&`)
  const [payment, refund, other] = linesOf(text)
  expect(text).toMatch(
    /^\uFEFF?time \(Africa\/Nairobi\),kind,provider,reference,currency,amount,customer,booking,id\r\n/,
  )
  expect(payment).toMatch(new RegExp(`^${time},payment,bank_transfer,"BT, 7",KES,1234.56,${name},,${paid!.id}$`))
  expect(refund).toMatch(new RegExp(`^${time},refund,bank_transfer,"BT, 7",KES,-34.56,${name},,[0-9a-f-]{36}$`))
  expect(other).toMatch(new RegExp(`^${time},payment,cash,,JPY,500,,,[0-9a-f-]{36}$`))
})

test('more lines than are read at once come once each, in order, and add up to the dashboard', async () => {
  await database.sql(
    `insert into payments (
       tenant_id, id, provider, amount_minor, currency, status, paid_at, created_at, updated_at, actor_type, actor_id
     )
     select 'demo', gen_random_uuid(), 'cash', 100 + n, 'USD', 'succeeded',
       now() - interval '10 minutes' - (n / 700) * interval '1 second', now(), now(), 'system', 'import'
     from generate_series(1, 2500) n`,
  )
  const lines = linesOf((await download('30d')).text).filter((line) => line.includes(',USD,'))
  expect(new Set(lines).size).toBe(2500)
  expect(lines.map((line) => line.slice(0, 19))).toEqual(lines.map((line) => line.slice(0, 19)).toSorted())
  const total = lines.reduce((sum, line) => sum + Math.round(Number(line.split(',')[5]) * 100), 0)
  const { body } = await api.call('GET', '/api/admin/dashboard?period=30d', { token: owner })
  expect(total).toBe(body['revenue'].find(({ currency }: any) => currency === 'USD').revenueMinor)
})
