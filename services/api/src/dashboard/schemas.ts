import { catalogue, cursorText } from '@loyalty-live/events'
import { z } from 'zod'
import { isoTime, uuid } from '../http/fields.ts'
import { PERIOD_DAYS, type Period } from './rules.ts'

const { provider, status, currency } = catalogue.payment_recorded.versions[1].shape
const count = z.int()
const day = z.iso.date()
const hour = z.int().min(0).max(23)

const money = {
  payments: count,
  receivedMinor: z.int().meta({ description: 'What came in, counted when it did' }),
  refunds: count,
  refundedMinor: z.int().meta({ description: 'What went back, counted when it did' }),
  revenueMinor: z.int().meta({ description: 'What came in less what went back' }),
}

const clients = {
  total: count.meta({ description: 'Different customers who paid' }),
  new: count.meta({ description: 'Of these, who had never paid before' }),
  returning: count,
}

const bookings = { booked: count, completed: count, cancelled: count, noShow: count }
const points = { entries: count, issued: z.int(), redeemed: z.int() }

const recentPayment = z.object({
  id: uuid,
  version: count,
  provider,
  status,
  amountMinor: z.int(),
  refundedMinor: z.int(),
  currency,
  customerId: uuid.nullable(),
  customerName: z.string().nullable(),
  bookingId: uuid.nullable(),
  pointsAwarded: z.int(),
  paidAt: isoTime,
})

export const dashboard = z
  .object({
    period: z.enum(Object.keys(PERIOD_DAYS) as [Period, ...Period[]]),
    timeZone: z.string().meta({ description: 'IANA name: where the days begin' }),
    from: day,
    to: day.meta({ description: 'Today' }),
    revenue: z
      .array(
        z.object({
          currency,
          ...money,
          providers: z.array(z.object({ provider, ...money })),
          previous: z.object(money),
        }),
      )
      .meta({ description: 'By currency; never added up across currencies' }),
    clients: z.object({ ...clients, previous: z.object(clients) }),
    bookings: z
      .object({
        ...bookings,
        upcoming: count.meta({ description: 'Booked for the days after today' }),
        previous: z.object(bookings),
      })
      .meta({ description: 'Those that start in the period, by the state that they are in now' }),
    points: z
      .object({
        ...points,
        outstanding: z.int().meta({ description: 'On all cards, now' }),
        previous: z.object(points),
      })
      .meta({
        description:
          'As cards count: what is reversed counts against what it reverses, what is deducted by hand against what was issued',
      }),
    series: z
      .array(
        z.object({
          day,
          hour: hour.nullable().meta({ description: 'For today; null in a series of days' }),
          ...points,
          revenue: z.array(z.object({ currency, payments: count, revenueMinor: z.int() })),
        }),
      )
      .meta({ description: 'Every day of the period, or hour of today' }),
    busiestHours: z
      .array(z.object({ weekday: z.int().min(1).max(7), hour, entries: count, payments: count }))
      .meta({ description: 'Weekdays by ISO 8601: 1 is Monday. Without the hours in which nothing happened' }),
    recentPayments: z.array(recentPayment).meta({ description: 'The last 20, of whatever period' }),
    cursor: cursorText,
  })
  .meta({ title: 'Dashboard' })

export type Dashboard = z.infer<typeof dashboard>

export const periodQuery = z.strictObject({ period: dashboard.shape.period.default('7d') })
