import type { Actor } from '@loyalty-live/events'
import { sql } from 'kysely'
import { isContention, type Db } from '../db/connect.ts'
import { resultOf, type Outcome, type Refusal, type Result } from '../http/result.ts'
import { encodeEvent, type CommittedEvent, type EventRow } from './committed-event.ts'
import type { OnCommitted } from './write.ts'

const ATTEMPTS = 3

/** What a business asks of a customer, or keeps about one: an operation of the SQL function engage, where the rules are. */
export type Engagement = {
  readonly operation:
    | 'scan_customer'
    | 'request_enrolment'
    | 'cancel_enrolment'
    | 'propose_adjustment'
    | 'expire_adjustments'
    | 'record_payment'
    | 'refund_payment'
    | 'open_payment'
    | 'answer_start'
    | 'settle_payment'
    | 'make_booking'
    | 'change_booking'
  readonly tenant: string
  readonly actor: Actor
  /** Idempotency key and the hash of the request under it; null for what changes nothing when it is repeated. */
  readonly key: string | null
  readonly hash: string | null
  readonly input: Readonly<Record<string, unknown>>
}

export type Decision = {
  readonly customerId: string
  readonly notificationId: string
  readonly accept: boolean
  readonly actor: Actor
}

/** What was written, as it is on the wire, and where the stream stood after it. */
export type Engaged = { readonly record: Record<string, unknown>; readonly head: string }

export type EngageDeps = { db: Db; onCommitted: OnCommitted }

/** What engage and its like return. */
export type EngagedRow = {
  outcome: Outcome
  answer: Record<string, unknown> | null
  head: string | null
  events: (Omit<EventRow, 'created_at'> & { created_at: string })[]
}

/** Does one operation on a tenant's stream, in one transaction, one round trip. */
export function engage(deps: EngageDeps, request: Engagement): Promise<Result<Engaged>> {
  const { operation, tenant, actor, key, hash, input } = request
  return runEngagement(
    deps,
    sql<EngagedRow>`select * from engage(
      ${operation}, ${tenant}, ${JSON.stringify(actor)}::json, ${key}, ${hash}, ${JSON.stringify(input)}::json
    )`,
  )
}

/** A customer's answer to what a notification asks. */
export function decide(deps: EngageDeps, decision: Decision): Promise<Result<Engaged>> {
  const { customerId, notificationId, accept, actor } = decision
  return runEngagement(
    deps,
    sql<EngagedRow>`select * from decide(${customerId}, ${notificationId}, ${accept}, ${JSON.stringify(actor)}::json)`,
  )
}

/** Runs a function of the database that answers as engage does, and tells of the events that it committed. */
export async function runEngagement(
  { db, onCommitted }: EngageDeps,
  statement: ReturnType<typeof sql<EngagedRow>>,
): Promise<Result<Engaged>> {
  const row = await attempt(db, statement)
  const events: CommittedEvent[] = row.events.map((event) =>
    encodeEvent({ ...event, created_at: new Date(event.created_at) }),
  )
  if (events.length > 0) onCommitted(events)
  return resultOf(
    row.outcome,
    () => ({ record: row.answer!, head: row.head! }),
    () => row.answer as Refusal,
  )
}

/** Again when somebody at a database prompt got in the way: then nothing was written. */
async function attempt(db: Db, statement: ReturnType<typeof sql<EngagedRow>>): Promise<EngagedRow> {
  for (let made = 1; ; made++) {
    try {
      return (await statement.execute(db.query)).rows[0]!
    } catch (error) {
      if (!isContention(error) || made === ATTEMPTS) throw error
    }
  }
}
