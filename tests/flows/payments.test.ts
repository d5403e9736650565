import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newKey } from '../harness/api.ts'
import { chargeEvent, refundEvent } from '../harness/providers/paystack.ts'
import { stkCallback } from '../harness/providers/mpesa.ts'
import { postMpesa, postPaystack, startProviders, type Providers } from '../harness/providers/setup.ts'
import type { Screen } from '../harness/screen.ts'
import type { TestCustomer, TestTenant } from '../harness/tenant.ts'
import { until } from '../harness/until.ts'
import { openWorld, type World } from '../harness/world.ts'

let world: World
let providers: Providers
let harbour: TestTenant
let owner: string
let till: string
let screen: Screen

beforeAll(async () => {
  providers = await startProviders()
  world = await openWorld(() => providers.env)
  harbour = await world.tenant('harbour')
  await world.database.sql(`update tenants set settings = settings || '{"currency":"KES","defaultCountry":"KE"}'`)
  await world.database.sql(`update programs set points_per_currency_unit = 0.01`)
  await providers.setUp(world.api, harbour)
  owner = await world.api.signIn(harbour, 'owner')
  till = await world.api.signIn(harbour, 'terminal')
  screen = await world.screen(harbour)
  await screen.becomes('live')
})
afterAll(async () => {
  await world.close()
  await providers.close()
})

const asOwner = (method: string, path: string, body?: object) =>
  world.api.call(method, `/api/admin/${path}`, { token: owner, headers: newKey(), ...(body ? { body } : {}) })

const start = (provider: string, body: object, headers = newKey()) =>
  world.api.call('POST', `/api/admin/payments/${provider}`, { token: till, headers, body })

const payment = async (id: string) => (await asOwner('GET', `payments/${id}`)).body

const byReference = async (reference: string) =>
  (await asOwner('GET', 'payments?limit=500')).body['items'].find((item: any) => item.providerReference === reference)

async function book(customer: TestCustomer, amountMinor: number, currency = 'KES'): Promise<string> {
  const [row] = await world.database.sql<{ id: string }>(
    `insert into bookings (tenant_id, customer_id, starts_at, amount_minor, currency)
     values ('harbour', $1, now(), $2, $3) returning id`,
    [customer.id, amountMinor, currency],
  )
  return row!.id
}

const bookingState = async (id: string) =>
  (await world.database.sql<{ payment_status: string }>('select payment_status from bookings where id = $1', [id]))[0]!
    .payment_status

const heard = (type: string, id: string) =>
  screen.events.filter(
    (event) => event.type === type && [(event.data as any).paymentId, (event.data as any).bookingId].includes(id),
  )

