import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedDemo } from '../../scripts/demo/seed.ts'
import { DEMO_PASSWORD, JOHN_DOE } from '../../scripts/demo/tenants.ts'
import { newKey, startTestApi, type TestApi } from '../harness/api.ts'
import { createDatabase, type TestDatabase } from '../harness/database.ts'
import { stkCallback } from '../harness/providers/mpesa.ts'
import { chargeEvent } from '../harness/providers/paystack.ts'
import { postMpesa, postPaystack } from '../harness/providers/setup.ts'
import { until } from '../harness/until.ts'

const SECRETS_KEY = Buffer.alloc(32, 3).toString('base64')
/** So many pages of one row are read of each list. */
const PAGES = 5

const ofStaff = [
  '/api/admin/activity',
  '/api/admin/adjustments',
  '/api/admin/bookings',
  '/api/admin/customers',
  '/api/admin/enrolments',
  '/api/admin/payments',
  '/api/admin/payments/refusals',
  '/api/admin/programs',
  '/api/admin/qr-scans',
  '/api/admin/staff',
  '/api/admin/terminals',
  '/api/admin/vip',
  '/api/admin/vip/candidates',
  '/api/loyalty/transactions',
]
const ofCustomers = ['/api/me/notifications', '/api/me/transactions']

let database: TestDatabase
let api: TestApi
let owner: string
let customer: string

beforeAll(async () => {
  database = await createDatabase()
  await seedDemo(database.url, SECRETS_KEY)
  api = await startTestApi(database.url, { SECRETS_KEY })
  const body = { tenant: JOHN_DOE.tenant, email: 'owner@demo.test', password: DEMO_PASSWORD }
  owner = (await api.call('POST', '/api/auth/login', { body })).body['token']
  await fillWhatTheDemoLacks()
})
afterAll(async () => {
  await api.close()
  await database.drop()
})

async function fillWhatTheDemoLacks(): Promise<void> {
  const phone = encodeURIComponent(JOHN_DOE.phone)
  const lookup = await api.call('GET', `/api/loyalty/phone-lookup?phone=${phone}`, { token: owner })
  const customerId: string = lookup.body['customer'].id
  customer = await api.customerToken(customerId)
  const post = async (path: string, sent: object) => {
    const answer = await api.call('POST', `/api/admin/${path}`, { token: owner, headers: newKey(), body: sent })
    expect(answer.status, answer.text).toBe(201)
  }
  await post('programs', { name: 'Second helpings' })
  for (const points of [5, 10]) {
    await post('adjustments', { customerId, points, reason: 'Waited too long' })
    await post('qr-scans', { qr: (await api.call('GET', '/api/me/qr', { token: customer })).body['qr'] })
  }
  await postPaystack(api, 'demo', chargeEvent({ reference: 'forged', amount: 100 }), 'sk_test_of_nobody')
  await postMpesa(api, 'demo', stkCallback({ checkout: 'ws_CO_nobody' }), 'demo-mpesa-secret')
  await until(async () => (await database.sql('select from callback_refusals')).length === 2)
}

const read = async (path: string, query: Record<string, string>) => {
  const token = path.startsWith('/api/me/') ? customer : owner
  const answer = await api.call('GET', `${path}?${new URLSearchParams(query).toString()}`, { token })
  expect(answer.status, answer.text).toBe(200)
  return answer.body as { items: unknown[]; nextCursor: string | null }
}

test('every list that has pages is looked at here', async () => {
  const { paths } = (await api.call('GET', '/openapi.json')).body as {
    paths: Record<string, { get?: { parameters?: { name: string }[] } }>
  }
  const paged = Object.entries(paths).filter(([, { get }]) => get?.parameters?.some(({ name }) => name === 'pageAfter'))
  expect(paged.map(([path]) => path).toSorted()).toEqual([...ofStaff, ...ofCustomers].toSorted())
})

test.each([...ofStaff, ...ofCustomers])('%s: page by page it is the same as at once, to its end', async (path) => {
  const whole = await read(path, { limit: '500' })
  expect(whole.items.length).toBeGreaterThan(1)
  const walked: unknown[] = []
  let pageAfter: string | null = null
  do {
    const page = await read(path, { limit: '1', ...(pageAfter === null ? {} : { pageAfter }) })
    expect(page.items).toHaveLength(1)
    walked.push(...page.items)
    pageAfter = page.nextCursor
  } while (pageAfter !== null && walked.length < PAGES)
  expect(walked).toEqual(whole.items.slice(0, PAGES))
  expect(pageAfter === null).toBe(whole.items.length === walked.length)
})
