import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'
import { withTenant, withTenantSnapshot, type TenantTransaction } from '../db/tenant-scope.ts'
import { BYTE_ORDER_MARK, csvLine } from '../http/csv.ts'
import { rangesOf, type DayRange, type Period } from './rules.ts'
import { readToday } from './store.ts'

/** Lines that are read at once. Between two reads nothing is held in the database, however slowly somebody downloads. */
const LINES = 1_000

export type Export = { readonly range: DayRange; readonly lines: AsyncIterable<string> }

/**
 * The money of a period as CSV, oldest first: a line for each payment that came in and for each refund, below zero, so that
 * the lines of a currency add up to its revenue. It ends at `now`: what comes in while it is written is not in it.
 */
export async function exportMoney(db: Db, tenant: string, period: Period, now: Date): Promise<Export> {
  const { timeZone, today } = await withTenantSnapshot(db, tenant, (trx) => readToday(trx, tenant, now))
  const { current } = rangesOf(period, today)
  return { range: current, lines: linesOf(db, { tenant, timeZone, range: current, now }) }
}

type Asked = { readonly tenant: string; readonly timeZone: string; readonly range: DayRange; readonly now: Date }

async function* linesOf(db: Db, asked: Asked): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + csvLine([`time (${asked.timeZone})`, ...COLUMNS])
  for (let last: MoneyRow | undefined, more = true; more;) {
    const rows: readonly MoneyRow[] = await withTenant(db, asked.tenant, (trx) => readMoney(trx, asked, last))
    for (const { time, kind, provider, reference, currency, amount, customer, booking, id } of rows) {
      yield csvLine([time, kind, provider, reference, currency, Number(amount), customer, booking, id])
    }
    last = rows.at(-1)
    more = rows.length === LINES
  }
}

const COLUMNS = ['kind', 'provider', 'reference', 'currency', 'amount', 'customer', 'booking', 'id']

type MoneyRow = {
  sortKey: string
  time: string
  kind: 'payment' | 'refund'
  provider: string
  reference: string | null
  currency: string
  amount: string
  customer: string | null
  booking: string | null
  id: string
}

/** What comes next after a row. Each kind is limited by itself, so that its index gives the page, however much there is. */
async function readMoney(trx: TenantTransaction, asked: Asked, last: MoneyRow | undefined): Promise<MoneyRow[]> {
  const { tenant, timeZone, range, now } = asked
  const from = last ? sql`${last.sortKey}::timestamptz` : sql`(${range.from}::date::timestamp at time zone ${timeZone})`
  const beyond = last ? sql`${last.id}::uuid` : sql`'00000000-0000-0000-0000-000000000000'`
  const { rows } = await sql<MoneyRow>`
    select
      to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "sortKey",
      to_char(at at time zone ${timeZone}, 'YYYY-MM-DD HH24:MI:SS') as time,
      kind, provider, reference, currency,
      round(minor::numeric / minor_units(currency), length(minor_units(currency)::text) - 1)::text as amount,
      m.display_name as customer, booking_id as booking, id
    from (
      (
        select p.paid_at as at, p.id, 'payment' as kind, p.provider, p.provider_reference as reference, p.currency,
          p.amount_minor as minor, p.customer_id, p.booking_id
        from payments p
        where p.tenant_id = ${tenant} and p.paid_at >= ${from} and p.paid_at <= ${now} and (p.paid_at, p.id) > (${from}, ${beyond})
        order by p.paid_at, p.id
        limit ${LINES}
      )
      union all
      (
        select r.applied_at, r.id, 'refund', r.provider, p.provider_reference, r.currency, -r.amount_minor, p.customer_id,
          p.booking_id
        from payment_refunds r
        join payments p on p.tenant_id = r.tenant_id and p.id = r.payment_id
        where r.tenant_id = ${tenant} and r.applied_at >= ${from} and r.applied_at <= ${now}
          and (r.applied_at, r.id) > (${from}, ${beyond})
        order by r.applied_at, r.id
        limit ${LINES}
      )
    ) money
    left join members m on m.tenant_id = ${tenant} and m.customer_id = money.customer_id
    order by at, id
    limit ${LINES}`.execute(trx)
  return rows
}
