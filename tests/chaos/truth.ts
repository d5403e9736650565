import { parseCursor, type Cursor } from '@loyalty-live/events'
import type { ClientBase } from 'pg'
import { withSnapshot } from '../../scripts/verify/snapshot.ts'
import type { CardState } from '../harness/shown-cards.ts'
import type { FoundBooking } from './booking-book.ts'
import { readBookings } from './booking-truth.ts'
import type { Engagement } from './engagement-book.ts'
import { readEngagements, readToldTwice } from './engagement-truth.ts'
import type { Entry } from './ledger-book.ts'
import type { Payment } from './payment-book.ts'
import { readPayments } from './payment-truth.ts'
import type { Committed } from './reconcile.ts'

/** What PostgreSQL holds of a tenant, in one snapshot. */
export type Truth = Committed & {
  readonly cards: ReadonlyMap<string, CardState>
  readonly entries: readonly Entry[]
  readonly engagements: readonly Engagement[]
  readonly payments: readonly Payment[]
  readonly bookings: readonly FoundBooking[]
  /** Notifications that were told more than once. */
  readonly toldTwice: readonly string[]
}

/**
 * Reads every tenant in one snapshot.
 *
 * @param since positions by tenant: events and entries after them; none for a tenant that is not named
 */
export function readTruth(url: string, since: ReadonlyMap<string, Cursor>): Promise<ReadonlyMap<string, Truth>> {
  return withSnapshot(url, async (client) => {
    const truth = new Map<string, Truth>()
    for (const [tenant, head] of await readHeads(client)) {
      const { seq } = since.get(tenant) ?? head
      truth.set(tenant, {
        head,
        ids: await readIds(client, tenant, seq),
        cards: await readCards(client, tenant),
        entries: await readEntries(client, tenant, seq),
        engagements: await readEngagements(client, tenant, seq),
        payments: await readPayments(client, tenant, seq),
        bookings: await readBookings(client, tenant, seq),
        toldTwice: await readToldTwice(client, tenant, seq),
      })
    }
    return truth
  })
}

/** Where each tenant's stream stands. */
export async function readHeads(client: ClientBase): Promise<ReadonlyMap<string, Cursor>> {
  const { rows } = await client.query<{ tenant: string; cursor: string }>(
    `select tenant_id as tenant, epoch || ':' || head as cursor from streams order by tenant_id`,
  )
  return new Map(rows.map(({ tenant, cursor }) => [tenant, parseCursor(cursor)!]))
}

async function readIds(client: ClientBase, tenant: string, seq: number): Promise<Map<number, string>> {
  const { rows } = await client.query<{ seq: number; id: string }>(
    'select seq::float8 as seq, id from events where tenant_id = $1 and seq > $2',
    [tenant, seq],
  )
  return new Map(rows.map((row) => [row.seq, row.id]))
}

async function readCards(client: ClientBase, tenant: string): Promise<Map<string, CardState>> {
  const { rows } = await client.query<CardState & { id: string }>(
    `select id, balance::float8 as balance, earned::float8 as earned, redeemed::float8 as redeemed,
       version::float8 as version
     from cards where tenant_id = $1`,
    [tenant],
  )
  return new Map(rows.map(({ id, ...card }) => [id, card]))
}

async function readEntries(client: ClientBase, tenant: string, seq: number): Promise<Entry[]> {
  const { rows } = await client.query<Entry>(
    `select id, tenant_id as tenant, card_id as "cardId", seq::float8 as seq, type, points::float8 as points,
       balance_after::float8 as balance, earned_after::float8 as earned, redeemed_after::float8 as redeemed,
       card_version::float8 as version, reverses, idempotency_key as key,
       exists (select from adjustments a where a.tenant_id = e.tenant_id and a.transaction_id = e.id)
         or exists (select from qr_scans s where s.tenant_id = e.tenant_id and s.transaction_id = e.id)
         or exists (select from payments p where p.tenant_id = e.tenant_id and p.transaction_id = e.id)
         or exists (select from payment_refunds r where r.tenant_id = e.tenant_id and r.transaction_id = e.id)
         or exists (
           select from enrolments m
           where m.tenant_id = e.tenant_id and m.customer_id = e.customer_id and m.program_id = e.program_id
             and m.status = 'active' and e.type = 'enrol'
         ) as engaged
     from entries e where tenant_id = $1 and seq > $2 order by seq`,
    [tenant, seq],
  )
  return rows
}
