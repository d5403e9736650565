import { formatCursor } from '@loyalty-live/events'
import { sql } from 'kysely'
import type { CustomerTransaction } from '../db/tenant-scope.ts'

/** What these queries find of anybody else, row-level security hides; they name the customer so that an index finds them. */

/** The customer's cards in every tenant, the last one used first. */
export function listCards(trx: CustomerTransaction, customer: string) {
  return trx
    .selectFrom('cards')
    .innerJoin('tenants', 'tenants.id', 'cards.tenant_id')
    .innerJoin('programs', (join) =>
      join.onRef('programs.tenant_id', '=', 'cards.tenant_id').onRef('programs.id', '=', 'cards.program_id'),
    )
    .select([
      'cards.id',
      'cards.tenant_id',
      'tenants.name as tenant_name',
      'program_id',
      'programs.name as program_name',
      'balance',
      'earned',
      'redeemed',
      'cards.version',
      'updated_at',
    ])
    .where('cards.customer_id', '=', customer)
    .orderBy('updated_at', 'desc')
    .orderBy('cards.id')
    .execute()
}

/** The customer's ledger entries, newest first, from the one before `before` on. */
export function listTransactions(
  trx: CustomerTransaction,
  customer: string,
  cardId: string | undefined,
  before: string | null,
  limit: number,
) {
  return (
    trx
      .selectFrom('members')
      // A page of each tenant, by its index; the newest of them all are among these.
      .innerJoinLateral(
        (eb) => {
          let page = eb
            .selectFrom('entries')
            .select(['id', 'card_id', 'program_id', 'type', 'points', 'balance_after', 'reason', 'order_id'])
            .select(['reverses', 'created_at'])
            .whereRef('entries.tenant_id', '=', 'members.tenant_id')
            .whereRef('entries.customer_id', '=', 'members.customer_id')
            .orderBy('id', 'desc')
            .limit(limit)
          if (cardId) page = page.where('card_id', '=', cardId)
          if (before) page = page.where('id', '<', before)
          return page.as('page')
        },
        (join) => join.onTrue(),
      )
      .innerJoin('tenants', 'tenants.id', 'members.tenant_id')
      .innerJoin('programs', (join) =>
        join.onRef('programs.tenant_id', '=', 'members.tenant_id').onRef('programs.id', '=', 'page.program_id'),
      )
      .selectAll('page')
      .select(['members.tenant_id', 'tenants.name as tenant_name', 'programs.name as program_name'])
      .where('members.customer_id', '=', customer)
      .orderBy('page.id', 'desc')
      .limit(limit)
      .execute()
  )
}

/** The customer's notifications, newest first, from the one before `before` on, with what became of what was asked. */
export function listNotifications(
  trx: CustomerTransaction,
  customer: string,
  unread: boolean | undefined,
  before: string | null,
  limit: number,
) {
  let page = trx
    .selectFrom('notifications')
    .selectAll()
    .where('customer_id', '=', customer)
    .orderBy('id', 'desc')
    .limit(limit)
  if (unread !== undefined) page = page.where('read_at', unread ? 'is' : 'is not', null)
  if (before) page = page.where('id', '<', before)
  return trx
    .selectFrom(page.as('page'))
    .innerJoin('tenants', 'tenants.id', 'page.tenant_id')
    .leftJoin('programs', (join) =>
      join.onRef('programs.tenant_id', '=', 'page.tenant_id').onRef('programs.id', '=', 'page.program_id'),
    )
    .leftJoin('enrolments', (join) =>
      join.onRef('enrolments.tenant_id', '=', 'page.tenant_id').onRef('enrolments.id', '=', 'page.enrolment_id'),
    )
    .leftJoin('adjustments', (join) =>
      join.onRef('adjustments.tenant_id', '=', 'page.tenant_id').onRef('adjustments.id', '=', 'page.adjustment_id'),
    )
    .leftJoin('entries', (join) =>
      join.onRef('entries.tenant_id', '=', 'page.tenant_id').onRef('entries.id', '=', 'page.transaction_id'),
    )
    .selectAll('page')
    .select(({ fn }) => [
      'tenants.name as tenant_name',
      'programs.name as program_name',
      'entries.order_id',
      fn.coalesce('adjustments.reason', 'entries.reason').as('reason'),
      sql<'pending' | 'active' | 'approved' | 'declined' | 'cancelled' | 'expired' | null>`
        coalesce(enrolments.status, adjustments.status)`.as('status'),
    ])
    .orderBy('page.id', 'desc')
    .execute()
}

export async function countUnread(trx: CustomerTransaction, customer: string): Promise<number> {
  const { unread } = await trx
    .selectFrom('notifications')
    .select(({ fn }) => fn.countAll<number>().as('unread'))
    .where('customer_id', '=', customer)
    .where('read_at', 'is', null)
    .executeTakeFirstOrThrow()
  return unread
}

/** Marks one as read, or all; false when there is no such notification. Read before, it keeps the time of then. */
export async function markRead(trx: CustomerTransaction, customer: string, id: string | null): Promise<boolean> {
  const update = trx
    .updateTable('notifications')
    .set({ read_at: sql<Date>`coalesce(read_at, clock_timestamp())` })
    .where('customer_id', '=', customer)
    .where((eb) => (id === null ? eb('read_at', 'is', null) : eb('id', '=', id)))
  const { numUpdatedRows } = await update.executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Where the stream of each tenant that knows the customer stands in this snapshot. */
export async function readCursors(trx: CustomerTransaction, customer: string): Promise<Record<string, string>> {
  const rows = await trx
    .selectFrom('members')
    .innerJoin('streams', 'streams.tenant_id', 'members.tenant_id')
    .select(['streams.tenant_id', 'epoch', 'head as seq'])
    .where('members.customer_id', '=', customer)
    .execute()
  return Object.fromEntries(rows.map(({ tenant_id, ...cursor }) => [tenant_id, formatCursor(cursor)]))
}
