import type { Actor, TransactionType } from '@loyalty-live/events'
import type { Db } from '../db/connect.ts'
import { resultOf, type Outcome, type Refusal, type Result } from '../http/result.ts'
import { encodeEvent, type CommittedEvent } from '../stream/committed-event.ts'

/** One intended change of points. */
export type Change = {
  readonly tenant: string
  readonly actor: Actor
  /** Idempotency key and the hash of the request under it; null for a change that nobody repeats. */
  readonly key: string | null
  readonly hash: string | null
  readonly kind: TransactionType
  /** Whose card: by id or by phone. A reversal takes it from the entry that it reverses. */
  readonly customerId?: string
  readonly phone?: string
  /** Transaction to take back; for `reverse` only. */
  readonly reverses?: string
  /** Absent: the tenant's default programme. */
  readonly programId?: string | undefined
  /** Above 0; signed for `adjust`; from 0 for `enrol`, which makes the card; absent for `reverse`. */
  readonly points?: number
  readonly reason: string | null
  readonly orderId: string | null
}

/** What an entry made of its card, and where it stands on the stream. */
export type Applied = {
  readonly transactionId: string
  readonly cardId: string
  readonly pointsChange: number
  readonly balance: number
  readonly earned: number
  readonly redeemed: number
  readonly cardVersion: number
  readonly epoch: number
  readonly seq: number
}

export type ChangeResult = Result<Applied>

type Row = {
  i: number
  outcome: Outcome
  refusal: string | null
  transaction_id: string
  card_id: string
  customer_id: string
  points: number
  balance: number
  earned: number
  redeemed: number
  card_version: number
  epoch: number
  seq: number
  created_at: Date
  event_id: string | null
  event_data: string
}

/**
 * Applies changes in the order given, in one transaction, one round trip: the function apply_changes, where the rules are.
 * At most one change for each idempotency key. Gives a result for each change, and the events that were committed.
 *
 * @throws whatever the database throws: then none of them was applied, or, when the connection broke, nobody knows; every
 *   change with a key may be sent again
 */
export async function applyChanges(
  { pool }: Pick<Db, 'pool'>,
  changes: readonly Change[],
): Promise<{ results: ChangeResult[]; events: CommittedEvent[] }> {
  const { rows } = await pool.query<Row>({
    // Prepared once for each connection: parsing and planning cost more than a small batch itself.
    name: 'apply-changes',
    text: 'select * from apply_changes($1)',
    values: [JSON.stringify(changes)],
  })
  const events: CommittedEvent[] = []
  const results = rows.map((row, index) => {
    if (row.event_id !== null) events.push(toEvent(row, row.event_id, changes[index]!))
    return toResult(row)
  })
  return { results, events }
}

const toResult = (row: Row): ChangeResult =>
  resultOf(
    row.outcome,
    () => toApplied(row),
    () => JSON.parse(row.refusal!) as Refusal,
  )

const toApplied = (row: Row): Applied => ({
  transactionId: row.transaction_id,
  cardId: row.card_id,
  pointsChange: row.points,
  balance: row.balance,
  earned: row.earned,
  redeemed: row.redeemed,
  cardVersion: row.card_version,
  epoch: row.epoch,
  seq: row.seq,
})

const toEvent = (row: Row, id: string, { tenant, actor }: Change): CommittedEvent =>
  encodeEvent({
    tenant_id: tenant,
    epoch: row.epoch,
    seq: row.seq,
    id,
    type: 'loyalty_updated',
    version: 1,
    actor: JSON.stringify(actor),
    data: row.event_data,
    created_at: row.created_at,
  })
