import type { Step } from './rules.ts'
import type { Dashboard } from './schemas.ts'
import type { BookingsRow, PointsRow, RevenueRow, RevenueStep } from './store.ts'

/** Money by currency, with what each provider brought, and the period before. */
export function revenueOf(rows: readonly RevenueRow[]): Dashboard['revenue'] {
  return [...Map.groupBy(rows, ({ currency }) => currency)].map(([currency, own]) => {
    const current = own.filter(({ isCurrent }) => isCurrent)
    return {
      currency,
      ...moneyOf(current),
      providers: current.map((row) => ({ provider: row.provider, ...moneyOf([row]) })),
      previous: moneyOf(own.filter(({ isCurrent }) => !isCurrent)),
    }
  })
}

/** Points of the days from `from` on, and of those before. */
export function pointsOf(rows: readonly PointsRow[], from: string, outstanding: number): Dashboard['points'] {
  return {
    ...sumOfPoints(rows.filter(({ day }) => day >= from)),
    outstanding,
    previous: sumOfPoints(rows.filter(({ day }) => day < from)),
  }
}

export function bookingsOf(rows: readonly BookingsRow[]): Dashboard['bookings'] {
  const byStatus = (range: 'current' | 'previous') => {
    const count = (status: BookingsRow['status']) => rows.find((row) => row.status === status)?.[range] ?? 0
    return {
      booked: count('booked'),
      completed: count('completed'),
      cancelled: count('cancelled'),
      noShow: count('no_show'),
    }
  }
  const upcoming = rows.find(({ status }) => status === 'booked')?.upcoming ?? 0
  return { ...byStatus('current'), upcoming, previous: byStatus('previous') }
}

/** Every step of the period, with zeros where nothing happened. */
export function seriesOf(
  steps: readonly Step[],
  points: readonly PointsRow[],
  revenue: readonly RevenueStep[],
): Dashboard['series'] {
  const pointsAt = new Map(points.map((row) => [keyOf(row), row]))
  const revenueAt = Map.groupBy(revenue, keyOf)
  return steps.map((step) => {
    const found = pointsAt.get(keyOf(step))
    return {
      ...step,
      ...sumOfPoints(found ? [found] : []),
      revenue: (revenueAt.get(keyOf(step)) ?? []).map(({ currency, payments, revenueMinor }) => ({
        currency,
        payments,
        revenueMinor,
      })),
    }
  })
}

const keyOf = ({ day, hour }: Step) => `${day} ${hour ?? ''}`

function moneyOf(rows: readonly RevenueRow[]) {
  const receivedMinor = sum(rows, 'receivedMinor')
  const refundedMinor = sum(rows, 'refundedMinor')
  return {
    payments: sum(rows, 'payments'),
    receivedMinor,
    refunds: sum(rows, 'refunds'),
    refundedMinor,
    revenueMinor: receivedMinor - refundedMinor,
  }
}

function sumOfPoints(rows: readonly PointsRow[]) {
  return { entries: sum(rows, 'entries'), issued: sum(rows, 'issued'), redeemed: sum(rows, 'redeemed') }
}

function sum<K extends string>(rows: readonly { readonly [P in K]: number }[], field: K): number {
  return rows.reduce((total, row) => total + row[field], 0)
}
