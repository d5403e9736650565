import type { Push } from '../../scripts/mpesa/daraja.ts'
import { stkCallback, type MpesaStandIn } from '../harness/providers/mpesa.ts'
import { chargeEvent, signPaystack, type PaystackStandIn, type PaystackTold } from '../harness/providers/paystack.ts'
import type { Charge } from './payment-book.ts'
import type { Purchase } from './payer.ts'

export type Outcome = 'paid' | 'failed'

/** What a provider sends, and where to. */
export type Sent = { readonly path: string; readonly body: string; readonly headers?: Readonly<Record<string, string>> }

/** A provider as one that collects: what it is asked for, and what it makes of that. */
export type Collection = {
  readonly provider: 'paystack' | 'mpesa'
  /** Whether a payer has to be given something of what the provider answered; else the provider finds them by itself. */
  readonly needsAnswer: boolean
  /** What the business asks for. */
  body(charge: Charge, purchase: Purchase): object
  /** What the provider was asked to collect for a charge: once at most. */
  find(charge: Charge): readonly Collected[]
}

export type Collected = {
  /** From now on it says so when it is asked. */
  decide(outcome: Outcome): void
  /** The callback that says so. @param asText Safaricom writes codes and amounts as numbers, and now and then as text */
  callback(outcome: Outcome, asText: boolean): Sent
}

/** Of the last so many Paystack knows what became of them. Older ones were settled long ago. */
const KEPT_MAX = 1_000
const CANCELLED = 1032

/** What the charge is called where a name of ours may be at most twelve characters long. */
const shortName = ({ name }: Charge) => name.slice(-12)

export function mpesaCollection({ pushes }: MpesaStandIn): Collection {
  const collected = (push: Push): Collected => ({
    decide(outcome) {
      push.result = outcome === 'paid' ? 0 : CANCELLED
    },
    callback(outcome, asText) {
      const { pathname, search } = new URL(push.callbackUrl)
      const code = outcome === 'paid' ? 0 : CANCELLED
      const { checkout, amount, phone } = push
      const told = asText ? { code: String(code), amount: `${amount}.00` } : { code, amount }
      return {
        path: `${pathname}${search}`,
        body: JSON.stringify(stkCallback({ checkout, phone: Number(phone), ...told })),
      }
    },
  })
  return {
    provider: 'mpesa',
    needsAnswer: false,
    body: (charge, { phone, bookingId }) => ({
      amountMinor: charge.amountMinor,
      phone,
      note: charge.name,
      accountReference: shortName(charge),
      ...(bookingId === null ? {} : { bookingId }),
    }),
    find: (charge) => pushes.filter(({ accountReference }) => accountReference === shortName(charge)).map(collected),
  }
}

export function paystackCollection({ transactions }: PaystackStandIn, tenant: string, secretKey: string): Collection {
  const collected = (transaction: PaystackTold): Collected => ({
    decide(outcome) {
      transaction.status = outcome === 'paid' ? 'success' : 'failed'
      for (const reference of [...transactions.keys()].slice(0, -KEPT_MAX)) transactions.delete(reference)
    },
    callback(outcome) {
      const { reference, amount, currency = 'KES', metadata } = transaction
      const told = { reference, amount, currency, metadata }
      const body = JSON.stringify(chargeEvent(told, outcome === 'paid' ? 'charge.success' : 'charge.failed'))
      return {
        path: `/api/webhooks/paystack/${tenant}`,
        body,
        headers: { 'x-paystack-signature': signPaystack(body, secretKey) },
      }
    },
  })
  const addressOf = ({ name }: Charge) => `${name}@example.com`
  return {
    provider: 'paystack',
    needsAnswer: true,
    body: (charge, { customerId, bookingId }) => ({
      amountMinor: charge.amountMinor,
      email: addressOf(charge),
      note: charge.name,
      ...(customerId === null ? {} : { customerId }),
      ...(bookingId === null ? {} : { bookingId }),
    }),
    find: (charge) => [...transactions.values()].filter(({ email }) => email === addressOf(charge)).map(collected),
  }
}
