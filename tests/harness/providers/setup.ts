import { freePorts } from '../../../scripts/free-ports.ts'
import type { TestApi } from '../api.ts'
import type { TestTenant } from '../tenant.ts'
import { startMpesa, type MpesaStandIn } from './mpesa.ts'
import { PAYSTACK_KEY, signPaystack, startPaystack, type PaystackStandIn } from './paystack.ts'

export const CALLBACK_SECRET = 'test-callback-secret'

/** What it takes to ask for money. */
export const MPESA_ACCOUNT = {
  shortcode: '174379',
  consumerKey: 'consumer-key-of-tests',
  consumerSecret: 'consumer-secret-of-tests',
  passkey: 'passkey-of-tests',
}

/** Both providers, and the API's environment that leads to them. */
export type Providers = {
  readonly paystack: PaystackStandIn
  readonly mpesa: MpesaStandIn
  readonly env: Record<string, string>
  /** Sets both up for a tenant, as its owner would. */
  setUp(api: TestApi, tenant: TestTenant): Promise<void>
  close(): Promise<void>
}

export async function startProviders(): Promise<Providers> {
  const [paystack, mpesa, [port]] = await Promise.all([startPaystack(), startMpesa(), freePorts(1)])
  return {
    paystack,
    mpesa,
    env: {
      API_PORT: String(port),
      API_PUBLIC_URL: `http://127.0.0.1:${port}`,
      SECRETS_KEY: Buffer.alloc(32, 7).toString('base64'),
      PAYSTACK_URL: paystack.url,
      MPESA_URL: mpesa.url,
      PAYMENT_TIMEOUT_MS: '2000',
      // Tests ask when they want to know.
      PAYMENT_RECONCILE_SECONDS: '3600',
    },
    async setUp(api, tenant) {
      const token = await api.signIn(tenant, 'owner')
      const put = async (provider: string, body: object) => {
        const answer = await api.call('PUT', `/api/admin/payment-providers/${provider}`, { token, body })
        if (answer.status !== 200) throw new Error(`${provider} could not be set up: ${answer.text}`)
      }
      await put('paystack', { secretKey: PAYSTACK_KEY })
      await put('mpesa', { ...MPESA_ACCOUNT, callbackSecret: CALLBACK_SECRET })
    },
    async close() {
      await Promise.all([paystack.close(), mpesa.close()])
    },
  }
}

/** POSTs to the API what Paystack would, signed. */
export function postPaystack(api: Pick<TestApi, 'call'>, tenant: string, event: object, key?: string) {
  const body = JSON.stringify(event)
  return api.call('POST', `/api/webhooks/paystack/${tenant}`, {
    body,
    headers: { 'x-paystack-signature': signPaystack(body, key) },
  })
}

/** POSTs to the API what Safaricom would. */
export const postMpesa = (api: Pick<TestApi, 'call'>, tenant: string, callback: object, secret = CALLBACK_SECRET) =>
  api.call('POST', `/api/webhooks/mpesa/${tenant}/${secret}`, { body: callback })
