import { afterAll, beforeAll, expect, test } from 'vitest'
import { newKey, startTestApi, type TestApi } from '../../../../tests/harness/api.ts'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { makeTenant, type TestTenant } from '../../../../tests/harness/tenant.ts'

let database: TestDatabase
let api: TestApi
let demo: TestTenant
let rival: TestTenant
let owner: string

beforeAll(async () => {
  database = await createDatabase()
  demo = await makeTenant(database, 'demo')
  rival = await makeTenant(database, 'rival')
  api = await startTestApi(database.url)
  owner = await api.signIn(demo, 'owner')
})
afterAll(async () => {
  await api.close()
  await database.drop()
})

const read = async (token = owner) => api.call('GET', '/api/admin/settings', { token })
const patch = (body: object, ifMatch = '*', token = owner) =>
  api.call('PATCH', '/api/admin/settings', { token, body, headers: { 'if-match': ifMatch } })

test('the owner reads and changes what is given, and the rest stays', async () => {
  const before = await read()
  expect([before.status, before.headers.get('etag')]).toEqual([200, `"${before.body['version']}"`])
  expect(before.body).toMatchObject({ name: 'Tenant demo', defaultCountry: 'GB', adjustmentsNeedApproval: false })

  const changed = await patch({ name: 'Harbour Kitchen', adjustmentsNeedApproval: true }, before.headers.get('etag')!)
  expect(changed.status).toBe(200)
  const version = before.body['version'] + 1
  expect(changed.body).toMatchObject({
    name: 'Harbour Kitchen',
    defaultCountry: 'GB',
    adjustmentsNeedApproval: true,
    version,
  })
  expect((await read()).body).toEqual(changed.body)
})

test('of two who had read the same version the second is refused, with the settings as they are (C1)', async () => {
  const tag = (await read()).headers.get('etag')!
  await patch({ name: 'By the first' }, tag)
  const second = await patch({ name: 'By the second' }, tag)
  expect([second.status, second.body['code'], second.body['current']]).toMatchObject([
    412,
    'version-mismatch',
    { name: 'By the first' },
  ])
  expect((await read()).body['name']).toBe('By the first')
})

test('what changes nothing is no new version; what is changed by hand in SQL is one', async () => {
  const { name, version } = (await read()).body
  expect((await patch({ name })).body['version']).toBe(version)
  await database.sql(`update tenants set settings = settings || '{"adjustmentsNeedApproval":false}' where id = 'demo'`)
  expect((await read()).body).toMatchObject({ adjustmentsNeedApproval: false, version: version + 1 })
})

test.each([
  [{ defaultCountry: 'XX' }, 'body.defaultCountry: is not an ISO 3166-1 country code'],
  [{ currency: 'QQQ' }, 'body.currency: is not an ISO 4217 currency code'],
  [{ timeZone: 'Mars/Base' }, 'body.timeZone: is not the name of a time zone'],
  [{ name: '  ' }, 'body.name'],
  [{ id: 'other' }, 'id'],
])('%j is refused', async (body, detail) => {
  const { status, body: problem } = await patch(body)
  expect([status, problem['code']]).toEqual([400, 'invalid-request'])
  expect(problem['detail']).toContain(detail)
})

test('a number is read by the new country at once, although settings are remembered', async () => {
  const customer = await demo.enrol({ phone: '+254712345678', points: 10 })
  const lookUp = () => api.call('GET', '/api/loyalty/phone-lookup?phone=0712345678', { token: owner })
  expect((await lookUp()).body['code']).toBe('customer-not-found')
  await patch({ defaultCountry: 'KE' })
  expect((await lookUp()).body['customer'].id).toBe(customer.id)
  await patch({ defaultCountry: 'GB' })
})

test('in another time zone, what has happened is on other days of the dashboard', async () => {
  const cash = { provider: 'cash', amountMinor: 500, paidAt: '2026-01-09T22:30:00Z' }
  await api.call('POST', '/api/admin/payments', {
    token: await api.signIn(rival, 'owner'),
    headers: newKey(),
    body: cash,
  })
  const token = await api.signIn(rival, 'owner')
  const days = () => database.sql<{ day: string }>(`select day::text from revenue_days where tenant_id = 'rival'`)
  expect((await read(token)).body['timeZone']).toBe('UTC')
  expect(await days()).toEqual([{ day: '2026-01-09' }])
  expect((await patch({ timeZone: 'Africa/Nairobi' }, '*', token)).body['timeZone']).toBe('Africa/Nairobi')
  expect(await days()).toEqual([{ day: '2026-01-10' }])
})

test('with a long history another time zone is the operator’s to set, and the rest is still the owner’s', async () => {
  const token = await api.signIn(rival, 'owner')
  const busy = (by: number) =>
    database.sql(`update activity_hours set payments = payments + $1 where tenant_id = 'rival'`, [by])
  const { timeZone, name } = (await read(token)).body
  await busy(500_000)
  const { status, body } = await patch({ timeZone: 'Europe/Berlin', name: 'Rival & Sons' }, '*', token)
  expect([status, body['code'], body['errors'][0].field]).toEqual([400, 'invalid-request', 'body.timeZone'])
  expect((await read(token)).body).toMatchObject({ timeZone, name })
  expect((await patch({ timeZone, name: 'Rival & Sons' }, '*', token)).status).toBe(200)
  await busy(-500_000)
})

test('whether an adjustment needs approval counts from the next one on', async () => {
  const { id } = await demo.enrol({ points: 10 })
  const adjust = async () => {
    const body = { customerId: id, points: 5, reason: 'goodwill' }
    return (await api.call('POST', '/api/admin/adjustments', { token: owner, headers: newKey(), body })).body['status']
  }
  await patch({ adjustmentsNeedApproval: true })
  expect(await adjust()).toBe('pending')
  await patch({ adjustmentsNeedApproval: false })
  expect(await adjust()).toBe('approved')
})

test('the currency changes while no amount is recorded, and stays afterwards', async () => {
  expect((await patch({ currency: 'KES' })).body['currency']).toBe('KES')
  await database.sql(
    `insert into bookings (tenant_id, starts_at, amount_minor, currency) values ('demo', now(), 2500, 'KES')`,
  )
  const refused = await patch({ currency: 'EUR', name: 'Not this either' })
  expect([refused.status, refused.body['code']]).toEqual([409, 'currency-in-use'])
  expect((await read()).body).toMatchObject({ currency: 'KES', name: expect.not.stringContaining('Not this') })
  expect((await patch({ currency: 'KES' })).status).toBe(200)
})

test('an admin reads and does not change; a till does neither (I8: and nobody changes those of another business)', async () => {
  const admin = await api.signIn(demo, 'admin')
  expect([(await read(admin)).status, (await patch({ name: 'No' }, '*', admin)).status]).toEqual([200, 403])
  expect((await read(await api.signIn(demo, 'terminal'))).status).toBe(403)

  const before = (await read()).body
  await patch({ name: 'Rival Grill', currency: 'USD' }, '*', await api.signIn(rival, 'owner'))
  expect((await read()).body).toEqual(before)
})
