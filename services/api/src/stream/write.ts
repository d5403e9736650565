import type { Actor, Cursor, EventData, EventType } from '@loyalty-live/events'
import { CURRENT_VERSION } from '@loyalty-live/events'
import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'
import { withTenant, type TenantTransaction } from '../db/tenant-scope.ts'
import { encodeEvent, type CommittedEvent, type EventRow } from './committed-event.ts'

type NewEvent<T extends EventType> = {
  readonly type: T
  readonly customerId: string | null
  readonly actor: Actor
  readonly data: EventData<T>
}

/** Appends one event in the transaction of the scope; gives its position, which counts once that transaction commits. */
export type Append = <T extends EventType>(event: NewEvent<T>) => Promise<Cursor>

/** Told of what was committed, in order, after the commit. Must not throw: the answer does not depend on it (I7). */
export type OnCommitted = (events: readonly CommittedEvent[]) => void

/**
 * Runs a change of a tenant in one transaction: what `work` writes and the events that it appends commit together or not at
 * all (I2). The stream is locked first, so that changes of one tenant never deadlock and its events are in commit order
 * (I3).
 */
export async function writeStream<T>(
  db: Db,
  onCommitted: OnCommitted,
  tenant: string,
  work: (trx: TenantTransaction, append: Append) => Promise<T>,
): Promise<T> {
  const appended: CommittedEvent[] = []
  const result = await withTenant(db, tenant, async (trx) => {
    await sql`select lock_streams(array[${tenant}])`.execute(trx)
    return work(trx, async (event) => {
      const committed = await appendEvent(trx, tenant, event)
      appended.push(committed)
      return committed
    })
  })
  if (appended.length > 0) onCommitted(appended)
  return result
}

async function appendEvent<T extends EventType>(
  trx: TenantTransaction,
  tenant: string,
  { type, customerId, actor, data }: NewEvent<T>,
): Promise<CommittedEvent> {
  const { rows } = await sql<EventRow>`
    select tenant_id, epoch, seq, id, type, version, actor::text as actor, data::text as data, created_at
    from append_event(
      ${tenant}, ${type}, ${CURRENT_VERSION}, ${customerId}, ${JSON.stringify(actor)}::json, ${JSON.stringify(data)}::json
    )`.execute(trx)
  return encodeEvent(rows[0]!)
}
