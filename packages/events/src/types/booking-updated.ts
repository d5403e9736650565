import { z } from 'zod'
import { amountMinor, currency, personName, recordVersion, timestamp, uuid } from '../fields.ts'

export const bookingStatus = z.enum(['booked', 'completed', 'cancelled', 'no_show'])
export const bookingPaymentStatus = z.enum(['unpaid', 'partly', 'paid', 'refunded'])

/** A booking was made or changed. */
export const bookingUpdatedV1 = z.looseObject({
  bookingId: uuid,
  bookingVersion: recordVersion,
  customerId: uuid.nullable(),
  customerName: personName.nullable(),
  status: bookingStatus,
  paymentStatus: bookingPaymentStatus,
  startsAt: timestamp,
  amountMinor,
  currency,
  previous: z
    .looseObject({
      status: bookingStatus.optional(),
      paymentStatus: bookingPaymentStatus.optional(),
      startsAt: timestamp.optional(),
      amountMinor: amountMinor.optional(),
    })
    .optional()
    .meta({ description: 'What those of these fields were that changed; empty when the booking is new' }),
})
