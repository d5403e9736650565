import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { readCallbackBody, typedPhone } from '../callback-body.ts'
import type { Account, Callback, CallbackRequest } from '../provider.ts'
import { fromPaystack, paystackAmount, toCharge, transaction } from './charge.ts'

export const SIGNATURE_HEADER = 'x-paystack-signature'

/** Stands in for the key of a tenant that has none, so that refusing it takes as long. */
const NOBODYS_KEY = randomBytes(32).toString('hex')

const refund = z.object({
  id: z.union([z.string(), z.number()]).nullish(),
  refund_reference: z.string().min(1).max(150).nullish(),
  transaction_reference: z.string().min(1).max(200),
  amount: paystackAmount,
  currency: z.string().regex(/^[A-Z]{3}$/),
  merchant_note: z.string().max(500).nullish().catch(null),
})

const eventName = z.string().max(100)

/** Every event as it is read; what else Paystack puts into one is not looked at. */
export const paystackEvent = z
  .union([
    z.object({ event: z.enum(['charge.success', 'charge.failed']), data: transaction }),
    z.object({ event: z.literal('refund.processed'), data: refund }),
    z.object({ event: eventName.meta({ description: 'Any other is taken, and nothing follows from it' }) }),
  ])
  .meta({ title: 'PaystackEvent' })

/** HMAC-SHA512 of the body by the secret key, hex. */
export const paystackSignature = (secretKey: string, raw: Buffer | string): string =>
  createHmac('sha512', secretKey).update(raw).digest('hex')

export function provesPaystack(account: Account | null, { headers, raw }: CallbackRequest): boolean {
  const expected = paystackSignature(account?.secrets['secretKey'] ?? NOBODYS_KEY, raw)
  const shown = headers[SIGNATURE_HEADER]
  const fits =
    typeof shown === 'string' &&
    /^[0-9a-f]{128}$/.test(shown) &&
    timingSafeEqual(Buffer.from(shown, 'hex'), Buffer.from(expected, 'hex'))
  return fits && account !== null
}

/**
 * Reads an event. Charges and refunds that were processed are facts; everything else, such as transfers, disputes, and refunds
 * that are on their way, is not ours to act on.
 *
 * @throws ApiError malformed-json, invalid-request
 */
export function readPaystackEvent({ raw }: CallbackRequest, defaultCountry: string): Callback {
  const { event, data } = readCallbackBody(raw, z.object({ event: eventName, data: z.unknown().optional() }))
  switch (event) {
    case 'charge.success':
    case 'charge.failed': {
      const told = readCallbackBody(data, transaction, 'body.data')
      const status = event === 'charge.success' ? 'succeeded' : 'failed'
      const fact = toCharge(status, told, (typed) => typedPhone(typed, defaultCountry))
      return { kind: 'fact', key: `${event}:${told.reference}`, fact }
    }
    case 'refund.processed': {
      const told = readCallbackBody(data, refund, 'body.data')
      const key = refundKey(told)
      return {
        kind: 'fact',
        key: `${event}:${key}`,
        fact: {
          kind: 'refund',
          key,
          reference: told.transaction_reference,
          amountMinor: fromPaystack(told.amount, told.currency),
          currency: told.currency,
          reason: told.merchant_note ?? null,
        },
      }
    }
    default:
      return { kind: 'ignored' }
  }
}

/**
 * What a refund is called. Older ones have no name of their own: two of one amount of one payment would then be taken for a
 * repeat, which errs on the side of not taking money out of the books twice.
 */
function refundKey({ id, refund_reference: name, transaction_reference: of, amount }: z.infer<typeof refund>): string {
  const own = name ?? id
  return own === undefined || own === null ? `${of}:${amount}`.slice(0, 200) : String(own)
}
