import { sql, type RawBuilder } from 'kysely'
import type { TenantTransaction } from '../db/tenant-scope.ts'
import type { Dashboard } from './schemas.ts'
import type { DayRange } from './rules.ts'

/*
 * What migrations 0022 and 0023 keep beside the facts, read by day. Nothing here looks at a payment or an entry but for the last few: a
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

/**
 * Every hour of both periods, looked at once: points by day, or hour, and how much happened in each hour of the week.
 *
 * All of the period before counts as points of its last day.
 */
export async function readActivity(trx: TenantTransaction, tenant: string, ranges: Ranges, byHour: boolean) {
  const { current, previous } = ranges
  const { rows } = await sql<PointsRow & { weekday: number | null; payments: number }>`
    select
      day::text, weekday, hour, sum(entries)::bigint as entries, sum(issued)::bigint as issued,
      sum(redeemed)::bigint as redeemed, sum(payments)::bigint as payments
    from (
      select
        greatest(day, ${previous.to}) as day, hour, entries, issued, redeemed, payments,
        -- of ISO 8601, counted from a Monday: taking dates apart is slow
        case when day >= ${current.from} then (day - '2001-01-01'::date) % 7 + 1 end as weekday
      from activity_hours
      where tenant_id = ${tenant} and ${within(previous.from, current.to)}
    ) hours
    group by grouping sets (${byHour ? sql`(day, hour)` : sql`(day)`}, (weekday, hour))
    having grouping(weekday) = 1 or weekday is not null
    order by weekday, hour`.execute(trx)
  return {
    points: rows.filter(({ weekday }) => weekday === null),
    busiestHours: rows.flatMap(({ weekday, hour, entries, payments }) =>
      weekday === null || hour === null ? [] : [{ weekday, hour, entries, payments }],
    ),
  }
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

/**
 * How many different customers paid in a period, and how many of them for the first time ever.
 *
 * All who paid last in it or later, less those who stayed away for the whole of it: migration 0023 says why.
 */
export async function readClients(trx: TenantTransaction, tenant: string, { from, to }: DayRange) {
  const sumWhere = (condition: RawBuilder<unknown>) =>
    sql`(select coalesce(sum(clients), 0)::bigint from client_returns where tenant_id = ${tenant} and ${condition})`
  const { rows } = await sql<{ total: number; new: number }>`
    select
      ${sumWhere(sql`day = 'infinity' and previous_day >= ${from}`)}
        - ${sumWhere(sql`day > ${to} and day < 'infinity' and previous_day < ${from}`)} as total,
      ${sumWhere(sql`${within(from, to)} and previous_day = '-infinity'`)} as new`.execute(trx)
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
