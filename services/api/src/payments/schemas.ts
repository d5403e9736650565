import { cursorText } from '@loyalty-live/events'
import { z } from 'zod'
import { isoTime, recordedActor, text, uuid } from '../http/fields.ts'
import { pageQuery } from '../http/paging.ts'
import { amountMinor, currencyCode } from './currency.ts'
import { providerNames } from './provider.ts'

/** Ways of paying that nobody tells us of: somebody here does. */
const byHand = z.enum(['cash', 'card', 'bank_transfer', 'other'])
const provider = z.enum([...providerNames, ...byHand.options])
const status = z.enum(['pending', 'succeeded', 'failed', 'refunded'])

/** As the SQL function payment_record writes it. */
export const paymentItem = z
  .object({
    id: uuid,
    provider,
    providerReference: z.string().nullable(),
    detail: z.record(z.string(), z.string()).meta({ description: 'How it was paid: channel, receipt, checkoutUrl, …' }),
    amountMinor: z.int(),
    currency: z.string(),
    refundedMinor: z.int().meta({ description: 'A payment that was refunded in part is still `succeeded`' }),
    status,
    failure: z.string().nullable(),
    customerId: uuid.nullable(),
    customerPhone: z.string().nullable(),
    customerName: z.string().nullable(),
    bookingId: uuid.nullable(),
    programId: uuid.nullable(),
    pointsAwarded: z.int(),
    pointsReversed: z.int().meta({ description: 'Taken back by refunds' }),
    transactionId: uuid.nullable().meta({ description: 'What moved the points' }),
    note: z.string().nullable(),
    version: z.int(),
    actor: recordedActor.meta({ description: 'Who recorded or started it' }),
    paidAt: isoTime.nullable(),
    createdAt: isoTime,
    updatedAt: isoTime,
  })
  .meta({ title: 'Payment' })

export const paymentRecord = paymentItem.extend({ cursor: cursorText }).meta({ title: 'PaymentRecord' })

/** As the SQL function refund_record writes it. */
export const refundItem = z
  .object({
    id: uuid,
    status: z.enum(['waiting', 'applied', 'refused']),
    amountMinor: z.int(),
    currency: z.string(),
    reason: z.string().nullable(),
    pointsTaken: z.int(),
    pointsMissing: z.int().meta({ description: 'Due, and not there to take: the programme allows no debt' }),
    transactionId: uuid.nullable(),
    actor: recordedActor,
    createdAt: isoTime,
    appliedAt: isoTime.nullable(),
  })
  .meta({ title: 'Refund' })

export const refundRecord = paymentRecord.extend({ refund: refundItem }).meta({ title: 'RefundRecord' })

export const paymentDetail = paymentRecord
  .extend({
    refunds: z.array(refundItem),
    callbacks: z
      .array(
        z.object({
          id: uuid,
          outcome: z.enum(['applied', 'waiting', 'ignored', 'refused']),
          receivedAt: isoTime,
          raw: z.string().meta({ description: 'Byte for byte what the provider sent' }),
        }),
      )
      .meta({ description: 'The newest fifty, newest first' }),
  })
  .meta({ title: 'PaymentDetail' })

export const recordBody = z.strictObject({
  provider: byHand,
  amountMinor,
  currency: currencyCode.optional().meta({ description: 'Absent: the one of the business' }),
  customerId: uuid.optional(),
  phone: text(40).optional().meta({ description: 'Of who paid, however it is typed, when no customer is named' }),
  bookingId: uuid.optional(),
  programId: uuid.optional().meta({ description: 'Whose points it earns; absent: the default programme' }),
  reference: text(200).optional().meta({ description: 'Number of a transfer or a receipt; each counts once' }),
  note: text(500).optional(),
  paidAt: isoTime.optional().meta({ description: 'Absent: now' }),
})

export const refundBody = z.strictObject({
  amountMinor: amountMinor.optional().meta({ description: 'Absent: all that is left' }),
  reason: text(500),
})

export const idParams = z.strictObject({ id: uuid })

export const listQuery = z.strictObject({
  provider: provider.optional(),
  status: status.optional(),
  customerId: uuid.optional(),
  bookingId: uuid.optional(),
  from: isoTime.optional().meta({ description: 'Made at or after' }),
  to: isoTime.optional().meta({ description: 'Made before' }),
  ...pageQuery,
})

export type PaymentFilter = Omit<z.output<typeof listQuery>, 'limit' | 'pageAfter'>

export const refusalItem = z
  .object({
    provider: z.enum(providerNames),
    day: z.iso.date(),
    reason: z.string().meta({ description: 'A code of the list of errors, or `repeated`' }),
    times: z.int(),
    lastAt: isoTime,
  })
  .meta({ title: 'RefusedCallbacks' })

export const refusalsQuery = z.strictObject(pageQuery)
