import { createHash } from 'node:crypto'
import { parsePhoneNumberFromString } from 'libphonenumber-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedDemo } from '../../scripts/demo/seed.ts'
import { audit, retentionStart } from '../../scripts/verify/audit.ts'
import { withSnapshot } from '../../scripts/verify/snapshot.ts'
import { verifyPassword } from '../../services/api/src/http/auth/password.ts'
import { startTestApi } from '../harness/api.ts'
import { createDatabase, type TestDatabase } from '../harness/database.ts'
import { stkCallback } from '../harness/providers/mpesa.ts'
import { chargeEvent } from '../harness/providers/paystack.ts'
import { postMpesa, postPaystack } from '../harness/providers/setup.ts'

const SECRETS_KEY = Buffer.alloc(32, 3).toString('base64')

let database: TestDatabase
let made: string[]

beforeAll(async () => {
  database = await createDatabase()
  const since = performance.now()
  made = await seedDemo(database.url, SECRETS_KEY)
  console.log(`demo data: ${Math.round(performance.now() - since)} ms`)
})
afterAll(() => database.drop())

test('M1 the demo data is what the contract says', async () => {
  expect(made).toEqual(['Harbour Kitchen', 'Rival Grill'])
  expect(await database.sql(`select id, name, settings from tenants order by id`)).toEqual([
    {
      id: 'demo',
      name: 'Harbour Kitchen',
      settings: expect.objectContaining({ defaultCountry: 'GB', currency: 'KES' }),
    },
    { id: 'rival', name: 'Rival Grill', settings: expect.objectContaining({ defaultCountry: 'GB' }) },
  ])
  const staff = await database.sql<{ email: string; role: string; password_hash: string }>(
    'select email, role, password_hash from staff order by email',
  )
  expect(staff.map(({ email, role }) => `${email} ${role}`)).toEqual([
    'cashier@demo.test cashier',
    'owner@demo.test owner',
    'owner@rival.test owner',
  ])
  for (const { password_hash } of staff) expect(await verifyPassword('demo-pass-1', password_hash)).toBe(true)
  const key = createHash('sha256').update('demo-terminal-key').digest()
  expect(await database.sql('select tenant_id, name from terminals where key_hash = $1', [key])).toEqual([
    { tenant_id: 'demo', name: 'Till 1' },
  ])
  expect(
    await database.sql(
      `select m.tenant_id, m.display_name, c.balance::int, c.earned::int, c.redeemed::int
       from members m join cards c using (tenant_id, customer_id) where m.phone = '+447306506797'`,
    ),
  ).toEqual([{ tenant_id: 'demo', display_name: 'John Doe', balance: 275, earned: 275, redeemed: 0 }])
})

test('M1 the generated customers are varied, and their phones are real ones', async () => {
  const members = await database.sql<{ tenant_id: string; customer_id: string; phone: string; display_name: string }>(
    `select tenant_id, customer_id, phone, display_name from members`,
  )
  expect(members.filter(({ phone }) => !parsePhoneNumberFromString(phone)?.isValid())).toEqual([])
  const of = (tenant: string) => members.filter(({ tenant_id }) => tenant_id === tenant)
  expect([of('demo').length, of('rival').length]).toEqual([201, 20])
  expect(new Set(of('demo').map(({ display_name }) => display_name)).size).toBe(201)
  const both = of('rival').filter(({ customer_id }) => of('demo').some((member) => member.customer_id === customer_id))
  expect(both.length).toBeGreaterThan(3)

  const [figures] = await database.sql(
    `select
       (select count(*)::int from members where tenant_id = 'demo' and vip) as vips,
       (select count(distinct customer_id)::int from bookings where tenant_id = 'demo') as bookers,
       (select count(distinct customer_id)::int from bookings b join members m using (tenant_id, customer_id)
        where tenant_id = 'demo' and not m.vip) as candidates,
       (select count(distinct actor_id)::int from entries where tenant_id = 'demo' and type = 'redeem' and order_id like 'HK-%')
         as tills,
       (select count(*)::int from entries where tenant_id = 'demo' and type = 'reverse') as reversals,
       (select count(distinct version)::int > 8 from cards where tenant_id = 'demo') as varied`,
  )
  const [money] = await database.sql(
    `select
       count(*)::int > 500 as many, count(distinct provider)::int as ways, count(booking_id)::int > 50 as booked,
       count(*) filter (where refunded_minor > 0) > 3 as refunded, min(paid_at) < now() - interval '90 days' as long_ago
     from payments where tenant_id = 'demo'`,
  )
  expect(money).toEqual({ many: true, ways: 4, booked: true, refunded: true, long_ago: true })
  expect(figures).toEqual({ vips: 12, bookers: 40, candidates: 33, tills: 4, reversals: 6, varied: true })
})

