import { bookingPaymentStatus, bookingStatus, cursorText, fields } from '@loyalty-live/events'
import { z } from 'zod'
import { isoTime, text, uuid } from '../http/fields.ts'
import { pageQuery } from '../http/paging.ts'

/** As the SQL function booking_record writes it. */
export const bookingItem = z
  .object({
    id: uuid,
    customerId: uuid.nullable().meta({ description: 'Null for somebody who is no customer' }),
    customerPhone: z.string().nullable(),
    customerName: z.string().nullable(),
    status: bookingStatus,
    paymentStatus: bookingPaymentStatus.meta({ description: 'Follows the payments for it' }),
    startsAt: isoTime,
    amountMinor: z.int(),
    paidMinor: z.int().meta({ description: 'What came in for it and has not gone back' }),
    currency: z.string(),
    note: z.string().nullable(),
    version: z.int(),
    createdAt: isoTime,
  })
  .meta({ title: 'Booking' })

export type BookingItem = z.infer<typeof bookingItem>

export const bookingRecord = bookingItem.extend({ cursor: cursorText }).meta({ title: 'BookingRecord' })

/** Kept to the millisecond, as it is on the wire. */
const startsAt = isoTime.transform((value) => new Date(value).toISOString())
const amountMinor = z.int().min(0).meta({ description: 'What it costs, in minor units of the currency' })
const day = z.iso.date()

export const listQuery = z
  .strictObject({
    status: bookingStatus.optional(),
    paymentStatus: bookingPaymentStatus.optional(),
    customerId: uuid.optional(),
    from: day.optional().meta({ description: 'First day, where the tenant is' }),
    to: day.optional().meta({ description: 'Last day, where the tenant is' }),
    order: z.enum(['asc', 'desc']).default('desc'),
    ...pageQuery,
  })
  .meta({ description: 'By start' })

export const idParams = z.strictObject({ id: uuid })

export const createBody = z
  .strictObject({
    customerId: uuid.optional().meta({ description: 'A customer of this tenant' }),
    phone: text(40).optional().meta({ description: 'The same, by their phone, however it is typed' }),
    startsAt,
    amountMinor,
    currency: fields.currency.optional().meta({ description: 'ISO 4217. Absent: the tenant’s' }),
    note: text(500).optional(),
  })
  .refine(({ customerId, phone }) => customerId === undefined || phone === undefined, {
    error: 'takes customerId or phone, not both',
  })

export const patchBody = z.strictObject({
  startsAt: startsAt.optional(),
  amountMinor: amountMinor.optional(),
  status: bookingStatus.optional().meta({ description: 'Any may follow any: people correct what they said' }),
  note: text(500).nullable().optional(),
})
