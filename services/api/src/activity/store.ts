import { sql } from 'kysely'
import type { TenantTransaction } from '../db/tenant-scope.ts'

export type ActivityFilter = {
  readonly actorId?: string | undefined
  readonly type?: string | undefined
  readonly customerId?: string | undefined
}

/** Positions of one tenant's stream, `first` included, `end` not. */
export type SeqRange = { readonly first: number; readonly end: number }

/** Events of a stretch of the stream that the filter lets through, newest first, `limit` of them. */
export function listEvents(
  trx: TenantTransaction,
  tenant: string,
  { actorId, type, customerId }: ActivityFilter,
  { first, end }: SeqRange,
  limit: number,
) {
  let query = trx
    .selectFrom('events')
    .select(['epoch', 'seq', 'id', 'type', 'version', 'actor', 'data', 'created_at'])
    .where('tenant_id', '=', tenant)
    .where('seq', '>=', first)
    .where('seq', '<', end)
    .where('type', '<>', 'notification_created')
    .orderBy('seq', 'desc')
    .limit(limit)
  if (type !== undefined) query = query.where('type', '=', type)
  if (customerId !== undefined) query = query.where('customer_id', '=', customerId)
  if (actorId !== undefined) query = query.where(sql<string>`actor ->> 'id'`, '=', actorId)
  return query.execute()
}

/** Position of the oldest event that is still kept; null when none is. */
export async function oldestSeq(trx: TenantTransaction, tenant: string): Promise<number | null> {
  const row = await trx
    .selectFrom('events')
    .select('seq')
    .where('tenant_id', '=', tenant)
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst()
  return row?.seq ?? null
}

/**
 * Position of the first event at or after a time, or the one after the last. Positions have no hole and their times never go
 * back, so bisection finds it by primary key, in about 25 look-ups of 10 million events: no index on times is needed, which
 * every write would pay for.
 */
export async function seqAt(
  trx: TenantTransaction,
  tenant: string,
  time: string,
  { first, end }: SeqRange,
): Promise<number> {
  const { rows } = await sql<{ seq: number }>`
    with recursive search (low, high) as (
      select ${first}::bigint - 1, ${end}::bigint
      union all
      select case when probe.before then probe.middle else low end, case when probe.before then high else probe.middle end
      from search
      cross join lateral (
        select (low + high) / 2 as middle,
               -- what is missing is past retention, so before
               coalesce(
                 (select e.created_at from events e where e.tenant_id = ${tenant} and e.seq = (low + high) / 2) < ${time}::timestamptz,
                 true
               ) as before
      ) probe
      where high - low > 1
    )
    select high as seq from search where high - low <= 1`.execute(trx)
  return rows[0]!.seq
}
