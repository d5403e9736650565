import { minorUnits } from '@loyalty-live/events/minor-units'
import { z } from 'zod'
import { ApiError } from '../../errors.ts'
import type { ChargeFact } from '../provider.ts'

const reference = z.string().min(1).max(200)
const word = z.string().max(200).nullish().catch(null)

/** Paystack says amounts as numbers, in refunds as text too. */
export const paystackAmount = z.coerce
  .number()
  .int()
  .positive()
  .max(Number.MAX_SAFE_INTEGER)
  .meta({ description: 'In hundredths of the currency, whatever it is' })

/** A transaction, as `charge.success` and `GET /transaction/verify/:reference` tell it; what we have no use for is left out. */
export const transaction = z.object({
  reference,
  status: z.string().max(50),
  amount: paystackAmount,
  currency: z.string().regex(/^[A-Z]{3}$/),
  paid_at: z.iso.datetime({ offset: true }).nullish().catch(null),
  channel: word,
  gateway_response: word,
  message: word,
  metadata: z.unknown().optional(),
  customer: z.object({ email: word, phone: word }).nullish().catch(null),
  authorization: z.object({ brand: word, last4: word, bank: word }).nullish().catch(null),
})

export type PaystackTransaction = z.infer<typeof transaction>

/** A transaction in our terms. @param parsePhone gives E.164, or null for what is no number */
export function toCharge(
  status: ChargeFact['status'],
  { reference: name, amount, currency, ...told }: PaystackTransaction,
  parsePhone: (typed: string) => string | null,
): ChargeFact {
  const metadata = readMetadata(told.metadata)
  const phone = told.customer?.phone ?? metadata['phone']
  return {
    kind: 'charge',
    status,
    reference: name,
    amountMinor: fromPaystack(amount, currency),
    currency,
    paidAt: status === 'succeeded' ? (told.paid_at ?? null) : null,
    failure: status === 'failed' ? (told.gateway_response ?? told.message ?? 'declined') : null,
    detail: present({
      channel: told.channel,
      brand: told.authorization?.brand,
      last4: told.authorization?.last4,
      bank: told.authorization?.bank,
      email: told.customer?.email,
    }),
    customerId: idIn(metadata, 'customerId', 'customer_id'),
    bookingId: idIn(metadata, 'bookingId', 'booking_id'),
    phone: typeof phone === 'string' ? parsePhone(phone) : null,
    paymentId: null,
    started: false,
  }
}

/**
 * Paystack counts every currency in hundredths, those too that have none (XOF) or finer ones.
 *
 * @throws ApiError invalid-request for a fraction of the smallest unit
 */
export function fromPaystack(hundredths: number, currency: string): number {
  const amountMinor = (hundredths * minorUnits(currency)) / 100
  if (Number.isInteger(amountMinor)) return amountMinor
  throw new ApiError('invalid-request', `body.data.amount: ${hundredths} is no amount of ${currency}`)
}

/** @throws ApiError invalid-request for a fraction of a hundredth */
export function toPaystack(amountMinor: number, currency: string): number {
  const hundredths = (amountMinor * 100) / minorUnits(currency)
  if (Number.isInteger(hundredths)) return hundredths
  throw new ApiError('invalid-request', `body.amountMinor: Paystack takes hundredths of ${currency}, nothing finer`)
}

/** It comes as an object, as the text of one, or as nothing: `0`, `""`, null. */
function readMetadata(metadata: unknown): Record<string, unknown> {
  try {
    const read: unknown = typeof metadata === 'string' ? JSON.parse(metadata) : metadata
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : {}
  } catch {
    // Text that is no JSON: somebody's own note, which says nothing to us.
    return {}
  }
}

function idIn(metadata: Record<string, unknown>, ...names: string[]): string | null {
  return names.map((name) => z.uuid().safeParse(metadata[name]).data).find((id) => id !== undefined) ?? null
}

const present = (fields: Record<string, string | null | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter((field): field is [string, string] => Boolean(field[1])))
