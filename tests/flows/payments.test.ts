import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newKey } from '../harness/api.ts'
import { chargeEvent, refundEvent } from '../harness/providers/paystack.ts'
import { stkCallback } from '../harness/providers/mpesa.ts'
import { postMpesa, postPaystack } from '../harness/providers/setup.ts'
import type { Screen } from '../harness/screen.ts'
import { until } from '../harness/until.ts'
import { openMoneyShop, type MoneyShop } from './money-shop.ts'

let shop: MoneyShop
let screen: Screen
beforeAll(async () => {
  shop = await openMoneyShop()
  screen = await shop.world.screen(shop.tenant)
  await screen.becomes('live')
})
afterAll(() => shop.close())

const heard = (type: string, id: string) =>
  screen.events.filter(
    (event) => event.type === type && [(event.data as any).paymentId, (event.data as any).bookingId].includes(id),
  )

describe('Paystack', () => {
  test('[P1] a charge that succeeded: payment, points by the rule, booking paid, and the screens hear of it', async () => {
    const customer = await shop.tenant.enrol({ name: 'Jane Wanjiru', points: 10 })
    const bookingId = await shop.book(customer, 150_000)
    const reference = `ref-${randomUUID()}`
    const answer = await postPaystack(
      shop.world.api,
      'harbour',
      chargeEvent({ reference, amount: 150_000, metadata: { bookingId } }),
    )
    expect([answer.status, answer.body]).toEqual([200, { status: 'success' }])
    const recorded = await shop.byReference(reference)
    expect(recorded).toMatchObject({
      provider: 'paystack',
      status: 'succeeded',
      amountMinor: 150_000,
      currency: 'KES',
      customerId: customer.id,
      customerName: 'Jane Wanjiru',
      bookingId,
      pointsAwarded: 15,
      paidAt: '2026-03-04T08:15:00.000Z',
      detail: { channel: 'card', brand: 'mastercard', last4: '8877', email: 'jane@example.com' },
      actor: { type: 'service', id: 'paystack', name: 'Paystack' },
    })
    expect(await shop.bookingState(bookingId)).toBe('paid')
    await screen.shows(customer.cardId, 25)
    await until(() => heard('payment_recorded', recorded.id).length > 0)
    await until(() => heard('booking_updated', bookingId).length > 0)
    expect(heard('booking_updated', bookingId)[0]!.data).toMatchObject({ paymentStatus: 'paid' })
    const raw = (await shop.payment(recorded.id))['callbacks']
    expect(raw).toMatchObject([{ outcome: 'applied' }])
    expect(JSON.parse(raw[0].raw)).toMatchObject({ event: 'charge.success', data: { reference } })
  })

  test('[P1] one that was started here: the same answer to every repeat, and settled by its callback', async () => {
    const customer = await shop.tenant.enrol({ points: 0 })
    const body = { amountMinor: 20_000, email: 'payer@example.com', customerId: customer.id }
    const key = newKey()
    const [first, second] = await Promise.all([shop.start('paystack', body, key), shop.start('paystack', body, key)])
    expect(first.status, first.text).toBe(201)
    expect(first.body).toMatchObject({
      status: 'pending',
      detail: { checkoutUrl: expect.stringContaining('https://') },
    })
    expect(second.text).toBe(first.text)
    expect(shop.providers.paystack.transactions.size).toBe(1)
    const reference = first.body['providerReference']
    await postPaystack(shop.world.api, 'harbour', chargeEvent({ reference, amount: 20_000 }))
    expect((await shop.start('paystack', body, key)).text).toBe(first.text)
    expect(await shop.payment(first.body['id'])).toMatchObject({ status: 'succeeded', pointsAwarded: 2 })
  })

  test('[P6] one that failed is recorded as such: no revenue, no points; paid after all, it counts', async () => {
    const customer = await shop.tenant.enrol({ points: 0 })
    const reference = `ref-${randomUUID()}`
    const told = { reference, amount: 50_000, metadata: { customerId: customer.id } }
    expect((await postPaystack(shop.world.api, 'harbour', chargeEvent(told, 'charge.failed'))).status).toBe(200)
    const failed = await shop.byReference(reference)
    expect(failed).toMatchObject({ status: 'failed', failure: 'Declined', pointsAwarded: 0, paidAt: null })
    await postPaystack(shop.world.api, 'harbour', chargeEvent(told))
    expect(await shop.payment(failed.id)).toMatchObject({ status: 'succeeded', failure: null, pointsAwarded: 5 })
    // What comes late changes nothing any more.
    await postPaystack(shop.world.api, 'harbour', chargeEvent({ ...told, gateway_response: 'late' }, 'charge.failed'))
    expect(await shop.payment(failed.id)).toMatchObject({ status: 'succeeded', pointsAwarded: 5 })
  })

  test('refunds take money and points back, in parts and before their charge', async () => {
    const customer = await shop.tenant.enrol({ points: 0 })
    const bookingId = await shop.book(customer, 100_000)
    const reference = `ref-${randomUUID()}`
    const early = await postPaystack(
      shop.world.api,
      'harbour',
      refundEvent({ reference, refund: randomUUID(), amount: 30_000 }),
    )
    expect(early.status).toBe(200)
    await postPaystack(shop.world.api, 'harbour', chargeEvent({ reference, amount: 100_000, metadata: { bookingId } }))
    const { id } = await shop.byReference(reference)
    expect(await shop.payment(id)).toMatchObject({
      status: 'succeeded',
      refundedMinor: 30_000,
      pointsAwarded: 10,
      pointsReversed: 3,
      refunds: [{ status: 'applied', pointsTaken: 3, pointsMissing: 0 }],
      callbacks: [{ outcome: 'applied' }, { outcome: 'waiting' }],
    })
    expect(await shop.bookingState(bookingId)).toBe('partly')
    await screen.shows(customer.cardId, 7)
    await postPaystack(shop.world.api, 'harbour', refundEvent({ reference, refund: randomUUID(), amount: 70_000 }))
    expect(await shop.payment(id)).toMatchObject({ status: 'refunded', refundedMinor: 100_000, pointsReversed: 10 })
    expect(await shop.bookingState(bookingId)).toBe('refunded')
    await screen.shows(customer.cardId, 0)
    const more = await postPaystack(
      shop.world.api,
      'harbour',
      refundEvent({ reference, refund: randomUUID(), amount: 1 }),
    )
    expect(more).toMatchObject({ status: 422, body: { code: 'payment-mismatch' } })
  })

  test('refunds that are on their way, and events that are not ours, are thanked for and change nothing', async () => {
    for (const event of ['refund.pending', 'refund.failed', 'transfer.success', 'charge.dispute.create']) {
      const answer = await postPaystack(shop.world.api, 'harbour', { event, data: { reference: 'x' } })
      expect(answer.status, event).toBe(200)
    }
  })
})

