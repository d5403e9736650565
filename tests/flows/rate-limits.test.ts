import { afterAll, beforeAll, expect, test } from 'vitest'
import { newKey, startTestApi, type Answer, type TestApi } from '../harness/api.ts'
import { createDatabase, type TestDatabase } from '../harness/database.ts'
import { makeTenant, PASSWORD, type TestTenant } from '../harness/tenant.ts'
import { addTerminal } from '../../scripts/tenants.ts'

const REQUESTS_A_MINUTE = 40
const SIGN_INS_A_MINUTE = 5

let database: TestDatabase
let tenant: TestTenant
let api: TestApi

beforeAll(async () => {
  database = await createDatabase()
  tenant = await makeTenant(database, 'limited')
  api = await startTestApi(database.url, {
    RATE_LIMIT_PER_MINUTE: String(REQUESTS_A_MINUTE),
    SIGN_IN_LIMIT_PER_MINUTE: String(SIGN_INS_A_MINUTE),
  })
})
afterAll(async () => {
  await api.close()
  await database.drop()
})

/** As draft-ietf-httpapi-ratelimit-headers names them, up to its seventh version. */
const limitsOf = ({ headers }: Answer) =>
  ['ratelimit-limit', 'ratelimit-remaining'].map((name) => Number(headers.get(name)))

function expectRefusal(answer: Answer, limit: number): void {
  expect([answer.status, answer.body['code']]).toEqual([429, 'rate-limited'])
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
  expect(limitsOf(answer)).toEqual([limit, 0])
  for (const name of ['ratelimit-reset', 'retry-after']) {
    const seconds = Number(answer.headers.get(name))
    expect(seconds, name).toBeGreaterThan(0)
    expect(seconds, name).toBeLessThanOrEqual(60)
  }
}

test('a terminal that asks too often is told so in every answer, then refused until when; the till beside it is not', async () => {
  const customer = await tenant.enrol({ points: 1_000 })
  await database.transaction((client) =>
    addTerminal(client, { tenant: tenant.id, name: 'Till 2', key: 'key-of-till-2' }),
  )
  const [first, second] = [await api.signIn(tenant, 'terminal'), await signInWith('key-of-till-2')]
  const redeem = (token: string, headers = newKey()) =>
    api.call('POST', '/api/customer/loyalty/redeem', { token, headers, body: { customerId: customer.id, points: 1 } })

  for (let left = REQUESTS_A_MINUTE - 1; left >= 0; left--) {
    const answer = await redeem(first)
    expect([answer.status, ...limitsOf(answer)]).toEqual([201, REQUESTS_A_MINUTE, left])
    expect(Number(answer.headers.get('ratelimit-reset'))).toBeLessThanOrEqual(60)
  }
  const key = newKey()
  expectRefusal(await redeem(first, key), REQUESTS_A_MINUTE)
  expectRefusal(await api.call('GET', '/api/loyalty/phone-lookup?phone=1', { token: first }), REQUESTS_A_MINUTE)
  const beside = await redeem(second, key)
  expect([beside.status, beside.body['balance']]).toEqual([201, 1_000 - REQUESTS_A_MINUTE - 1])
  expect(beside.headers.get('idempotency-replayed')).toBeNull()
})

test('guessing one account’s password is refused after a few, also with the right one; another account signs in', async () => {
  const login = (email: string, password: string) =>
    api.call('POST', '/api/auth/login', { body: { tenant: tenant.id, email, password } })
  for (let guess = 0; guess < SIGN_INS_A_MINUTE; guess++) {
    const answer = await login(tenant.ownerEmail, `wrong-${guess}`)
    expect([answer.status, ...limitsOf(answer)]).toEqual([401, SIGN_INS_A_MINUTE, SIGN_INS_A_MINUTE - 1 - guess])
  }
  expectRefusal(await login(tenant.ownerEmail, PASSWORD), SIGN_INS_A_MINUTE)
  expectRefusal(await login(tenant.ownerEmail.toUpperCase(), PASSWORD), SIGN_INS_A_MINUTE)
  expect((await login('cashier@limited.test', PASSWORD)).status).toBe(200)
})

test('a browser may read every header that tells it to wait', async () => {
  const { headers } = await api.call('GET', '/openapi.json', { headers: { origin: 'https://console.example' } })
  const exposed = headers.get('access-control-expose-headers')!.split(/, */)
  expect(exposed).toEqual(
    expect.arrayContaining(['retry-after', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset']),
  )
})

test('a load balancer and Prometheus are never refused', async () => {
  for (const path of ['/healthz', '/readyz', '/metrics']) {
    for (let time = 0; time <= REQUESTS_A_MINUTE; time++) expect((await api.call('GET', path)).status).toBe(200)
  }
})

async function signInWith(key: string): Promise<string> {
  const { body } = await api.call('POST', '/api/auth/terminal', { body: { key } })
  return body['token'] as string
}
