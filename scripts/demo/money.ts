import type { Random } from '../random.ts'

export type Booking = {
  /** Which customer, by position in the list that was given. */
  readonly customer: number
  readonly startsAt: Date
  readonly status: 'booked' | 'completed' | 'cancelled' | 'no_show'
  readonly paymentStatus: 'unpaid' | 'paid'
  readonly amountMinor: number
}

export type Payment = {
  /** Null for somebody who is no customer. */
  readonly customer: number | null
  /** What it is for, by position in the list of bookings; null for somebody who walked in. */
  readonly booking: number | null
  readonly provider: 'mpesa' | 'paystack' | 'cash' | 'card'
  readonly amountMinor: number
  readonly refundedMinor: number
  readonly paidAt: Date
}

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** Of Africa/Nairobi, which has no summer time. */
const ZONE_MS = 3 * HOUR_MS
const HISTORY_DAYS = 120

/** Tables that customers booked: some each, over the last months and the next fortnight, at lunch or dinner time. */
export function planBookings(random: Random, customers: readonly number[], now: Date): Booking[] {
  return customers.flatMap((customer) =>
    Array.from({ length: random.int(1, 6) }, () => {
      const startsAt = new Date(midnight(now) + random.int(-HISTORY_DAYS, 14) * DAY_MS + openingHour(random) * HOUR_MS)
      const past = startsAt.getTime() + 2 * HOUR_MS < now.getTime()
      const status = past
        ? random.weighted({ completed: 8, cancelled: 1, no_show: 1 })
        : random.weighted({ booked: 9, cancelled: 1 })
      const paymentStatus = status === 'completed' && random.chance(0.9) ? 'paid' : 'unpaid'
      return { customer, startsAt, status, paymentStatus, amountMinor: random.int(15, 120) * 10_000 }
    }),
  )
}

export type PaymentsOptions = {
  readonly bookings: readonly Booking[]
  readonly customers: number
  /** So many guests on a quiet day; twice as many at the weekend. */
  readonly guestsADay: number
  readonly now: Date
}

/** What was paid: for bookings that are, when the meal was over, and by who walked in. The oldest first. */
export function planPayments(random: Random, { bookings, customers, guestsADay, now }: PaymentsOptions): Payment[] {
  const booked = bookings.flatMap(({ customer, paymentStatus, amountMinor, startsAt }, booking) => {
    if (paymentStatus !== 'paid') return []
    const paidAt = new Date(startsAt.getTime() + random.int(60, 119) * 60_000)
    return [{ customer, booking, amountMinor, refundedMinor: 0, paidAt, provider: wayOfPaying(random) }]
  })
  const walkedIn = Array.from({ length: HISTORY_DAYS + 1 }, (_, daysAgo) => {
    const day = midnight(now) - daysAgo * DAY_MS
    const isWeekend = [0, 6].includes(new Date(day + ZONE_MS).getUTCDay())
    return Array.from({ length: random.int(1, guestsADay) * (isWeekend ? 2 : 1) }, () => {
      const amountMinor = random.int(4, 60) * 10_000
      return {
        customer: random.chance(0.6) ? random.int(0, customers - 1) : null,
        booking: null,
        provider: wayOfPaying(random),
        amountMinor,
        refundedMinor: random.chance(0.02) ? amountMinor / 2 : 0,
        paidAt: new Date(day + (openingHour(random) + random.next()) * HOUR_MS),
      }
    })
  }).flat()
  return [...booked, ...walkedIn.filter(({ paidAt }) => paidAt < now)].toSorted((a, b) => +a.paidAt - +b.paidAt)
}

/** When the day began where the business is. */
const midnight = (now: Date) => Math.floor((now.getTime() + ZONE_MS) / DAY_MS) * DAY_MS - ZONE_MS

const openingHour = (random: Random) => random.pick([12, 13, 18, 19, 19, 20])

const wayOfPaying = (random: Random) => random.weighted({ mpesa: 6, card: 2, cash: 2, paystack: 1 })
