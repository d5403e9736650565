import { randomBytes, randomUUID } from 'node:crypto'
import { io } from 'socket.io-client'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePorts } from '../../scripts/free-ports.ts'
import { makeSigningKey, newKey } from '../harness/api.ts'
import { createDatabase, type TestDatabase } from '../harness/database.ts'
import { startProcess, type ServiceProcess } from '../harness/process.ts'
import { makeTenant, PASSWORD, type TestCustomer, type TestTenant } from '../harness/tenant.ts'
import { until } from '../harness/until.ts'
import { openHttp } from './raw-http.ts'

const DATABASE_PASSWORD = `db-${randomBytes(12).toString('hex')}`
const BROADCAST_SECRET = `whsec_${randomBytes(32).toString('base64')}`
const SECRETS_KEY = randomBytes(32).toString('base64')
const PAYSTACK_KEY = `sk_test_${randomBytes(12).toString('hex')}`
const CALLBACK_SECRET = randomBytes(24).toString('base64url')
const MPESA_SECRET = randomBytes(24).toString('hex')
const WRONG_PASSWORD = `wrong-${randomBytes(12).toString('hex')}`
const NEW_PASSWORD = `new-${randomBytes(12).toString('hex')}`

/** A line that nobody of ours wrote. */
const FORGED_LINE = '{"level":60,"msg":"forged"}'

let database: TestDatabase
let tenant: TestTenant
let customer: TestCustomer
let signingKey: string
let api: ServiceProcess
let realtime: ServiceProcess
let apiUrl: string
let realtimeUrl: string

/** What must be nowhere, by what it is. Grows as the services hand out more. */
const secrets = new Map<string, string>()
/** Every answer that was not a sign-in: those hold tokens on purpose. */
const answers: string[] = []

beforeAll(async () => {
  database = await createDatabase()
  tenant = await makeTenant(database, 'demo')
  customer = await tenant.enrol({ name: 'Lina Logless', points: 100 })
  signingKey = await makeSigningKey()
  const [apiPort, realtimePort] = await freePorts(2)
  apiUrl = `http://127.0.0.1:${apiPort}`
  realtimeUrl = `http://127.0.0.1:${realtimePort}`
  const url = new URL(database.url)
  url.searchParams.set('password', DATABASE_PASSWORD)
  const env = {
    LOG_LEVEL: 'trace',
    BROADCAST_SECRET,
    AUTH_SIGNING_KEY: signingKey,
    SECRETS_KEY,
    // Nobody is there: what cannot be sent must not be told either.
    PAYSTACK_URL: 'http://127.0.0.1:9',
    MPESA_URL: 'http://127.0.0.1:9',
    AUTH_JWKS_URL: `${apiUrl}/.well-known/jwks.json`,
    DATABASE_URL: url.href,
    WS_SERVER_URL: realtimeUrl,
    API_PORT: String(apiPort),
    REALTIME_PORT: String(realtimePort),
    DRAIN_SECONDS: '0',
  }
  ;[api, realtime] = await Promise.all([startProcess('api', env), startProcess('realtime', env)])
  secrets.set('the database password', DATABASE_PASSWORD)
  secrets.set('the broadcast secret', BROADCAST_SECRET.slice('whsec_'.length))
  secrets.set('the private key', (JSON.parse(signingKey) as { d: string }).d)
  secrets.set('the key of secrets', SECRETS_KEY)
  secrets.set('a Paystack key', PAYSTACK_KEY)
  secrets.set('an M-Pesa callback secret', CALLBACK_SECRET)
  secrets.set('an M-Pesa consumer secret', MPESA_SECRET)
  secrets.set('the terminal key', tenant.terminalKey)
  secrets.set('the password', PASSWORD)
  secrets.set('a wrong password', WRONG_PASSWORD)
  secrets.set('a new password', NEW_PASSWORD)
  secrets.set('a password hash', '$argon2id$')
  secrets.set('a customer’s phone', customer.phone)
  secrets.set('a customer’s phone as typed', customer.phone.slice(3))
  secrets.set('a customer’s name', customer.name)
})
afterAll(async () => {
  await Promise.all([api.end(), realtime.end()])
  await database.drop()
})

type Asked = { token?: string; body?: unknown; headers?: Record<string, string> }

