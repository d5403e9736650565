import type { ActivityParams } from '@loyalty-live/client/query'
import type { OpenCustomerSearch } from '../customer/open-customer.ts'

/** What the address says: which part of the log is shown, and whose dialog is open. */
export type ActivitySearch = OpenCustomerSearch & {
  readonly type?: ActivityType
  /** Id of a person or a till. */
  readonly by?: string
  /** A day where the reader is, as 2026-11-21. */
  readonly day?: string
}

/** Kinds that can be asked for, in the order in which they are offered. */
export const activityTypes = [
  'loyalty_updated',
  'payment_recorded',
  'booking_updated',
  'member_updated',
  'enrolment_updated',
  'qr_scanned',
  'adjustment_updated',
  'program_updated',
] as const
type ActivityType = (typeof activityTypes)[number]

export function readActivitySearch({ type, by, day, customer }: Record<string, unknown>): ActivitySearch {
  const known = activityTypes.find((candidate) => candidate === type)
  return {
    ...(known ? { type: known } : {}),
    ...(typeof by === 'string' ? { by } : {}),
    ...(typeof day === 'string' && startOfDay(day) ? { day } : {}),
    ...(typeof customer === 'string' ? { customer } : {}),
  }
}

/** What is asked of the API. */
export function toActivityParams({ type, by, day }: ActivitySearch): ActivityParams {
  const from = day === undefined ? null : startOfDay(day)
  return {
    ...(type ? { type } : {}),
    ...(by ? { actorId: by } : {}),
    ...(from ? { from: from.toISOString(), to: nextDay(from).toISOString() } : {}),
  }
}

/** Midnight where the reader is; null for what is no day. */
function startOfDay(day: string): Date | null {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day)?.map(Number) ?? []
  if (year === undefined || month === undefined || date === undefined) return null
  const start = new Date(year, month - 1, date)
  return start.getDate() === date ? start : null
}

/** Not 24 hours later: twice a year a day has 23 or 25. */
const nextDay = (day: Date) => new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1)
