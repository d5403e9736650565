import type { Dashboard } from '@loyalty-live/client/query'

/** Of the time that is shown, one column. */
export type Step = {
  /** First day of it, as 2026-11-21. */
  readonly from: string
  /** Last day of it. */
  readonly to: string
  /** Of the day; null when it is a day or more. */
  readonly hour: number | null
  readonly issued: number
  readonly redeemed: number
  readonly payments: number
  readonly revenueMinor: number
}

/** Those that were paid in, the one that is used most first. */
export function byUse(revenue: Dashboard['revenue']): Dashboard['revenue'] {
  return revenue.toSorted((one, other) => other.payments - one.payments)
}

/** More columns than this are too narrow to be told apart: then a column is a week. */
const DAYS_MAX = 100

/** The series in columns, with the money of one currency; of a year, in weeks from Monday. */
export function stepsOf(series: Dashboard['series'], currency: string | null): readonly Step[] {
  const steps = series.map(({ day, hour, issued, redeemed, revenue }): Step => {
    const money = revenue.find((each) => each.currency === currency)
    return {
      from: day,
      to: day,
      hour,
      issued,
      redeemed,
      payments: money?.payments ?? 0,
      revenueMinor: money?.revenueMinor ?? 0,
    }
  })
  if (steps.length <= DAYS_MAX) return steps
  const weeks: Step[] = []
  for (const step of steps) {
    const last = weeks.at(-1)
    if (last && !isMonday(step.from)) weeks[weeks.length - 1] = together(last, step)
    else weeks.push(step)
  }
  return weeks
}

const isMonday = (day: string) => new Date(day).getUTCDay() === 1

const together = (one: Step, next: Step): Step => ({
  from: one.from,
  to: next.to,
  hour: null,
  issued: one.issued + next.issued,
  redeemed: one.redeemed + next.redeemed,
  payments: one.payments + next.payments,
  revenueMinor: one.revenueMinor + next.revenueMinor,
})
