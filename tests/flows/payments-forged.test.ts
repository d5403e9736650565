import { randomUUID } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, newKey, type Answer, type TestApi } from '../harness/api.ts'
import { createDatabase, type TestDatabase } from '../harness/database.ts'
import { stkCallback } from '../harness/providers/mpesa.ts'
import { chargeEvent, signPaystack } from '../harness/providers/paystack.ts'
import { CALLBACK_SECRET, postMpesa, postPaystack, startProviders, type Providers } from '../harness/providers/setup.ts'
import { makeTenant, type TestTenant } from '../harness/tenant.ts'
import { until } from '../harness/until.ts'

let providers: Providers
let database: TestDatabase
let api: TestApi
let harbour: TestTenant
let owner: string

beforeAll(async () => {
  providers = await startProviders()
  database = await createDatabase()
  harbour = await makeTenant(database, 'harbour')
  await makeTenant(database, 'bare')
  await database.sql(`update tenants set settings = settings || '{"currency":"KES","defaultCountry":"KE"}'`)
  await database.sql('update programs set points_per_currency_unit = 1')
  api = await startTestApi(database.url, providers.env)
  await providers.setUp(api, harbour)
  owner = await api.signIn(harbour, 'owner')
})
afterAll(async () => {
  await api.close()
  await database.drop()
  await providers.close()
})

/** Everything that a callback could have moved. */
async function books(): Promise<string> {
  const tables = ['payments', 'payment_refunds', 'open_payments', 'cards', 'entries', 'bookings', 'events', 'streams']
  const sums = tables.map((table) =>
    database.sql(`select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as sum from ${table} t`),
  )
  return JSON.stringify(await Promise.all(sums))
}

const post = (path: string, body: string, headers: Record<string, string> = {}): Promise<Answer> =>
  api.call('POST', `/api/webhooks/${path}`, { body, headers })

async function push(amountMinor = 150_000): Promise<{ id: string; checkout: string }> {
  const { body } = await api.call('POST', '/api/admin/payments/mpesa', {
    token: owner,
    headers: newKey(),
    body: { amountMinor, phone: '+254708374149' },
  })
  return { id: body['id'], checkout: providers.mpesa.pushes.at(-1)!.checkout }
}

const refusals = async (): Promise<Record<string, number>> => {
  const { body } = await api.call('GET', '/api/admin/payments/refusals?limit=500', { token: owner })
  return Object.fromEntries(body['items'].map((item: any) => [`${item.provider} ${item.reason}`, item.times]))
}

const refusedWith = (answer: Answer, status: number, code: string) => {
  expect([answer.status, answer.body['code']], answer.text).toEqual([status, code])
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
}