describe('Paystack', () => {
  test('[P1] a charge that succeeded: payment, points by the rule, booking paid, and the screens hear of it', async () => {
    const customer = await harbour.enrol({ name: 'Jane Wanjiru', points: 10 })
    const bookingId = await book(customer, 150_000)
    const reference = `ref-${randomUUID()}`
    const answer = await postPaystack(
      world.api,
      'harbour',
      chargeEvent({ reference, amount: 150_000, metadata: { bookingId } }),
    )
    expect([answer.status, answer.body]).toEqual([200, { status: 'success' }])
    const recorded = await byReference(reference)
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
    expect(await bookingState(bookingId)).toBe('paid')
    await screen.shows(customer.cardId, 25)
    await until(() => heard('payment_recorded', recorded.id).length > 0)
    await until(() => heard('booking_updated', bookingId).length > 0)
    expect(heard('booking_updated', bookingId)[0]!.data).toMatchObject({ paymentStatus: 'paid' })
    const raw = (await payment(recorded.id))['callbacks']
    expect(raw).toMatchObject([{ outcome: 'applied' }])
    expect(JSON.parse(raw[0].raw)).toMatchObject({ event: 'charge.success', data: { reference } })
  })

  test('[P1] one that was started here: the same answer to every repeat, and settled by its callback', async () => {
    const customer = await harbour.enrol({ points: 0 })
    const body = { amountMinor: 20_000, email: 'payer@example.com', customerId: customer.id }
    const key = newKey()
    const [first, second] = await Promise.all([start('paystack', body, key), start('paystack', body, key)])
    expect(first.status, first.text).toBe(201)
    expect(first.body).toMatchObject({
      status: 'pending',
      detail: { checkoutUrl: expect.stringContaining('https://') },
    })
    expect(second.text).toBe(first.text)
    expect(providers.paystack.transactions.size).toBe(1)
    const reference = first.body['providerReference']
    await postPaystack(world.api, 'harbour', chargeEvent({ reference, amount: 20_000 }))
    expect((await start('paystack', body, key)).text).toBe(first.text)
    expect(await payment(first.body['id'])).toMatchObject({ status: 'succeeded', pointsAwarded: 2 })
  })

  test('[P6] one that failed is recorded as such: no revenue, no points; paid after all, it counts', async () => {
    const customer = await harbour.enrol({ points: 0 })
    const reference = `ref-${randomUUID()}`
    const told = { reference, amount: 50_000, metadata: { customerId: customer.id } }
    expect((await postPaystack(world.api, 'harbour', chargeEvent(told, 'charge.failed'))).status).toBe(200)
    const failed = await byReference(reference)
    expect(failed).toMatchObject({ status: 'failed', failure: 'Declined', pointsAwarded: 0, paidAt: null })
    await postPaystack(world.api, 'harbour', chargeEvent(told))
    expect(await payment(failed.id)).toMatchObject({ status: 'succeeded', failure: null, pointsAwarded: 5 })
    // What comes late changes nothing any more.
    await postPaystack(world.api, 'harbour', chargeEvent({ ...told, gateway_response: 'late' }, 'charge.failed'))
    expect(await payment(failed.id)).toMatchObject({ status: 'succeeded', pointsAwarded: 5 })
  })

  test('refunds take money and points back, in parts and before their charge', async () => {
    const customer = await harbour.enrol({ points: 0 })
    const bookingId = await book(customer, 100_000)
    const reference = `ref-${randomUUID()}`
    const early = await postPaystack(
      world.api,
      'harbour',
      refundEvent({ reference, refund: randomUUID(), amount: 30_000 }),
    )
    expect(early.status).toBe(200)
    await postPaystack(world.api, 'harbour', chargeEvent({ reference, amount: 100_000, metadata: { bookingId } }))
    const { id } = await byReference(reference)
    expect(await payment(id)).toMatchObject({
      status: 'succeeded',
      refundedMinor: 30_000,
      pointsAwarded: 10,
      pointsReversed: 3,
      refunds: [{ status: 'applied', pointsTaken: 3, pointsMissing: 0 }],
      callbacks: [{ outcome: 'applied' }, { outcome: 'waiting' }],
    })
    expect(await bookingState(bookingId)).toBe('partly')
    await screen.shows(customer.cardId, 7)
    await postPaystack(world.api, 'harbour', refundEvent({ reference, refund: randomUUID(), amount: 70_000 }))
    expect(await payment(id)).toMatchObject({ status: 'refunded', refundedMinor: 100_000, pointsReversed: 10 })
    expect(await bookingState(bookingId)).toBe('refunded')
    await screen.shows(customer.cardId, 0)
    const more = await postPaystack(world.api, 'harbour', refundEvent({ reference, refund: randomUUID(), amount: 1 }))
    expect(more).toMatchObject({ status: 422, body: { code: 'payment-mismatch' } })
  })

  test('refunds that are on their way, and events that are not ours, are thanked for and change nothing', async () => {
    for (const event of ['refund.pending', 'refund.failed', 'transfer.success', 'charge.dispute.create']) {
      const answer = await postPaystack(world.api, 'harbour', { event, data: { reference: 'x' } })
      expect(answer.status, event).toBe(200)
    }
  })
})

