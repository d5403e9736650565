import type { Check } from './check.ts'

/** What the dashboard keeps beside the facts is what the facts say: tables of migrations 0022 and 0023 and their recounts. */
export const dashboardChecks: readonly Check[] = [
  {
    name: 'dashboard-points',
    claim: 'points issued, redeemed and outstanding, hour by hour, are the sums of the entries',
    sql: differences('activity_hours', 'points_totals'),
  },
  {
    name: 'dashboard-revenue',
    claim: 'money received and refunded, by day, hour, currency and provider, is the sum of payments and refunds',
    sql: differences('revenue_days', 'revenue_hours'),
  },
  {
    name: 'dashboard-clients',
    claim: 'customers are counted on the days on which they paid, each day once',
    sql: differences('client_days', 'client_returns'),
  },
  {
    name: 'dashboard-bookings',
    claim: 'bookings are counted on the days on which they start, in the state that they are in',
    sql: differences('booking_days'),
  },
]

/** Rows that only the table or only its recount has. */
function differences(...tables: readonly string[]): string {
  const all = tables.flatMap((table) => {
    const [kept, counted] = [rowsOf(table), rowsOf(`recounted_${table}`)]
    return [missing(table, 'is kept', kept, counted), missing(table, 'should be', counted, kept)]
  })
  return all.join('\nunion all\n')
}

function rowsOf(relation: string): string {
  return `select to_jsonb(r) as row from ${relation} r where ($1::text is null or r.tenant_id = $1)`
}

function missing(table: string, what: string, some: string, others: string): string {
  return `
    select row ->> 'tenant_id' as tenant, '${table}' as figures, '${what}' as what, row - 'tenant_id' as row
    from (${some} except ${others}) r`
}