describe('[P5] what is not the provider’s changes nothing', () => {
  let before: string
  beforeAll(async () => {
    before = await books()
  })

  const event = () => JSON.stringify(chargeEvent({ reference: `forged-${randomUUID()}`, amount: 1_000_000 }))

  test.each<[string, (body: string) => Record<string, string>]>([
    ['no signature', () => ({})],
    ['an empty one', () => ({ 'x-paystack-signature': '' })],
    ['one of another key', (body) => ({ 'x-paystack-signature': signPaystack(body, 'sk_test_other') })],
    ['one of another body', () => ({ 'x-paystack-signature': signPaystack('{}') })],
    ['one cut short', (body) => ({ 'x-paystack-signature': signPaystack(body).slice(0, -2) })],
    ['one that is too long', (body) => ({ 'x-paystack-signature': `${signPaystack(body)}00` })],
    ['one in capitals', (body) => ({ 'x-paystack-signature': signPaystack(body).toUpperCase() })],
    ['one that is no hex', () => ({ 'x-paystack-signature': 'g'.repeat(128) })],
    ['one of the empty key', (body) => ({ 'x-paystack-signature': signPaystack(body, '') })],
  ])('Paystack with %s: 401', async (_, sign) => {
    const body = event()
    refusedWith(await post('paystack/harbour', body, sign(body)), 401, 'signature-invalid')
  })

  test('a tenant that has no Paystack, one that is not there, one whose name is none: the same answer', async () => {
    const body = event()
    const signed = { 'x-paystack-signature': signPaystack(body, 'sk_test_other') }
    const answers = await Promise.all(
      ['harbour', 'bare', 'ghost', '%27%3B--', 'x'.repeat(63)].map((tenant) =>
        post(`paystack/${tenant}`, body, signed),
      ),
    )
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    refusedWith(answers[0]!, 401, 'signature-invalid')
    const unsecret = await Promise.all(
      ['harbour', 'bare', 'ghost'].map((tenant) =>
        postMpesa(api, tenant, stkCallback({ checkout: 'x' }), 'a-wrong-secret'),
      ),
    )
    expect(new Set(unsecret.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    refusedWith(unsecret[0]!, 404, 'callback-not-found')
  })

  test('a signed body that is no event: 400, naming what is wrong', async () => {
    for (const [body, code] of [
      ['{"event":"charge.success","data":{"reference":"x"', 'malformed-json'],
      ['', 'malformed-json'],
      ['[]', 'invalid-request'],
      ['{"event":"charge.success"}', 'invalid-request'],
      [
        '{"event":"charge.success","data":{"reference":"x","amount":-5,"currency":"KES","status":"success"}}',
        'invalid-request',
      ],
      [
        '{"event":"charge.success","data":{"reference":"x","amount":1.5,"currency":"KES","status":"success"}}',
        'invalid-request',
      ],
      [
        '{"event":"charge.success","data":{"reference":"x","amount":5,"currency":"shillings","status":"success"}}',
        'invalid-request',
      ],
    ] as const) {
      refusedWith(await post('paystack/harbour', body, { 'x-paystack-signature': signPaystack(body) }), 400, code)
    }
  })

  test('a body that is too large: 413; one that is cut off: no answer, and no payment', async () => {
    const body = JSON.stringify({ event: 'charge.success', data: 'x'.repeat(70_000) })
    refusedWith(
      await post('paystack/harbour', body, { 'x-paystack-signature': signPaystack(body) }),
      413,
      'body-too-large',
    )
    refusedWith(await post(`mpesa/harbour/${CALLBACK_SECRET}`, body), 413, 'body-too-large')
    const whole = event()
    await new Promise<void>((resolve) => {
      const sent = httpRequest(`${api.url}/api/webhooks/paystack/harbour`, {
        method: 'POST',
        headers: { 'content-length': whole.length, 'x-paystack-signature': signPaystack(whole) },
      })
      sent.on('error', () => undefined).on('close', resolve)
      sent.write(whole.slice(0, -10), () => sent.destroy())
    })
  })

  test('M-Pesa: an unknown CheckoutRequestID: 404; a body that is none: 400', async () => {
    refusedWith(await postMpesa(api, 'harbour', stkCallback({ checkout: 'ws_CO_unknown' })), 404, 'payment-not-found')
    for (const body of ['', '{', '{}', '{"Body":{"stkCallback":{"CheckoutRequestID":"x"}}}']) {
      expect((await post(`mpesa/harbour/${CALLBACK_SECRET}`, body)).status, body).toBe(400)
    }
    const paidNothing = stkCallback({ checkout: 'x' })
    paidNothing.Body.stkCallback.CallbackMetadata!.Item.shift()
    expect((await postMpesa(api, 'harbour', paidNothing)).status).toBe(400)
  })

  test('all of it is counted, and none of it is in the books', async () => {
    expect(await books()).toBe(before)
    await until(async () => (await refusals())['paystack signature-invalid'] === 10, 'the counts')
    expect(await refusals()).toEqual({
      'paystack signature-invalid': 10,
      'paystack malformed-json': 2,
      'paystack invalid-request': 5,
      'paystack body-too-large': 1,
      'mpesa callback-not-found': 1,
      'mpesa payment-not-found': 1,
      'mpesa malformed-json': 2,
      'mpesa invalid-request': 3,
      'mpesa body-too-large': 1,
    })
    const { text } = await api.call('GET', '/metrics')
    expect(text).toMatch(/loyalty_api_callbacks_total\{provider="paystack",outcome="signature-invalid"\} 1[0-9]/)
    expect(await database.sql('select from callback_refusals where tenant_id <> $1', ['harbour'])).toEqual([])
  })
})

describe('[P5] an amount that was not asked for', () => {
  test('is refused, kept for people to see, a bounded number of times; the right one still counts', async () => {
    const { id, checkout } = await push()
    const before = await books()
    for (let amount = 1; amount <= 25; amount++) {
      refusedWith(await postMpesa(api, 'harbour', stkCallback({ checkout, amount })), 422, 'payment-mismatch')
      refusedWith(await postMpesa(api, 'harbour', stkCallback({ checkout, amount })), 422, 'payment-mismatch')
    }
    expect(await books()).toBe(before)
    const seen = async () => (await api.call('GET', `/api/admin/payments/${id}`, { token: owner })).body
    const { status, callbacks } = (await seen()) as { status: string; callbacks: any[] }
    expect([status, callbacks.length, new Set(callbacks.map(({ outcome }) => outcome))]).toEqual([
      'pending',
      20,
      new Set(['refused']),
    ])
    expect((await postMpesa(api, 'harbour', stkCallback({ checkout, amount: 1500 }))).body).toEqual({
      ResultCode: 0,
      ResultDesc: 'Accepted',
    })
    expect(await seen()).toMatchObject({ status: 'succeeded', amountMinor: 150_000 })
  })

  test('of another currency, of a payment that was started here: refused', async () => {
    const started = await api.call('POST', '/api/admin/payments/paystack', {
      token: owner,
      headers: newKey(),
      body: { amountMinor: 5_000, email: 'p@example.com' },
    })
    const reference = started.body['providerReference']
    const answer = await postPaystack(api, 'harbour', chargeEvent({ reference, amount: 5_000, currency: 'NGN' }))
    refusedWith(answer, 422, 'payment-mismatch')
    // Whoever calls is not told what was expected.
    expect(answer.text).not.toContain('5000')
  })
})

test('1,000 repeats over HTTP at once: one payment, a thousand thanks, counted', async () => {
  const customer = await harbour.enrol({ points: 0 })
  const event = chargeEvent({
    reference: `thousand-${randomUUID()}`,
    amount: 70_000,
    metadata: { customerId: customer.id },
  })
  const answers = await Promise.all(Array.from({ length: 1000 }, () => postPaystack(api, 'harbour', event)))
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(new Set(['200 {"status":"success"}']))
  const [row] = await database.sql<{ balance: number; entries: number }>(
    `select c.balance::int as balance, (select count(*) from entries e where e.card_id = c.id and e.type = 'payment')::int as entries
     from cards c where c.id = $1`,
    [customer.cardId],
  )
  expect(row).toEqual({ balance: 700, entries: 1 })
  await until(async () => (await refusals())['paystack repeated'] === 999, 'the counts')
})

describe('setting up', () => {
  const put = (provider: string, body: object) =>
    api.call('PUT', `/api/admin/payment-providers/${provider}`, { token: owner, body })
  const shown = async (provider: string) => {
    const { body } = await api.call('GET', '/api/admin/payment-providers', { token: owner })
    return body['items'].find((item: any) => item.provider === provider)
  }
  const tried = (provider: string) =>
    api.call('POST', `/api/admin/payment-providers/${provider}/test`, { token: owner })

  test('shows what is set up, and four characters of a secret at most', async () => {
    const { text } = await api.call('GET', '/api/admin/payment-providers', { token: owner })
    for (const secret of ['sk_test_demo', CALLBACK_SECRET, 'consumer-secret-of-tests', 'passkey-of-tests']) {
      expect(text).not.toContain(secret.slice(0, -4))
    }
    expect(await shown('paystack')).toMatchObject({
      configured: true,
      canStart: true,
      webhookUrl: `${providers.env['API_PUBLIC_URL']}/api/webhooks/paystack/harbour`,
      hints: { secretKey: 'demo' },
      version: 1,
    })
    expect(await shown('mpesa')).toMatchObject({
      configured: true,
      canStart: true,
      webhookUrl: `${providers.env['API_PUBLIC_URL']}/api/webhooks/mpesa/harbour/…cret`,
      settings: { shortcode: '174379' },
    })
    const sealed = await database.sql('select settings, encode(sealed, $1) as sealed, hints from payment_providers', [
      'escape',
    ])
    expect(JSON.stringify(sealed)).not.toContain('sk_test')
  })

  test('a test callback goes the whole way and leaves nothing', async () => {
    const before = await books()
    expect((await tried('paystack')).body).toEqual({ accepted: true, status: 200, code: null })
    expect((await tried('mpesa')).body).toEqual({ accepted: true, status: 200, code: null })
    expect(await books()).toBe(before)
    const bare = await api.signIn({ id: 'bare', terminalKey: '' }, 'owner')
    const untried = await api.call('POST', '/api/admin/payment-providers/mpesa/test', { token: bare })
    refusedWith(untried, 422, 'provider-not-configured')
  })

  test('a key that was changed counts at once, the old one no more', async () => {
    expect((await put('paystack', { secretKey: 'sk_test_rotated' })).body).toMatchObject({
      hints: { secretKey: 'ated' },
      version: 2,
    })
    const event = chargeEvent({ reference: randomUUID(), amount: 100 })
    refusedWith(await postPaystack(api, 'harbour', event), 401, 'signature-invalid')
    expect((await postPaystack(api, 'harbour', event, 'sk_test_rotated')).status).toBe(200)
    await put('paystack', { secretKey: 'sk_test_demo' })
  })

  test('addresses: only callbacks from there count, however right their secret', async () => {
    expect((await put('mpesa', { allowedAddresses: ['196.201.214.0/24', '::1'] })).status).toBe(200)
    const { checkout } = await push()
    refusedWith(await postMpesa(api, 'harbour', stkCallback({ checkout, amount: 1500 })), 404, 'callback-not-found')
    expect((await tried('mpesa')).body).toMatchObject({ accepted: true })
    await put('mpesa', { allowedAddresses: ['127.0.0.0/8'] })
    expect((await postMpesa(api, 'harbour', stkCallback({ checkout, amount: 1500 }))).status).toBe(200)
    expect((await put('mpesa', { allowedAddresses: ['everywhere'] })).body['errors'][0].field).toBe(
      'body.allowedAddresses.0',
    )
    await put('mpesa', { allowedAddresses: [] })
  })

  test('is the owner’s alone; without a key to seal with nothing is taken', async () => {
    const admin = await api.signIn(harbour, 'admin')
    const denied = await api.call('GET', '/api/admin/payment-providers', { token: admin })
    expect(denied.status).toBe(403)
    const keyless = await startTestApi(database.url, { ...providers.env, API_PORT: '0', SECRETS_KEY: '' })
    const token = await keyless.signIn(harbour, 'owner')
    const refused = await keyless.call('PUT', '/api/admin/payment-providers/paystack', {
      token,
      body: { secretKey: 'sk_test_other' },
    })
    refusedWith(refused, 503, 'secrets-key-missing')
    refusedWith(
      await postPaystack(keyless, 'harbour', chargeEvent({ reference: 'x', amount: 1 })),
      401,
      'signature-invalid',
    )
    await keyless.close()
  })
})
