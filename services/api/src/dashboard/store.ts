import { sql } from 'kysely'
import type { TenantTransaction } from '../db/tenant-scope.ts'
import type { Dashboard } from './schemas.ts'
import type { DayRange } from './rules.ts'

/*
 * What migration 0022 keeps beside the facts, read by day. Nothing here looks at a payment or an entry but for the last few: a
 * year of a busy tenant is some ten thousand rows.
 */

const RECENT_PAYMENTS = 20

type Ranges = { readonly current: DayRange; readonly previous: DayRange }

/** Which day it is where the tenant is. */
export async function readToday(trx: TenantTransaction, tenant: string, now: Date) {
  const { rows } = await sql<{ timeZone: string; today: string }>`
    select zone as "timeZone", (${now}::timestamptz at time zone zone)::date::text as today
    from tenant_time_zone(${tenant}) zone`.execute(trx)
  return rows[0]!
}

/** Points of both periods, by day, or by hour. */
export async function readPoints(trx: TenantTransaction, tenant: string, ranges: Ranges, byHour: boolean) {
  const { rows } = await sql<PointsRow>`
    select day::text, ${byHour ? sql`hour` : sql`null::int`} as hour, sum(entries)::bigint as entries,
      sum(issued)::bigint as issued, sum(redeemed)::bigint as redeemed
    from points_hours
    where tenant_id = ${tenant} and ${within(ranges.previous.from, ranges.current.to)}
    group by day, 2`.execute(trx)
  return rows
}

export type PointsRow = { day: string; hour: number | null; entries: number; issued: number; redeemed: number }

/** Points on all cards. */
export async function readOutstanding(trx: TenantTransaction, tenant: string): Promise<number> {
  const { rows } = await sql<{ outstanding: number }>`
    select outstanding from points_totals where tenant_id = ${tenant}`.execute(trx)
  return rows[0]?.outstanding ?? 0
}

/** Money of both periods, by currency and provider. */
export async function readRevenue(trx: TenantTransaction, tenant: string, { current, previous }: Ranges) {
  const { rows } = await sql<RevenueRow>`
    select
      day >= ${current.from} as "isCurrent", currency, provider, sum(payments)::bigint as payments,
      sum(received_minor)::bigint as "receivedMinor", sum(refunds)::bigint as refunds,
      sum(refunded_minor)::bigint as "refundedMinor"
    from revenue_days
    where tenant_id = ${tenant} and ${within(previous.from, current.to)}
    group by 1, 2, 3
    order by currency, provider`.execute(trx)
  return rows
}

export type RevenueRow = {
  isCurrent: boolean
  currency: string
  provider: Dashboard['recentPayments'][number]['provider']
  payments: number
  receivedMinor: number
  refunds: number
  refundedMinor: number
}

/** Money of a period by currency and day, or hour. */
export async function readRevenueSeries(trx: TenantTransaction, tenant: string, range: DayRange, byHour: boolean) {
  const { rows } = await sql<RevenueStep>`
    select day::text, ${byHour ? sql`hour` : sql`null::int`} as hour, currency, sum(payments)::bigint as payments,
      sum(received_minor - refunded_minor)::bigint as "revenueMinor"
    from ${byHour ? sql`revenue_hours` : sql`revenue_days`}
    where tenant_id = ${tenant} and ${within(range.from, range.to)}
    group by day, 2, currency
    order by currency`.execute(trx)
  return rows
}

export type RevenueStep = {
  day: string
  hour: number | null
  currency: string
  payments: number
  revenueMinor: number
}

/** How much happened in each hour of the week. Weekdays count from a Monday: taking dates apart is slow. */
export async function readBusiestHours(trx: TenantTransaction, tenant: string, { from, to }: DayRange) {
  const ofWeek = sql`(day - '2001-01-01'::date) % 7 + 1 as weekday, hour`
  const { rows } = await sql<Dashboard['busiestHours'][number]>`
    select weekday, hour, sum(entries)::bigint as entries, sum(payments)::bigint as payments
    from (
      select ${ofWeek}, sum(entries) as entries, 0 as payments
      from points_hours where tenant_id = ${tenant} and ${within(from, to)} group by 1, 2
      union all
      select ${ofWeek}, 0, sum(payments)
      from revenue_hours where tenant_id = ${tenant} and ${within(from, to)} group by 1, 2
    ) hours
    group by 1, 2
    having sum(entries) > 0 or sum(payments) > 0
    order by 1, 2`.execute(trx)
  return rows
}

/** How many different customers paid in a period, and how many of them for the first time ever. */
export async function readClients(trx: TenantTransaction, tenant: string, { from, to }: DayRange) {
  const { rows } = await sql<{ total: number; new: number }>`
    select
      coalesce(sum(clients), 0)::bigint as total,
      coalesce(sum(clients) filter (where previous_day = '-infinity'), 0)::bigint as new
    from client_returns
    where tenant_id = ${tenant} and ${within(from, to)} and previous_day < ${from}`.execute(trx)
  const { total, new: first } = rows[0]!
  return { total, new: first, returning: total - first }
}

/** Bookings of both periods, and those to come, by state. */
export async function readBookings(trx: TenantTransaction, tenant: string, { current, previous }: Ranges) {
  const { rows } = await sql<BookingsRow>`
    select
      status,
      coalesce(sum(bookings) filter (where ${within(current.from, current.to)}), 0)::bigint as current,
      coalesce(sum(bookings) filter (where ${within(previous.from, previous.to)}), 0)::bigint as previous,
      coalesce(sum(bookings) filter (where day > ${current.to}), 0)::bigint as upcoming
    from booking_days
    where tenant_id = ${tenant} and day >= ${previous.from}
    group by status`.execute(trx)
  return rows
}

export type BookingsRow = {
  status: 'booked' | 'completed' | 'cancelled' | 'no_show'
  current: number
  previous: number
  upcoming: number
}

/** The last payments that came in. */
export async function readRecentPayments(trx: TenantTransaction, tenant: string) {
  const { rows } = await sql<Dashboard['recentPayments'][number]>`
    select
      p.id, p.version, p.provider, p.status, p.amount_minor as "amountMinor", p.refunded_minor as "refundedMinor", p.currency,
      p.customer_id as "customerId", m.display_name as "customerName", p.booking_id as "bookingId",
      p.points_awarded as "pointsAwarded", iso_time(p.paid_at) as "paidAt"
    from payments p
    left join members m on m.tenant_id = p.tenant_id and m.customer_id = p.customer_id
    where p.tenant_id = ${tenant} and p.paid_at is not null
    order by p.paid_at desc, p.id desc
    limit ${RECENT_PAYMENTS}`.execute(trx)
  return rows
}

const within = (from: string, to: string) => sql`day between ${from} and ${to}`
