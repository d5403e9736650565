import { createHmac, randomInt } from 'node:crypto'
import { listen, readJson, type StandIn } from './stand-in.ts'

export const PAYSTACK_KEY = 'sk_test_demo'

/** A transaction as Paystack tells it: what it sends, field for field, where nothing else is said. */
export type PaystackTold = {
  reference: string
  amount: number
  currency?: string
  status?: string
  metadata?: unknown
  customer?: Record<string, unknown>
  gateway_response?: string
  paid_at?: string
}

/** `charge.success`, or another event about a transaction, in the shape of Paystack's documentation. */
export const chargeEvent = (told: PaystackTold, event = 'charge.success') => ({
  event,
  data: {
    id: randomInt(1, 2 ** 40),
    domain: 'test',
    status: event === 'charge.success' ? 'success' : 'failed',
    message: null,
    gateway_response: event === 'charge.success' ? 'Successful' : 'Declined',
    paid_at: '2026-03-04T08:15:00.000Z',
    created_at: '2026-03-04T08:14:30.000Z',
    channel: 'card',
    currency: 'KES',
    ip_address: '41.242.49.37',
    metadata: 0,
    log: null,
    fees: 525,
    fees_split: null,
    customer: {
      id: 68_324,
      first_name: 'Jane',
      last_name: 'Wanjiru',
      email: 'jane@example.com',
      customer_code: 'CUS_qo38as2hpsgk2r0',
      phone: null,
      metadata: null,
      risk_action: 'default',
    },
    authorization: {
      authorization_code: 'AUTH_f5rnfq9p',
      bin: '539999',
      last4: '8877',
      exp_month: '08',
      exp_year: '2030',
      card_type: 'mastercard DEBIT',
      bank: 'Test Bank',
      country_code: 'KE',
      brand: 'mastercard',
    },
    plan: {},
    ...told,
  },
})

/** `refund.processed`: the amount is text there, as in Paystack's documentation. */
export const refundEvent = (told: { reference: string; refund: string; amount: number; currency?: string }) => ({
  event: 'refund.processed',
  data: {
    status: 'processed',
    transaction_reference: told.reference,
    refund_reference: told.refund,
    amount: String(told.amount),
    currency: told.currency ?? 'KES',
    processor: 'mpgs_zen',
    customer: { first_name: 'Jane', last_name: 'Wanjiru', email: 'jane@example.com' },
    integration: 412_829,
    domain: 'test',
  },
})

/** How Paystack signs what it sends. */
export const signPaystack = (body: string, key = PAYSTACK_KEY) => createHmac('sha512', key).update(body).digest('hex')

export type PaystackStandIn = StandIn & {
  /** Transactions that were initialized here, by reference; what `GET /verify` tells of them can be changed. */
  readonly transactions: Map<string, PaystackTold & Record<string, unknown>>
}

/** Paystack's API as its documentation has it, for what we ask of it. */
export async function startPaystack(): Promise<PaystackStandIn> {
  const transactions: PaystackStandIn['transactions'] = new Map()
  const server = await listen(async (request) => {
    const { pathname } = new URL(request.url ?? '/', 'http://paystack')
    if (!/^Bearer sk_test_\w+$/.test(request.headers.authorization ?? '')) {
      return { status: 401, body: { status: false, message: 'Invalid key' } }
    }
    if (request.method === 'POST' && pathname === '/transaction/initialize') {
      const asked = (await readJson(request)) as {
        reference: string
        amount: number
        currency: string
        metadata: unknown
      }
      if (transactions.has(asked.reference)) {
        return { status: 400, body: { status: false, message: 'Duplicate Transaction Reference' } }
      }
      transactions.set(asked.reference, { ...asked, status: 'abandoned' })
      const access = `access_${asked.reference.slice(-8)}`
      return {
        status: 200,
        body: {
          status: true,
          message: 'Authorization URL created',
          data: {
            authorization_url: `https://checkout.paystack.com/${access}`,
            access_code: access,
            reference: asked.reference,
          },
        },
      }
    }
    const known = transactions.get(decodeURIComponent(pathname.replace('/transaction/verify/', '')))
    if (!known) return { status: 404, body: { status: false, message: 'Transaction reference not found.' } }
    const { data } = chargeEvent(known)
    return { status: 200, body: { status: true, message: 'Verification successful', data } }
  })
  return { ...server, transactions }
}