describe('M-Pesa', () => {
  test('[P2] a push that was paid: the number of the payer finds the customer', async () => {
    const customer = await shop.tenant.enrol({ phone: '+254708374149', points: 0 })
    const started = await shop.start('mpesa', { amountMinor: 150_000, phone: '0708 374 149' })
    expect(started.status, started.text).toBe(201)
    expect(started.body).toMatchObject({ status: 'pending', currency: 'KES', customerId: customer.id })
    const push = shop.providers.mpesa.pushes.at(-1)!
    expect(push).toMatchObject({ amount: 1500, phone: '254708374149' })
    expect(await shop.providers.mpesa.callBack(push)).toBe(200)
    expect(await shop.payment(started.body['id'])).toMatchObject({
      status: 'succeeded',
      providerReference: push.checkout,
      pointsAwarded: 15,
      detail: { receipt: 'NLJ7RT61SV' },
      paidAt: '2026-03-04T08:15:00.000Z',
    })
    await screen.shows(customer.cardId, 15)
  })

  test('[P2] a result code as text, an amount as text', async () => {
    const { body } = await shop.start('mpesa', { amountMinor: 20_000, phone: '+254700000001' })
    expect(
      await shop.providers.mpesa.callBack(shop.providers.mpesa.pushes.at(-1)!, { code: '0', amount: '200.00' }),
    ).toBe(200)
    expect(await shop.payment(body['id'])).toMatchObject({ status: 'succeeded', amountMinor: 20_000 })
  })

  test('[P6] a cancelled push has no metadata: failed, no points', async () => {
    const { body } = await shop.start('mpesa', { amountMinor: 20_000, phone: '+254700000002' })
    expect(await shop.providers.mpesa.callBack(shop.providers.mpesa.pushes.at(-1)!, { code: 1032 })).toBe(200)
    expect(await shop.payment(body['id'])).toMatchObject({
      status: 'failed',
      failure: 'Request cancelled by user (1032)',
      pointsAwarded: 0,
    })
  })

  test('a callback that overtakes the answer to its push still finds its payment', async () => {
    shop.providers.mpesa.misbehave('hang')
    const starting = shop.start('mpesa', { amountMinor: 30_000, phone: '+254700000003' })
    const push = await until(() => shop.providers.mpesa.pushes.find(({ phone }) => phone === '254700000003'))
    expect(await shop.providers.mpesa.callBack(push)).toBe(200)
    // Nobody has answered the push, and it was paid: that is the answer.
    expect(await starting).toMatchObject({ status: 201, body: { status: 'succeeded' } })
    const unanswered = await shop.start('mpesa', { amountMinor: 30_000, phone: '+254700000004' })
    shop.providers.mpesa.misbehave(null)
    expect(unanswered).toMatchObject({ status: 502, body: { code: 'provider-unavailable' } })
    expect(await shop.byReference(push.checkout)).toMatchObject({ status: 'succeeded', amountMinor: 30_000 })
    // Never a second push: its payer might have said yes to both.
    expect(shop.providers.mpesa.pushes.filter(({ phone }) => phone === '254700000003')).toHaveLength(1)
  })
})

