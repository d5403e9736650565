import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chargeEvent } from '../harness/providers/paystack.ts'
import { postPaystack } from '../harness/providers/setup.ts'
import type { Screen } from '../harness/screen.ts'
import { openMoneyShop, type MoneyShop } from './money-shop.ts'

let shop: MoneyShop
let screen: Screen
beforeAll(async () => {
  shop = await openMoneyShop()
  screen = await shop.world.screen(shop.tenant)
  await screen.becomes('live')
})
afterAll(() => shop.close())

describe('[P7] a callback that never comes', () => {
  test('Paystack is asked: paid, failed, or not yet', async () => {
    const customer = await shop.tenant.enrol({ points: 0 })
    const started = await shop.start('paystack', {
      amountMinor: 40_000,
      email: 'p@example.com',
      customerId: customer.id,
    })
    const { id, providerReference } = started.body as { id: string; providerReference: string }
    const reconcile = () => shop.asOwner('POST', `payments/${id}/reconcile`)
    expect((await reconcile()).body['status']).toBe('pending')
    const known = shop.providers.paystack.transactions.get(providerReference)!
    known.status = 'success'
    const [settled, again] = await Promise.all([reconcile(), reconcile()])
    expect(settled.body).toMatchObject({ status: 'succeeded', pointsAwarded: 4 })
    expect(again.body).toMatchObject({ status: 'succeeded', pointsAwarded: 4 })
    // The callback comes after all.
    expect(
      (await postPaystack(shop.world.api, 'harbour', chargeEvent({ reference: providerReference, amount: 40_000 })))
        .status,
    ).toBe(200)
    await screen.shows(customer.cardId, 4)
  })

  test('M-Pesa is asked; while it does not answer, nothing changes', async () => {
    const { body } = await shop.start('mpesa', { amountMinor: 10_000, phone: '+254700000009' })
    const reconcile = () => shop.asOwner('POST', `payments/${body['id']}/reconcile`)
    expect((await reconcile()).body['status']).toBe('pending')
    shop.providers.mpesa.misbehave({ answer: { status: 503, body: '<html>' } })
    expect(await reconcile()).toMatchObject({ status: 502, body: { code: 'provider-unavailable' } })
    shop.providers.mpesa.misbehave(null)
    shop.providers.mpesa.pushes.at(-1)!.result = 0
    expect((await reconcile()).body).toMatchObject({ status: 'succeeded', amountMinor: 10_000 })
  })

  test('an amount that Paystack tells otherwise is never applied', async () => {
    const started = await shop.start('paystack', { amountMinor: 40_000, email: 'p@example.com' })
    Object.assign(shop.providers.paystack.transactions.get(started.body['providerReference'])!, {
      status: 'success',
      amount: 4,
    })
    const { body } = await shop.asOwner('POST', `payments/${started.body['id']}/reconcile`)
    expect(body).toMatchObject({ status: 'failed', failure: 'payment-mismatch', pointsAwarded: 0, paidAt: null })
  })
})
