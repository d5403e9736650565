import { bookingsOf, pointsOf, revenueOf, seriesOf } from '../../services/api/src/dashboard/figures.ts'
import { rangesOf, stepsOf, type DayRange, type Period } from '../../services/api/src/dashboard/rules.ts'
import type { Dashboard } from '../../services/api/src/dashboard/schemas.ts'
import type { BookingsRow, PointsRow, RevenueRow, RevenueStep } from '../../services/api/src/dashboard/store.ts'

/** Runs SQL that sees the tenant; bigint and numeric as numbers. */
export type Query = <Row extends object>(text: string, values: unknown[]) => Promise<Row[]>

/** What is asked once of whatever was kept, and so not of the facts. */
export type PlainDashboard = Omit<Dashboard, 'recentPayments' | 'cursor'>

/**
 * The dashboard by the plainest SQL there is, from entries, payments, refunds and bookings alone: what its figures must be. It
 * reads everything the tenant ever did.
 */
export async function plainDashboard(query: Query, tenant: string, period: Period, now: Date): Promise<PlainDashboard> {
  const [place] = await query<{ timeZone: string; today: string }>(
    `select zone as "timeZone", to_char($2::timestamptz at time zone zone, 'YYYY-MM-DD') as today
     from (select coalesce(settings ->> 'timeZone', 'UTC') as zone from tenants where id = $1) t`,
    [tenant, now],
  )
  const { timeZone, today } = place!
  const ranges = rangesOf(period, today)
  const { current, previous } = ranges
  const byHour = period === 'today'
  const ask = <Row extends object>(text: string, { from, to }: DayRange) =>
    query<Row>(text.replaceAll('LOCAL_DAY', LOCAL_DAY).replaceAll('LOCAL_HOUR', LOCAL_HOUR), [
      tenant,
      timeZone,
      from,
      to,
    ])
  const both = { from: previous.from, to: current.to }
  const hour = byHour ? 'LOCAL_HOUR' : 'null::int'

  const points = await ask<PointsRow>(pointsBy(`LOCAL_DAY as day, ${hour} as hour`, '1, 2'), both)
  const [held] = await query<{ outstanding: number }>(
    'select coalesce(sum(balance), 0)::bigint as outstanding from cards where tenant_id = $1',
    [tenant],
  )
  const revenue = [
    ...(await ask<RevenueRow>(
      `select true as "isCurrent", currency, provider, ${SUMS} ${MONEY} group by 2, 3`,
      current,
    )),
    ...(await ask<RevenueRow>(
      `select false as "isCurrent", currency, provider, ${SUMS} ${MONEY} group by 2, 3`,
      previous,
    )),
  ]
  const steps = await ask<RevenueStep>(
    `select LOCAL_DAY as day, ${hour} as hour, currency, sum(payments)::bigint as payments,
       sum(received - refunded)::bigint as "revenueMinor" ${MONEY} group by 1, 2, 3 order by currency`,
    current,
  )
  return {
    period,
    timeZone,
    ...current,
    revenue: revenueOf(revenue.toSorted((a, b) => order(a.currency, b.currency) || order(a.provider, b.provider))),
    clients: { ...(await clientsIn(current)), previous: await clientsIn(previous) },
    bookings: bookingsOf(await bookings()),
    points: pointsOf(points, current.from, held!.outstanding),
    series: seriesOf(stepsOf(period, current), points, steps),
    busiestHours: await busiestHours(),
  }

  async function clientsIn(range: DayRange) {
    const [counted] = await ask<{ total: number; new: number }>(
      `select count(*) as total, count(*) filter (where first >= $3::date::timestamp at time zone $2) as new
       from (
         select customer_id, (
           select min(earliest.paid_at) from payments earliest
           where earliest.tenant_id = $1 and earliest.customer_id = within.customer_id
         ) as first
         from (
           select distinct customer_id
           from (select customer_id, paid_at as at from payments where tenant_id = $1) paid
           where customer_id is not null and ${WITHIN}
         ) within
       ) clients`,
      range,
    )
    const { total, new: first } = counted!
    return { total, new: first, returning: total - first }
  }

  function bookings() {
    return ask<BookingsRow>(
      `select status,
         count(*) filter (where LOCAL_DAY between $3 and $4) as current,
         count(*) filter (where LOCAL_DAY between '${previous.from}' and '${previous.to}') as previous,
         count(*) filter (where LOCAL_DAY > $4) as upcoming
       from (select *, starts_at as at from bookings) b
       where tenant_id = $1
       group by status`,
      current,
    )
  }

  async function busiestHours() {
    const entries = await ask<Hour>(
      pointsBy(`${WEEKDAY} as weekday, LOCAL_HOUR as hour, 0 as payments`, '1, 2'),
      current,
    )
    const payments = await ask<Hour>(
      `select ${WEEKDAY} as weekday, LOCAL_HOUR as hour, 0 as entries, sum(payments)::bigint as payments ${MONEY} group by 1, 2`,
      current,
    )
    const hours = Map.groupBy([...entries, ...payments], ({ weekday, hour: at }) => weekday * 100 + at)
    return [...hours]
      .toSorted(([a], [b]) => a - b)
      .map(([, same]) => ({
        weekday: same[0]!.weekday,
        hour: same[0]!.hour,
        entries: same.reduce((sum, each) => sum + each.entries, 0),
        payments: same.reduce((sum, each) => sum + each.payments, 0),
      }))
      .filter((each) => each.entries + each.payments > 0)
  }
}

type Hour = Dashboard['busiestHours'][number]

const order = (one: string, other: string) => (one < other ? -1 : Number(one > other))

const LOCAL_DAY = '(at at time zone $2)::date::text'
const LOCAL_HOUR = 'extract(hour from at at time zone $2)::int'
/** Days $3 to $4, as times. */
const WITHIN = 'at >= $3::date::timestamp at time zone $2 and at < ($4::date + 1)::timestamp at time zone $2'
const WEEKDAY = 'extract(isodow from at at time zone $2)::int'

/** Every entry counts as what it did to its card; so does a reversal. */
const pointsBy = (columns: string, groups: string) => `
  select ${columns}, count(*) as entries,
    coalesce(sum(points) filter (where not spends), 0)::bigint as issued,
    coalesce(-sum(points) filter (where spends), 0)::bigint as redeemed
  from (
    select e.created_at as at, e.points, coalesce(reversed.type, e.type) = 'redeem' as spends
    from entries e
    left join entries reversed on reversed.tenant_id = e.tenant_id and reversed.id = e.reverses
    where e.tenant_id = $1
  ) moves
  where ${WITHIN}
  group by ${groups}`

const SUMS = `sum(payments)::bigint as payments, sum(received)::bigint as "receivedMinor", sum(refunds)::bigint as refunds,
  sum(refunded)::bigint as "refundedMinor"`

const MONEY = `
  from (
    select paid_at as at, currency, provider, 1 as payments, amount_minor as received, 0 as refunds, 0 as refunded
    from payments where tenant_id = $1 and status in ('succeeded', 'refunded')
    union all
    select applied_at, currency, provider, 0, 0, 1, amount_minor
    from payment_refunds where tenant_id = $1 and status = 'applied'
  ) moves
  where ${WITHIN}`