describe('[P4] repeats', () => {
  test('five times, at once and late: once', async () => {
    const customer = await shop.tenant.enrol({ points: 0 })
    const reference = `ref-${randomUUID()}`
    const event = chargeEvent({ reference, amount: 100_000, metadata: JSON.stringify({ customer_id: customer.id }) })
    const answers = await Promise.all(Array.from({ length: 5 }, () => postPaystack(shop.world.api, 'harbour', event)))
    answers.push(await postPaystack(shop.world.api, 'harbour', event))
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    await screen.shows(customer.cardId, 10)
    const { id } = await shop.byReference(reference)
    expect(heard('payment_recorded', id)).toHaveLength(1)
    expect((await shop.payment(id))['callbacks']).toHaveLength(1)
  })
})

test('what a provider refuses is said, and is the answer to every repeat', async () => {
  shop.providers.paystack.misbehave({
    answer: { status: 400, body: { status: false, message: 'Currency not supported' } },
  })
  const key = newKey()
  const body = { amountMinor: 100, email: 'p@example.com' }
  const refused = await shop.start('paystack', body, key)
  shop.providers.paystack.misbehave(null)
  expect(refused).toMatchObject({ status: 422, body: { code: 'provider-refused', reason: 'Currency not supported' } })
  const again = await shop.start('paystack', body, key)
  expect(again.text).toBe(refused.text)
  expect(again.headers.get('idempotency-replayed')).toBe('true')
})

test('stkCallback of another tenant’s push is nobody’s here', async () => {
  const rival = await shop.world.tenant('rival')
  await shop.providers.setUp(shop.world.api, rival)
  const { body } = await shop.start('mpesa', { amountMinor: 10_000, phone: '+254700000010' })
  const { checkout } = shop.providers.mpesa.pushes.at(-1)!
  expect(await postMpesa(shop.world.api, 'rival', stkCallback({ checkout, amount: 100 }))).toMatchObject({
    status: 404,
    body: { code: 'payment-not-found' },
  })
  expect((await shop.payment(body['id']))['status']).toBe('pending')
})
