/** Days without their time, `YYYY-MM-DD`, both ends included. */
export type DayRange = { readonly from: string; readonly to: string }

export const PERIOD_DAYS = { today: 1, '7d': 7, '30d': 30, '90d': 90, '365d': 365 } as const

export type Period = keyof typeof PERIOD_DAYS

/** The days of a period that ends today, and as many days before it, to compare with. */
export function rangesOf(period: Period, today: string): { readonly current: DayRange; readonly previous: DayRange } {
  const days = PERIOD_DAYS[period]
  const from = dayAfter(today, 1 - days)
  return { current: { from, to: today }, previous: { from: dayAfter(from, -days), to: dayAfter(from, -1) } }
}

/** One step of a series: a day, or an hour of it. */
export type Step = { readonly day: string; readonly hour: number | null }

/** Every step of a period, whether anything happened in it or not: today by the hour, longer ones by the day. */
export function stepsOf(period: Period, { from }: DayRange): readonly Step[] {
  if (period === 'today') return Array.from({ length: 24 }, (_, hour) => ({ day: from, hour }))
  return Array.from({ length: PERIOD_DAYS[period] }, (_, index) => ({ day: dayAfter(from, index), hour: null }))
}

/** The day so many days later; earlier when negative. */
function dayAfter(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().slice(0, 10)
}
