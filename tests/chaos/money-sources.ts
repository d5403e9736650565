import { Random } from '../../scripts/random.ts'
import { startMpesa, type MpesaStandIn } from '../harness/providers/mpesa.ts'
import { startPaystack, type PaystackStandIn } from '../harness/providers/paystack.ts'
import { MPESA_ACCOUNT } from '../harness/providers/setup.ts'
import type { Misbehaviour } from '../harness/providers/stand-in.ts'

/** Paystack and M-Pesa. Now and then they do what they are asked and say nothing, or nothing that can be read. */
export type MoneySources = {
  readonly paystack: PaystackStandIn
  readonly mpesa: MpesaStandIn
  /** Of an API that asks them. */
  readonly env: Readonly<Record<string, string>>
  /** Sets both up for a tenant, as its owner would. */
  setUp(apiUrl: string, token: string, tenant: MoneyTenant): Promise<void>
  close(): Promise<void>
}

/** Who is paid by them, and what proves their callbacks. */
export type MoneyTenant = {
  readonly id: string
  readonly paystackKey: string
  /** In the URL that M-Pesa calls back. */
  readonly callbackSecret: string
}

const HABITS = { answers: 90, hangs: 4, breaks: 6 }

export async function openMoneySources(seed: number): Promise<MoneySources> {
  const random = new Random(seed)
  const [paystack, mpesa] = await Promise.all([startPaystack(), startMpesa()])
  for (const source of [paystack, mpesa]) source.misbehave(() => misbehaviour(random))
  return {
    paystack,
    mpesa,
    env: {
      PAYSTACK_URL: paystack.url,
      MPESA_URL: mpesa.url,
      // As short as the rounds are.
      PAYMENT_TIMEOUT_MS: '400',
      PAYMENT_RECONCILE_SECONDS: '1',
    },
    async setUp(apiUrl, token, { id, paystackKey, callbackSecret }) {
      const accounts = { paystack: { secretKey: paystackKey }, mpesa: { ...MPESA_ACCOUNT, callbackSecret } }
      for (const [provider, account] of Object.entries(accounts)) {
        const response = await fetch(`${apiUrl}/api/admin/payment-providers/${provider}`, {
          method: 'PUT',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify(account),
        })
        if (!response.ok) throw new Error(`${provider} of ${id} could not be set up: ${await response.text()}`)
      }
    },
    async close() {
      await Promise.all([paystack.close(), mpesa.close()])
    },
  }
}

function misbehaviour(random: Random): Misbehaviour {
  const how = random.weighted(HABITS)
  if (how === 'answers') return null
  return how === 'hangs' ? 'hang' : { answer: { status: 503, body: '<html>' } }
}
