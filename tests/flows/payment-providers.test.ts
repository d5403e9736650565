import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi } from '../harness/api.ts'
import { stkCallback } from '../harness/providers/mpesa.ts'
import { chargeEvent } from '../harness/providers/paystack.ts'
import { CALLBACK_SECRET, postMpesa, postPaystack } from '../harness/providers/setup.ts'
import { expectProblem, openMoneyShop, type MoneyShop } from './money-shop.ts'

let shop: MoneyShop
beforeAll(async () => {
  shop = await openMoneyShop()
  await shop.world.tenant('bare')
})
afterAll(() => shop.close())

describe('setting up', () => {
  const put = (provider: string, body: object) =>
    shop.world.api.call('PUT', `/api/admin/payment-providers/${provider}`, { token: shop.owner, body })
  const shown = async (provider: string) => {
    const { body } = await shop.world.api.call('GET', '/api/admin/payment-providers', { token: shop.owner })
    return body['items'].find((item: any) => item.provider === provider)
  }
  const tried = (provider: string) =>
    shop.world.api.call('POST', `/api/admin/payment-providers/${provider}/test`, { token: shop.owner })

  test('shows what is set up, and four characters of a secret at most', async () => {
    const { text } = await shop.world.api.call('GET', '/api/admin/payment-providers', { token: shop.owner })
    for (const secret of ['sk_test_demo', CALLBACK_SECRET, 'consumer-secret-of-tests', 'passkey-of-tests']) {
      expect(text).not.toContain(secret.slice(0, -4))
    }
    expect(await shown('paystack')).toMatchObject({
      configured: true,
      canStart: true,
      webhookUrl: `${shop.providers.env['API_PUBLIC_URL']}/api/webhooks/paystack/harbour`,
      hints: { secretKey: 'demo' },
      version: 1,
    })
    expect(await shown('mpesa')).toMatchObject({
      configured: true,
      canStart: true,
      webhookUrl: `${shop.providers.env['API_PUBLIC_URL']}/api/webhooks/mpesa/harbour/…cret`,
      settings: { shortcode: '174379' },
    })
    const sealed = await shop.world.database.sql(
      'select settings, encode(sealed, $1) as sealed, hints from payment_providers',
      ['escape'],
    )
    expect(JSON.stringify(sealed)).not.toContain('sk_test')
  })

  test('a test callback goes the whole way and leaves nothing', async () => {
    const before = await shop.books()
    expect((await tried('paystack')).body).toEqual({ accepted: true, status: 200, code: null })
    expect((await tried('mpesa')).body).toEqual({ accepted: true, status: 200, code: null })
    expect(await shop.books()).toBe(before)
    const bare = await shop.world.api.signIn({ id: 'bare', terminalKey: '' }, 'owner')
    const untried = await shop.world.api.call('POST', '/api/admin/payment-providers/mpesa/test', { token: bare })
    expectProblem(untried, 422, 'provider-not-configured')
  })

  test('a key that was changed counts at once, the old one no more', async () => {
    expect((await put('paystack', { secretKey: 'sk_test_rotated' })).body).toMatchObject({
      hints: { secretKey: 'ated' },
      version: 2,
    })
    const event = chargeEvent({ reference: randomUUID(), amount: 100 })
    expectProblem(await postPaystack(shop.world.api, 'harbour', event), 401, 'signature-invalid')
    expect((await postPaystack(shop.world.api, 'harbour', event, 'sk_test_rotated')).status).toBe(200)
    await put('paystack', { secretKey: 'sk_test_demo' })
  })

  test('addresses: only callbacks from there count, however right their secret', async () => {
    expect((await put('mpesa', { allowedAddresses: ['196.201.214.0/24', '::1'] })).status).toBe(200)
    const { checkout } = await shop.push()
    expectProblem(
      await postMpesa(shop.world.api, 'harbour', stkCallback({ checkout, amount: 1500 })),
      404,
      'callback-not-found',
    )
    expect((await tried('mpesa')).body).toMatchObject({ accepted: true })
    await put('mpesa', { allowedAddresses: ['127.0.0.0/8'] })
    expect((await postMpesa(shop.world.api, 'harbour', stkCallback({ checkout, amount: 1500 }))).status).toBe(200)
    expect((await put('mpesa', { allowedAddresses: ['everywhere'] })).body['errors'][0].field).toBe(
      'body.allowedAddresses.0',
    )
    await put('mpesa', { allowedAddresses: [] })
  })

  test('is the owner’s alone; without a key to seal with nothing is taken', async () => {
    const admin = await shop.world.api.signIn(shop.tenant, 'admin')
    const denied = await shop.world.api.call('GET', '/api/admin/payment-providers', { token: admin })
    expect(denied.status).toBe(403)
    const keyless = await startTestApi(shop.world.database.url, {
      ...shop.providers.env,
      API_PORT: '0',
      SECRETS_KEY: '',
    })
    const token = await keyless.signIn(shop.tenant, 'owner')
    const refused = await keyless.call('PUT', '/api/admin/payment-providers/paystack', {
      token,
      body: { secretKey: 'sk_test_other' },
    })
    expectProblem(refused, 503, 'secrets-key-missing')
    expectProblem(
      await postPaystack(keyless, 'harbour', chargeEvent({ reference: 'x', amount: 1 })),
      401,
      'signature-invalid',
    )
    await keyless.close()
  })
})
