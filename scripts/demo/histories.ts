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