describe('M-Pesa', () => {
  test('[P2] a push that was paid: the number of the payer finds the customer', async () => {
    const customer = await harbour.enrol({ phone: '+254708374149', points: 0 })
    const started = await start('mpesa', { amountMinor: 150_000, phone: '0708 374 149' })
    expect(started.status, started.text).toBe(201)
    expect(started.body).toMatchObject({ status: 'pending', currency: 'KES', customerId: customer.id })
    const push = providers.mpesa.pushes.at(-1)!
    expect(push).toMatchObject({ amount: 1500, phone: '254708374149' })
    expect(await providers.mpesa.callBack(push)).toBe(200)
    expect(await payment(started.body['id'])).toMatchObject({
      status: 'succeeded',
      providerReference: push.checkout,
      pointsAwarded: 15,
      detail: { receipt: 'NLJ7RT61SV' },
      paidAt: '2026-03-04T08:15:00.000Z',
    })
    await screen.shows(customer.cardId, 15)
  })

  test('[P2] a result code as text, an amount as text', async () => {
    const { body } = await start('mpesa', { amountMinor: 20_000, phone: '+254700000001' })
    expect(await providers.mpesa.callBack(providers.mpesa.pushes.at(-1)!, { code: '0', amount: '200.00' })).toBe(200)
    expect(await payment(body['id'])).toMatchObject({ status: 'succeeded', amountMinor: 20_000 })
  })

  test('[P6] a cancelled push has no metadata: failed, no points', async () => {
    const { body } = await start('mpesa', { amountMinor: 20_000, phone: '+254700000002' })
    expect(await providers.mpesa.callBack(providers.mpesa.pushes.at(-1)!, { code: 1032 })).toBe(200)
    expect(await payment(body['id'])).toMatchObject({
      status: 'failed',
      failure: 'Request cancelled by user (1032)',
      pointsAwarded: 0,
    })
  })

  test('a callback that overtakes the answer to its push still finds its payment', async () => {
    providers.mpesa.misbehave('hang')
    const starting = start('mpesa', { amountMinor: 30_000, phone: '+254700000003' })
    const push = await until(() => providers.mpesa.pushes.find(({ phone }) => phone === '254700000003'))
    expect(await providers.mpesa.callBack(push)).toBe(200)
    // Nobody has answered the push, and it was paid: that is the answer.
    expect(await starting).toMatchObject({ status: 201, body: { status: 'succeeded' } })
    const unanswered = await start('mpesa', { amountMinor: 30_000, phone: '+254700000004' })
    providers.mpesa.misbehave(null)
    expect(unanswered).toMatchObject({ status: 502, body: { code: 'provider-unavailable' } })
    expect(await byReference(push.checkout)).toMatchObject({ status: 'succeeded', amountMinor: 30_000 })
    // Never a second push: its payer might have said yes to both.
    expect(providers.mpesa.pushes.filter(({ phone }) => phone === '254700000003')).toHaveLength(1)
  })
})

describe('by hand', () => {
  test('[P3] cash counts at once, once for its key; money back takes points back', async () => {
    const customer = await harbour.enrol({ points: 0 })
    const bookingId = await book(customer, 80_000)
    const key = newKey()
    const record = () =>
      world.api.call('POST', '/api/admin/payments', {
        token: till,
        headers: key,
        body: { provider: 'cash', amountMinor: 80_000, bookingId, note: 'table 4' },
      })
    const [first, again] = await Promise.all([record(), record()])
    expect(first).toMatchObject({
      status: 201,
      body: { status: 'succeeded', customerId: customer.id, pointsAwarded: 8, note: 'table 4' },
    })
    expect(again.text).toBe(first.text)
    expect(await bookingState(bookingId)).toBe('paid')
    const refund = (body: object) =>
      asOwner('POST', `payments/${first.body['id']}/refund`, { reason: 'cold soup', ...body })
    expect((await refund({ amountMinor: 80_001 })).body).toMatchObject({
      code: 'refund-too-large',
      availableMinor: 80_000,
    })
    expect((await refund({ amountMinor: 20_000 })).body).toMatchObject({ refundedMinor: 20_000, pointsReversed: 2 })
    expect((await refund({})).body).toMatchObject({ status: 'refunded', pointsReversed: 8, refund: { pointsTaken: 6 } })
    expect(await bookingState(bookingId)).toBe('refunded')
    expect((await refund({})).body['code']).toBe('payment-not-refundable')
  })

  test('a transfer’s number counts once; a booking in another currency, a payer whom nobody knows', async () => {
    const reference = `transfer-${randomUUID()}`
    const transfer = { provider: 'bank_transfer', amountMinor: 5_000, reference }
    expect((await asOwner('POST', 'payments', transfer)).status).toBe(201)
    expect(await asOwner('POST', 'payments', transfer)).toMatchObject({ status: 409, body: { code: 'payment-known' } })
    const bookingId = await book(await harbour.enrol({ points: 0 }), 5_000, 'USD')
    const inShillings = { provider: 'cash', amountMinor: 5_000, bookingId }
    expect(await asOwner('POST', 'payments', inShillings)).toMatchObject({
      status: 422,
      body: { code: 'payment-mismatch' },
    })
    const unknown = { provider: 'cash', amountMinor: 5_000, phone: '+254799999999' }
    expect((await asOwner('POST', 'payments', unknown)).body).toMatchObject({ customerId: null, pointsAwarded: 0 })
    const later = { ...unknown, paidAt: new Date(Date.now() + 60_000).toISOString() }
    expect((await asOwner('POST', 'payments', later)).body['errors'][0].field).toBe('body.paidAt')
  })
})