async function call(method: string, path: string, { token, body, headers }: Asked = {}) {
  const response = await fetch(`${apiUrl}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, text, body: (text ? JSON.parse(text) : {}) as Record<string, any> }
}

/** An answer that has no business with secrets. */
async function refused(status: number, method: string, path: string, asked?: Asked): Promise<void> {
  const answer = await call(method, path, asked)
  expect(answer.status, answer.text).toBe(status)
  answers.push(answer.text)
}

/** Signs in, and counts what comes of it among the secrets. */
async function signIn(path: string, body: object): Promise<{ token: string; refreshToken: string }> {
  const answer = await call('POST', path, { body })
  expect(answer.status, answer.text).toBe(200)
  const { token, refreshToken } = answer.body as { token: string; refreshToken: string }
  secrets.set(`a token of ${path} (${secrets.size})`, token.split('.')[2]!)
  secrets.set(`a refresh token of ${path} (${secrets.size})`, refreshToken.split('.')[1]!)
  return { token, refreshToken }
}

const credentials = (password = PASSWORD) => ({ tenant: 'demo', email: tenant.ownerEmail, password })

function broadcast(secret: string, body: string): Promise<Response> {
  const [id, at] = [`msg_${randomUUID()}`, new Date()]
  const signature = new Webhook(secret).sign(id, at, body)
  secrets.set(`a signature (${secrets.size})`, signature.slice('v1,'.length))
  return fetch(`${realtimeUrl}/broadcast`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': signature,
    },
  })
}

const connect = (token: string) =>
  new Promise<string>((resolve) => {
    const socket = io(realtimeUrl, { auth: { token }, forceNew: true, reconnection: false })
    socket.once('ready', () => resolve('ready'))
    socket.once('connect_error', (error) => resolve(JSON.stringify(error)))
    setTimeout(() => socket.disconnect(), 1000).unref()
  })

describe('at the most talkative log level, nothing that opens anything is written when', () => {
  test('people and terminals sign in, rightly and wrongly, refresh and leave', async () => {
    const { refreshToken } = await signIn('/api/auth/login', credentials())
    await signIn('/api/auth/terminal', { key: tenant.terminalKey })
    await signIn('/api/auth/refresh', { refreshToken })
    await refused(401, 'POST', '/api/auth/login', { body: credentials(WRONG_PASSWORD) })
    await refused(400, 'POST', '/api/auth/login', { body: `{"password":"${WRONG_PASSWORD}",}` })
    await refused(400, 'POST', '/api/auth/login', { body: { ...credentials(WRONG_PASSWORD), tenant: 'No Tenant' } })
    await refused(401, 'POST', '/api/auth/terminal', { body: { key: WRONG_PASSWORD } })
    await refused(400, 'POST', '/api/auth/refresh', { body: { refreshToken, password: WRONG_PASSWORD } })
    await database.sql(`update refresh_tokens set used_at = used_at - interval '31 seconds' where used_at is not null`)
    await refused(401, 'POST', '/api/auth/refresh', { body: { refreshToken } })
    const { refreshToken: given } = await signIn('/api/auth/login', credentials())
    expect((await call('POST', '/api/auth/logout', { body: { refreshToken: given } })).status).toBe(204)
  })

  test('requests are served and refused', async () => {
    const { token } = await signIn('/api/auth/login', credentials())
    const forged = `${token.slice(0, -8)}AAAAAAAA`
    secrets.set('a forged token', forged.split('.')[2]!)
    await refused(401, 'GET', '/api/admin/staff', { token: forged })
    await refused(401, 'GET', `/api/admin/staff?token=${token}`)
    await refused(400, 'GET', `/api/admin/staff?password=${WRONG_PASSWORD}`, { token })
    await refused(404, 'GET', `/api/nothing?token=${token}`)
    await refused(404, 'GET', `/api/x%0a${encodeURIComponent(FORGED_LINE)}`)
    await refused(404, 'GET', `/api/loyalty/phone-lookup?phone=07306999888`, {
      token,
      headers: { 'user-agent': FORGED_LINE },
    })
    const raw = await openHttp(apiUrl)
    raw.write(`GET /healthz HTTP/1.1\r\nHost: x\r\nauthorization: Bearer ${token}\r\nno colon\r\n\r\n`)
    answers.push(String(await raw.status()))
    await until(() => api.output().includes('not a request'), 'the fault in the log', 5_000)
    expect(api.output()).not.toContain('rawPacket')
    const found = await call('GET', `/api/loyalty/phone-lookup?phone=${encodeURIComponent(customer.phone)}`, { token })
    expect(found.status).toBe(200)
    const redeemed = await call('POST', '/api/customer/loyalty/redeem', {
      token,
      headers: newKey(),
      body: { customerId: customer.id, points: 1 },
    })
    expect(redeemed.status).toBe(201)
    const terminal = await call('POST', '/api/admin/terminals', { token, body: { name: 'Till 2' } })
    secrets.set('a new terminal’s key', terminal.body['key'])
    const person = { name: 'New', email: 'new@demo.test', role: 'cashier', password: NEW_PASSWORD }
    expect((await call('POST', '/api/admin/staff', { token, body: person })).status).toBe(201)
    await refused(409, 'POST', '/api/admin/staff', { token, body: person })
  })

  test('the database refuses in ways that nobody foresaw, rows and all', async () => {
    const { token } = await signIn('/api/auth/login', credentials())
    await database.sql('alter table staff add constraint surprise check (false) not valid')
    const person = { name: 'Never', email: 'never@demo.test', role: 'cashier', password: NEW_PASSWORD }
    await refused(500, 'POST', '/api/admin/staff', { token, body: person })
    await database.sql('alter table staff drop constraint surprise')
    await database.sql('alter table staff rename to staff_elsewhere')
    await refused(503, 'POST', '/api/auth/login', { body: credentials() })
    await database.sql('alter table staff_elsewhere rename to staff')
    expect(api.output()).toContain('unexpected error')
    expect(api.output()).toContain('database unavailable')
  })

  test('payment providers are set up, asked in vain, and impersonated', async () => {
    const { token } = await signIn('/api/auth/login', credentials())
    const put = (provider: string, body: object) =>
      call('PUT', `/api/admin/payment-providers/${provider}`, { token, body })
    answers.push((await put('paystack', { secretKey: PAYSTACK_KEY })).text)
    const keys = { consumerKey: 'a-consumer-key', consumerSecret: MPESA_SECRET, passkey: MPESA_SECRET }
    answers.push((await put('mpesa', { shortcode: '174379', ...keys, callbackSecret: CALLBACK_SECRET })).text)
    answers.push((await call('GET', '/api/admin/payment-providers', { token })).text)
    await refused(400, 'PUT', '/api/admin/payment-providers/mpesa', { token, body: { passkey: `${MPESA_SECRET} ` } })
    await refused(502, 'POST', '/api/admin/payments/paystack', {
      token,
      headers: newKey(),
      body: { amountMinor: 100, email: 'payer@example.com' },
    })
    await refused(502, 'POST', '/api/admin/payments/mpesa', {
      token,
      headers: newKey(),
      body: { amountMinor: 100, phone: '+254708374149' },
    })
    await refused(401, 'POST', '/api/webhooks/paystack/demo', { body: { key: PAYSTACK_KEY } })
    await refused(404, 'POST', `/api/webhooks/mpesa/demo/${CALLBACK_SECRET}x`, { body: {} })
    await refused(400, 'POST', `/api/webhooks/mpesa/demo/${CALLBACK_SECRET}`, { body: {} })
    await refused(404, 'POST', `/api/webhooks/mpesa/demo/${CALLBACK_SECRET}`, {
      body: { Body: { stkCallback: { CheckoutRequestID: FORGED_LINE, ResultCode: 1 } } },
    })
    await until(() => api.output().includes('callback refused'), 'the refusals in the log')
  })

  test('sockets come and go, and events are signed well and badly', async () => {
    const { token } = await signIn('/api/auth/terminal', { key: tenant.terminalKey })
    expect(await connect(token)).toBe('ready')
    answers.push(await connect(`${token.slice(0, -8)}AAAAAAAA`), await connect(WRONG_PASSWORD))
    const another = `whsec_${randomBytes(32).toString('base64')}`
    const refusals = await Promise.all([broadcast(another, '{}'), broadcast(BROADCAST_SECRET, '{"broken":')])
    expect(refusals.map(({ status }) => status)).toEqual([401, 400])
    answers.push(...(await Promise.all(refusals.map((response) => response.text()))))
    await until(() => realtime.output().includes('"broadcast"'), 'the redemption of before at the realtime server')
  })

  test('the database goes away', async () => {
    await database.sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'loyalty%'")
    await until(() => api.output().includes('was lost'), 'the loss in the log')
    await until(async () => (await fetch(`${apiUrl}/readyz`)).status === 200, 'the API to be ready again')
  })
})

test('not one of all these was written to a log, a problem or the metrics', async () => {
  const metrics = await Promise.all([apiUrl, realtimeUrl].map(async (url) => (await fetch(`${url}/metrics`)).text()))
  const places = {
    api: api.output(),
    realtime: realtime.output(),
    problems: answers.join('\n'),
    metrics: metrics.join(),
  }
  expect(secrets.size).toBeGreaterThan(25)
  for (const [place, text] of Object.entries(places)) {
    expect(text.length, place).toBeGreaterThan(1000)
    for (const [what, secret] of secrets) expect(text.includes(secret), `${what} in ${place}`).toBe(false)
    expect(text, place).not.toMatch(/eyJ[A-Za-z0-9_-]{10}/)
  }
})

test('each line of a log is one of ours: nothing that was sent begins another', () => {
  for (const output of [api.output(), realtime.output()]) {
    const lines = output.trim().split('\n')
    expect(lines.length).toBeGreaterThan(3)
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).not.toContain('forged')
  }
})
