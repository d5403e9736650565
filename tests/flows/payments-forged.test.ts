import { randomUUID } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newKey, type Answer } from '../harness/api.ts'
import { stkCallback } from '../harness/providers/mpesa.ts'
import { chargeEvent, signPaystack } from '../harness/providers/paystack.ts'
import { CALLBACK_SECRET, postMpesa, postPaystack } from '../harness/providers/setup.ts'
import { until } from '../harness/until.ts'
import { expectProblem, openMoneyShop, type MoneyShop } from './money-shop.ts'

let shop: MoneyShop
beforeAll(async () => {
  shop = await openMoneyShop()
  await shop.world.tenant('bare')
})
afterAll(() => shop.close())

const post = (path: string, body: string, headers: Record<string, string> = {}): Promise<Answer> =>
  shop.world.api.call('POST', `/api/webhooks/${path}`, { body, headers })

const refusals = async (): Promise<Record<string, number>> => {
  const { body } = await shop.asOwner('GET', 'payments/refusals?limit=500')
  return Object.fromEntries(body['items'].map((item: any) => [`${item.provider} ${item.reason}`, item.times]))
}

describe('[P5] what is not the provider’s changes nothing', () => {
  let before: string
  beforeAll(async () => {
    before = await shop.books()
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
    expectProblem(await post('paystack/harbour', body, sign(body)), 401, 'signature-invalid')
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
    expectProblem(answers[0]!, 401, 'signature-invalid')
    const unsecret = await Promise.all(
      ['harbour', 'bare', 'ghost'].map((tenant) =>
        postMpesa(shop.world.api, tenant, stkCallback({ checkout: 'x' }), 'a-wrong-secret'),
      ),
    )
    expect(new Set(unsecret.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expectProblem(unsecret[0]!, 404, 'callback-not-found')
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
      expectProblem(await post('paystack/harbour', body, { 'x-paystack-signature': signPaystack(body) }), 400, code)
    }
  })

  test('a body that is too large: 413; one that is cut off: no answer, and no payment', async () => {
    const body = JSON.stringify({ event: 'charge.success', data: 'x'.repeat(70_000) })
    expectProblem(
      await post('paystack/harbour', body, { 'x-paystack-signature': signPaystack(body) }),
      413,
      'body-too-large',
    )
    expectProblem(await post(`mpesa/harbour/${CALLBACK_SECRET}`, body), 413, 'body-too-large')
    const whole = event()
    await new Promise<void>((resolve) => {
      const sent = httpRequest(`${shop.world.api.url}/api/webhooks/paystack/harbour`, {
        method: 'POST',
        headers: { 'content-length': whole.length, 'x-paystack-signature': signPaystack(whole) },
      })
      sent.on('error', () => undefined).on('close', resolve)
      sent.write(whole.slice(0, -10), () => sent.destroy())
    })
  })

  test('M-Pesa: an unknown CheckoutRequestID: 404; a body that is none: 400', async () => {
    expectProblem(
      await postMpesa(shop.world.api, 'harbour', stkCallback({ checkout: 'ws_CO_unknown' })),
      404,
      'payment-not-found',
    )
    for (const body of ['', '{', '{}', '{"Body":{"stkCallback":{"CheckoutRequestID":"x"}}}']) {
      expect((await post(`mpesa/harbour/${CALLBACK_SECRET}`, body)).status, body).toBe(400)
    }
    const paidNothing = stkCallback({ checkout: 'x' })
    paidNothing.Body.stkCallback.CallbackMetadata!.Item.shift()
    expect((await postMpesa(shop.world.api, 'harbour', paidNothing)).status).toBe(400)
  })

  test('all of it is counted, and none of it is in the books', async () => {
    expect(await shop.books()).toBe(before)
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
    const { text } = await shop.world.api.call('GET', '/metrics')
    expect(text).toMatch(/loyalty_api_callbacks_total\{provider="paystack",outcome="signature-invalid"\} 1[0-9]/)
    expect(await shop.world.database.sql('select from callback_refusals where tenant_id <> $1', ['harbour'])).toEqual(
      [],
    )
  })
})

describe('[P5] an amount that was not asked for', () => {
  test('is refused, kept for people to see, a bounded number of times; the right one still counts', async () => {
    const { id, checkout } = await shop.push()
    const before = await shop.books()
    for (let amount = 1; amount <= 25; amount++) {
      expectProblem(
        await postMpesa(shop.world.api, 'harbour', stkCallback({ checkout, amount })),
        422,
        'payment-mismatch',
      )
      expectProblem(
        await postMpesa(shop.world.api, 'harbour', stkCallback({ checkout, amount })),
        422,
        'payment-mismatch',
      )
    }
    expect(await shop.books()).toBe(before)
    const seen = async () => (await shop.world.api.call('GET', `/api/admin/payments/${id}`, { token: shop.owner })).body
    const { status, callbacks } = (await seen()) as { status: string; callbacks: any[] }
    expect([status, callbacks.length, new Set(callbacks.map(({ outcome }) => outcome))]).toEqual([
      'pending',
      20,
      new Set(['refused']),
    ])
    expect((await postMpesa(shop.world.api, 'harbour', stkCallback({ checkout, amount: 1500 }))).body).toEqual({
      ResultCode: 0,
      ResultDesc: 'Accepted',
    })
    expect(await seen()).toMatchObject({ status: 'succeeded', amountMinor: 150_000 })
  })

  test('of another currency, of a payment that was started here: refused', async () => {
    const started = await shop.world.api.call('POST', '/api/admin/payments/paystack', {
      token: shop.owner,
      headers: newKey(),
      body: { amountMinor: 5_000, email: 'p@example.com' },
    })
    const reference = started.body['providerReference']
    const answer = await postPaystack(
      shop.world.api,
      'harbour',
      chargeEvent({ reference, amount: 5_000, currency: 'NGN' }),
    )
    expectProblem(answer, 422, 'payment-mismatch')
    // Whoever calls is not told what was expected.
    expect(answer.text).not.toContain('5000')
  })
})

test('1,000 repeats over HTTP at once: one payment, a thousand thanks, counted', async () => {
  const customer = await shop.tenant.enrol({ points: 0 })
  const event = chargeEvent({
    reference: `thousand-${randomUUID()}`,
    amount: 70_000,
    metadata: { customerId: customer.id },
  })
  const answers = await Promise.all(Array.from({ length: 1000 }, () => postPaystack(shop.world.api, 'harbour', event)))
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(new Set(['200 {"status":"success"}']))
  const [row] = await shop.world.database.sql<{ balance: number; entries: number }>(
    `select c.balance::int as balance, (select count(*) from entries e where e.card_id = c.id and e.type = 'payment')::int as entries
     from cards c where c.id = $1`,
    [customer.cardId],
  )
  expect(row).toEqual({ balance: 7, entries: 1 })
  await until(async () => (await refusals())['paystack repeated'] === 999, 'the counts')
})