describe('[P4] repeats', () => {
  test('five times, at once and late: once', async () => {
    const customer = await harbour.enrol({ points: 0 })
    const reference = `ref-${randomUUID()}`
    const event = chargeEvent({ reference, amount: 100_000, metadata: JSON.stringify({ customer_id: customer.id }) })
    const answers = await Promise.all(Array.from({ length: 5 }, () => postPaystack(world.api, 'harbour', event)))
    answers.push(await postPaystack(world.api, 'harbour', event))
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    await screen.shows(customer.cardId, 10)
    const { id } = await byReference(reference)
    expect(heard('payment_recorded', id)).toHaveLength(1)
    expect((await payment(id))['callbacks']).toHaveLength(1)
  })
})

describe('[P7] a callback that never comes', () => {
  test('Paystack is asked: paid, failed, or not yet', async () => {
    const customer = await harbour.enrol({ points: 0 })
    const started = await start('paystack', { amountMinor: 40_000, email: 'p@example.com', customerId: customer.id })
    const { id, providerReference } = started.body as { id: string; providerReference: string }
    const reconcile = () => asOwner('POST', `payments/${id}/reconcile`)
    expect((await reconcile()).body['status']).toBe('pending')
    const known = providers.paystack.transactions.get(providerReference)!
    known.status = 'success'
    const [settled, again] = await Promise.all([reconcile(), reconcile()])
    expect(settled.body).toMatchObject({ status: 'succeeded', pointsAwarded: 4 })
    expect(again.body).toMatchObject({ status: 'succeeded', pointsAwarded: 4 })
    // The callback comes after all.
    expect(
      (await postPaystack(world.api, 'harbour', chargeEvent({ reference: providerReference, amount: 40_000 }))).status,
    ).toBe(200)
    await screen.shows(customer.cardId, 4)
  })

  test('M-Pesa is asked; while it does not answer, nothing changes', async () => {
    const { body } = await start('mpesa', { amountMinor: 10_000, phone: '+254700000009' })
    const reconcile = () => asOwner('POST', `payments/${body['id']}/reconcile`)
    expect((await reconcile()).body['status']).toBe('pending')
    providers.mpesa.misbehave({ answer: { status: 503, body: '<html>' } })
    expect(await reconcile()).toMatchObject({ status: 502, body: { code: 'provider-unavailable' } })
    providers.mpesa.misbehave(null)
    providers.mpesa.pushes.at(-1)!.result = 0
    expect((await reconcile()).body).toMatchObject({ status: 'succeeded', amountMinor: 10_000 })
  })

  test('an amount that Paystack tells otherwise is never applied', async () => {
    const started = await start('paystack', { amountMinor: 40_000, email: 'p@example.com' })
    Object.assign(providers.paystack.transactions.get(started.body['providerReference'])!, {
      status: 'success',
      amount: 4,
    })
    const { body } = await asOwner('POST', `payments/${started.body['id']}/reconcile`)
    expect(body).toMatchObject({ status: 'failed', failure: 'payment-mismatch', pointsAwarded: 0, paidAt: null })
  })
})

test('what a provider refuses is said, and is the answer to every repeat', async () => {
  providers.paystack.misbehave({ answer: { status: 400, body: { status: false, message: 'Currency not supported' } } })
  const key = newKey()
  const body = { amountMinor: 100, email: 'p@example.com' }
  const refused = await start('paystack', body, key)
  providers.paystack.misbehave(null)
  expect(refused).toMatchObject({ status: 422, body: { code: 'provider-refused', reason: 'Currency not supported' } })
  const again = await start('paystack', body, key)
  expect(again.text).toBe(refused.text)
  expect(again.headers.get('idempotency-replayed')).toBe('true')
})

test('stkCallback of another tenant’s push is nobody’s here', async () => {
  const rival = await world.tenant('rival')
  await providers.setUp(world.api, rival)
  const { body } = await start('mpesa', { amountMinor: 10_000, phone: '+254700000010' })
  const { checkout } = providers.mpesa.pushes.at(-1)!
  expect(await postMpesa(world.api, 'rival', stkCallback({ checkout, amount: 100 }))).toMatchObject({
    status: 404,
    body: { code: 'payment-not-found' },
  })
  expect((await payment(body['id']))['status']).toBe('pending')
})
