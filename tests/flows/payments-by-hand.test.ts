import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newKey } from '../harness/api.ts'
import { openMoneyShop, type MoneyShop } from './money-shop.ts'

let shop: MoneyShop
beforeAll(async () => {
  shop = await openMoneyShop()
})
afterAll(() => shop.close())

describe('by hand', () => {
  test('[P3] cash counts at once, once for its key; money back takes points back', async () => {
    const customer = await shop.tenant.enrol({ points: 0 })
    const bookingId = await shop.book(customer, 80_000)
    const key = newKey()
    const record = () =>
      shop.world.api.call('POST', '/api/admin/payments', {
        token: shop.till,
        headers: key,
        body: { provider: 'cash', amountMinor: 80_000, bookingId, note: 'table 4' },
      })
    const [first, again] = await Promise.all([record(), record()])
    expect(first).toMatchObject({
      status: 201,
      body: { status: 'succeeded', customerId: customer.id, pointsAwarded: 8, note: 'table 4' },
    })
    expect(again.text).toBe(first.text)
    expect(await shop.bookingState(bookingId)).toBe('paid')
    const refund = (body: object) =>
      shop.asOwner('POST', `payments/${first.body['id']}/refund`, { reason: 'cold soup', ...body })
    expect((await refund({ amountMinor: 80_001 })).body).toMatchObject({
      code: 'refund-too-large',
      availableMinor: 80_000,
    })
    expect((await refund({ amountMinor: 20_000 })).body).toMatchObject({ refundedMinor: 20_000, pointsReversed: 2 })
    expect((await refund({})).body).toMatchObject({ status: 'refunded', pointsReversed: 8, refund: { pointsTaken: 6 } })
    expect(await shop.bookingState(bookingId)).toBe('refunded')
    expect((await refund({})).body['code']).toBe('payment-not-refundable')
  })

  test('a transfer’s number counts once; a booking in another currency, a payer whom nobody knows', async () => {
    const reference = `transfer-${randomUUID()}`
    const transfer = { provider: 'bank_transfer', amountMinor: 5_000, reference }
    expect((await shop.asOwner('POST', 'payments', transfer)).status).toBe(201)
    expect(await shop.asOwner('POST', 'payments', transfer)).toMatchObject({
      status: 409,
      body: { code: 'payment-known' },
    })
    const bookingId = await shop.book(await shop.tenant.enrol({ points: 0 }), 5_000, 'USD')
    const inShillings = { provider: 'cash', amountMinor: 5_000, bookingId }
    expect(await shop.asOwner('POST', 'payments', inShillings)).toMatchObject({
      status: 422,
      body: { code: 'payment-mismatch' },
    })
    const unknown = { provider: 'cash', amountMinor: 5_000, phone: '+254799999999' }
    expect((await shop.asOwner('POST', 'payments', unknown)).body).toMatchObject({ customerId: null, pointsAwarded: 0 })
    const later = { ...unknown, paidAt: new Date(Date.now() + 60_000).toISOString() }
    expect((await shop.asOwner('POST', 'payments', later)).body['errors'][0].field).toBe('body.paidAt')
  })
})
