import { z } from 'zod'
import { amountMinor, currency, personName, recordVersion, timestamp, uuid } from '../fields.ts'

/** A booking was made or changed. */
export const bookingUpdatedV1 = z.looseObject({
  bookingId: uuid,
  bookingVersion: recordVersion,
  customerId: uuid.nullable(),
  customerName: personName.nullable(),
  status: z.enum(['booked', 'completed', 'cancelled', 'no_show']),
  paymentStatus: z.enum(['unpaid', 'partly', 'paid', 'refunded']),
  startsAt: timestamp,
  amountMinor,
  currency,
})
