import type { Random } from '../random.ts'

/** One visit: points for what was ordered, or points spent on it. */
export type Visit = {
  /** Which customer, by position in the list that was given. */
  readonly customer: number
  readonly kind: 'add' | 'redeem'
  readonly points: number
  /** Who served, by position in the list of tills and staff. */
  readonly servedBy: number
  readonly orderId: string
  readonly reason: string | null
}

export type HistoryOptions = {
  /** Points that each customer starts with. */
  readonly openings: readonly number[]
  readonly servers: number
  readonly orderPrefix: string
}

const VISITS_MAX = 12
/** Rewards cost round numbers. */
const REWARDS = [25, 50, 75, 100, 150, 250]
const OCCASIONS = ['Breakfast', 'Lunch', 'Dinner', 'Drinks', 'Take-away', 'Sunday roast']

/**
 * What happened to each customer, as it could have: nobody spends more than they have, regulars come often, some never came
 * back. Visits of different customers alternate, those of one customer stay in order.
 */
export function planVisits(random: Random, { openings, servers, orderPrefix }: HistoryOptions): Visit[] {
  const balances = [...openings]
  // Most people come a few times: the smaller of two throws.
  const visitsLeft = openings.map(() => Math.min(random.int(0, VISITS_MAX), random.int(0, VISITS_MAX)))
  const visits: Visit[] = []
  for (let round = 0; round < VISITS_MAX; round++) {
    for (const customer of random.shuffled(openings.map((_, index) => index))) {
      if (visitsLeft[customer]! <= round) continue
      const affordable = REWARDS.filter((cost) => cost <= balances[customer]!)
      const redeems = affordable.length > 0 && random.chance(0.35)
      const points = redeems ? random.pick(affordable) : random.int(1, 30) * 5
      balances[customer]! += redeems ? -points : points
      visits.push({
        customer,
        kind: redeems ? 'redeem' : 'add',
        points,
        servedBy: random.int(0, servers - 1),
        orderId: `${orderPrefix}${10_000 + visits.length}`,
        reason: redeems ? null : random.pick(OCCASIONS),
      })
    }
  }
  return visits
}

export type Booking = {
  readonly customer: number
  readonly startsAt: Date
  readonly status: 'booked' | 'completed' | 'cancelled' | 'no_show'
  readonly paymentStatus: 'unpaid' | 'paid'
  readonly amountMinor: number
}

const DAY_MS = 86_400_000

/** Tables that customers booked: one to three each, over the last month and the next fortnight, at lunch or dinner time. */
export function planBookings(random: Random, customers: readonly number[], now: Date): Booking[] {
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS
  return customers.flatMap((customer) =>
    Array.from({ length: random.int(1, 3) }, () => {
      const day = random.int(-30, 14)
      const startsAt = new Date(today + day * DAY_MS + random.pick([12, 13, 18, 19, 20]) * 3_600_000)
      const past = startsAt < now
      const status = past
        ? random.weighted({ completed: 8, cancelled: 1, no_show: 1 })
        : random.weighted({ booked: 9, cancelled: 1 })
      const paymentStatus = status === 'completed' && random.chance(0.9) ? 'paid' : 'unpaid'
      return { customer, startsAt, status, paymentStatus, amountMinor: random.int(15, 120) * 10_000 }
    }),
  )
}
