import type { ClientBase } from 'pg'
import { withClient } from '../../scripts/database.ts'
import { customerUuid, historyStatement, peopleStatements } from '../database/generate-sql.ts'
import { entriesOf, tenantId } from '../database/population.ts'
import { createProgress } from '../run/progress.ts'
import type { Business } from './business.ts'

const CHUNK = 200_000
/** A chance of SQL's own that is the same in every run. */
const SEED = 0.42

/**
 * Fills an empty, migrated database with one business: entries, payments, refunds and bookings. Triggers, foreign keys and
 * secondary indexes are off meanwhile; then the dashboard is built from what is there.
 *
 * @returns how long that last step takes
 */
export function generateBusiness(url: string, { population, payments }: Business): Promise<number> {
  return withClient(url, async (client) => {
    await client.query('set session_replication_role = replica')
    await client.query('set synchronous_commit = off')
    await client.query('select setseed($1)', [SEED])
    for (const statement of peopleStatements(population)) await client.query(statement)
    await withoutIndexes(client, 'entries', () =>
      inChunks('entries', entriesOf(population), (from, to) => client.query(historyStatement(population), [from, to])),
    )
    await withoutIndexes(client, 'payments', () =>
      inChunks('payments', payments, (from, to) => client.query(PAYMENTS, [from, to, population.membersPerTenant])),
    )
    await client.query(REFUNDS)
    await client.query(BOOKINGS, [Math.round(payments / 10), population.membersPerTenant])
    const since = performance.now()
    await client.query('select rebuild_dashboard($1)', [tenantId(0)])
    const rebuiltMs = performance.now() - since
    await client.query('vacuum analyze')
    await client.query('checkpoint')
    return rebuiltMs
  })
}

async function inChunks(what: string, total: number, write: (from: number, to: number) => Promise<unknown>) {
  const progress = createProgress(`dashboard  generating ${total.toLocaleString('en-US')} ${what}`)
  for (let from = 0; from < total; from += CHUNK) {
    progress(from, total)
    await write(from, Math.min(from + CHUNK, total) - 1)
  }
  progress(total, total)
}

/** Indexes are built once at the end, which takes a tenth of keeping them while rows come in. */
async function withoutIndexes(client: ClientBase, table: string, fill: () => Promise<void>): Promise<void> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select c.relname as name, pg_get_indexdef(c.oid) as definition
     from pg_index i
     join pg_class c on c.oid = i.indexrelid
     where i.indrelid = $1::regclass and not i.indisprimary`,
    [table],
  )
  for (const { name } of rows) await client.query(`drop index ${name}`)
  await fill()
  for (const { definition } of rows) await client.query(definition)
}

const TENANT = `'${tenantId(0)}'`

/** Payments number $1 to $2, by any of $3 members, or nobody: at any time of the history, the way of paying by turns. */
const PAYMENTS = `
  insert into payments (
    tenant_id, id, provider, provider_reference, amount_minor, currency, status, customer_id, paid_at, created_at, updated_at,
    actor_type, actor_id
  )
  select
    ${TENANT}, uuid_v7(at, n), (array['paystack', 'mpesa', 'cash', 'card', 'bank_transfer', 'other'])[1 + n % 6], 'ref-' || n,
    100 + n % 100000, case when n % 20 = 0 then 'USD' else 'KES' end, 'succeeded',
    case when n % 10 > 0 then ${customerUuid('c')} end, at, at, at, 'system', 'bench'
  from generate_series($1::bigint + 1, $2::bigint + 1) n
  cross join lateral (
    -- of n, so that each of them has a chance of its own
    select
      date_trunc('milliseconds', now() - random() * interval '730 days') as at,
      floor(random() * $3::int)::bigint as c
    where n > 0
  ) each`

/** One in fifty, a day later. */
const REFUNDS = `
  with refunded as (
    update payments
    set refunded_minor = amount_minor / 2
    where tenant_id = ${TENANT} and substr(provider_reference, 5)::bigint % 50 = 0
    returning *
  )
  insert into payment_refunds (
    tenant_id, id, provider, refund_key, payment_id, status, amount_minor, currency, actor_type, actor_id, created_at,
    applied_at
  )
  select
    tenant_id, gen_random_uuid(), provider, 'refund-' || provider_reference, id, 'applied', refunded_minor, currency, 'system',
    'bench', at, at
  from refunded
  cross join lateral (select least(paid_at + interval '1 day', now()) as at) later`

const BOOKINGS = `
  insert into bookings (tenant_id, customer_id, status, starts_at, amount_minor, currency)
  select
    ${TENANT}, ${customerUuid('n % $2::int')},
    (array['booked', 'completed', 'completed', 'cancelled', 'no_show'])[1 + n % 5],
    now() + interval '30 days' - random() * interval '760 days', 5000, 'KES'
  from generate_series(1, $1::int) n`
