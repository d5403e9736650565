import { formatCursor, type Cursor } from '@loyalty-live/events'
import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'
import { withTenantSnapshot, type TenantTransaction } from '../db/tenant-scope.ts'
import { ApiError } from '../errors.ts'
import { encodeEvent, type EventRow } from './committed-event.ts'

/** Events after a position, each as its JSON text, oldest first. */
export type StreamPage = {
  readonly events: readonly string[]
  /** Where the page ends. */
  readonly cursor: Cursor
  readonly head: Cursor
  /** The page cannot go on from the position that was asked for. */
  readonly reset: boolean
}

/** Where the tenant's stream stands in the transaction's snapshot: the cursor of whatever else is read in it (I6). */
export async function readHead(trx: TenantTransaction, tenant: string): Promise<Cursor> {
  const row = await trx
    .selectFrom('streams')
    .select(['epoch', 'head as seq'])
    .where('tenant_id', '=', tenant)
    .executeTakeFirst()
  if (!row) throw new ApiError('tenant-not-found', `there is no tenant ${tenant}`)
  return row
}

/** The same, as snapshots carry it. */
export async function readCursor(trx: TenantTransaction, tenant: string): Promise<string> {
  return formatCursor(await readHead(trx, tenant))
}

/**
 * One page of the stream after a position; without one, nothing, from the head.
 *
 * Whether the position can be continued shows in the events themselves: the first one after it must be the very next. It is
 * not when that one is past retention, and a position ahead of the head, or of another epoch, never was ours.
 */
export function readAfter(db: Db, tenant: string, after: Cursor | null, limit: number): Promise<StreamPage> {
  return withTenantSnapshot(db, tenant, async (trx) => {
    const head = await readHead(trx, tenant)
    if (after === null) return { events: [], cursor: head, head, reset: false }
    if (after.epoch !== head.epoch || after.seq > head.seq) return resetTo(head)
    if (after.seq === head.seq) return { events: [], cursor: head, head, reset: false }
    const { rows } = await sql<EventRow>`
      select tenant_id, epoch, seq, id, type, version, actor::text as actor, data::text as data, created_at
      from events
      where tenant_id = ${tenant} and seq > ${after.seq}
      order by seq
      limit ${limit}`.execute(trx)
    if (rows[0]?.seq !== after.seq + 1 || rows[0].epoch !== head.epoch) return resetTo(head)
    const events = rows.map(encodeEvent)
    const { epoch, seq } = events.at(-1)!
    return { events: events.map(({ text }) => text), cursor: { epoch, seq }, head, reset: false }
  })
}

const resetTo = (head: Cursor): StreamPage => ({ events: [], cursor: head, head, reset: true })