test('M1 the demo data is as sound as what the API writes, and nothing of it waits to be delivered', async () => {
  const keptSince = retentionStart(new Date(), 7)
  const findings = await withSnapshot(database.url, (client) => audit(client, { tenant: null, keptSince }))
  expect(findings.filter(({ breaches }) => breaches > 0)).toEqual([])
  expect(await database.sql('select from streams s join deliveries d using (tenant_id) where d.seq < s.head')).toEqual(
    [],
  )
})

test('M1 seeding again changes nothing, and makes only the tenant that is missing', async () => {
  await database.sql(`update members set display_name = 'John Q. Doe' where phone = '+447306506797'`)
  expect(await seedDemo(database.url)).toEqual([])
  const own = await createDatabase()
  await own.sql(`select create_tenant('demo', 'My Own Demo', '{}')`)
  expect(await seedDemo(own.url)).toEqual(['Rival Grill'])
  expect(await own.sql(`select name from tenants where id = 'demo'`)).toEqual([{ name: 'My Own Demo' }])
  await own.drop()
  expect(await database.sql(`select display_name from members where phone = '+447306506797'`)).toEqual([
    { display_name: 'John Q. Doe' },
  ])
})

test('M1 the people are the same in every database', async () => {
  const own = await createDatabase()
  await seedDemo(own.url)
  const people =
    'select tenant_id, phone, display_name, vip, balance, earned, redeemed from members join cards using (tenant_id, customer_id) order by 1, 2'
  await database.sql(`update members set display_name = 'John Doe' where phone = '+447306506797'`)
  expect(await own.sql(people)).toEqual(await database.sql(people))
  await own.drop()
})

test('M1 callbacks of demo’s payment providers are proved by what the contract says', async () => {
  const api = await startTestApi(database.url, { SECRETS_KEY })
  const event = chargeEvent({ reference: 'demo-ref', amount: 100, customer: { phone: '+447306506797' } })
  expect((await postPaystack(api, 'demo', event, 'sk_test_demo')).status).toBe(200)
  expect((await postPaystack(api, 'rival', event, 'sk_test_demo')).status).toBe(401)
  const unknown = await postMpesa(api, 'demo', stkCallback({ checkout: 'ws_CO_nobody' }), 'demo-mpesa-secret')
  expect(unknown.body['code']).toBe('payment-not-found')
  await api.close()
  const paid = await database.sql(
    `select amount_minor::int, status, currency from payments where provider_reference = 'demo-ref'`,
  )
  expect(paid).toEqual([{ amount_minor: 100, status: 'succeeded', currency: 'KES' }])
})

test('M-Pesa payments can be started where it is played, and with the demo’s keys nowhere else', async () => {
  const played = await createDatabase()
  await seedDemo(played.url, SECRETS_KEY, true)
  const canStart = async ({ url }: TestDatabase) => {
    const api = await startTestApi(url, { SECRETS_KEY })
    const { body } = await api.call('POST', '/api/auth/login', {
      body: { tenant: 'demo', email: 'owner@demo.test', password: 'demo-pass-1' },
    })
    const { items } = (await api.call('GET', '/api/admin/payment-providers', { token: body['token'] })).body
    await api.close()
    return (items as { provider: string; canStart: boolean }[]).find(({ provider }) => provider === 'mpesa')?.canStart
  }
  expect([await canStart(database), await canStart(played)]).toEqual([false, true])
  await played.drop()
})
