import type { TransactionType } from '@loyalty-live/events'
import type { TenantTransaction } from '../db/tenant-scope.ts'
import { firstIdOf } from '../db/time-ids.ts'

/** A customer as a till sees them, by phone; null when the tenant has no such member. */
export async function findByPhone(trx: TenantTransaction, tenant: string, phone: string) {
  const member = await trx
    .selectFrom('members')
    .innerJoin('customers', 'customers.id', 'members.customer_id')
    .select(['customers.id', 'members.phone', 'customers.name', 'display_name', 'vip', 'version'])
    .where('members.tenant_id', '=', tenant)
    .where('members.phone', '=', phone)
    .executeTakeFirst()
  if (!member) return null
  const cards = await trx
    .selectFrom('cards')
    .innerJoin('programs', (join) =>
      join.onRef('programs.tenant_id', '=', 'cards.tenant_id').onRef('programs.id', '=', 'cards.program_id'),
    )
    .select([
      'cards.id',
      'program_id',
      'programs.name as program_name',
      'balance',
      'earned',
      'redeemed',
      'cards.version',
    ])
    .where('cards.tenant_id', '=', tenant)
    .where('cards.customer_id', '=', member.id)
    .orderBy('programs.is_default', 'desc')
    .orderBy('programs.name')
    .execute()
  return { member, cards }
}

export type TransactionFilter = {
  readonly customerId?: string | undefined
  readonly cardId?: string | undefined
  readonly orderId?: string | undefined
  readonly type?: TransactionType | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** Ledger entries, newest first, from the one before `before` on. Entry ids sort in commit order. */
export function listTransactions(
  trx: TenantTransaction,
  tenant: string,
  filter: TransactionFilter,
  before: string | null,
  limit: number,
) {
  // The page first, names after it: the planner, left to itself, sorts a whole ledger at some sizes.
  let page = trx.selectFrom('entries').selectAll().where('tenant_id', '=', tenant).orderBy('id', 'desc').limit(limit)
  if (filter.customerId) page = page.where('customer_id', '=', filter.customerId)
  if (filter.cardId) page = page.where('card_id', '=', filter.cardId)
  if (filter.orderId) page = page.where('order_id', '=', filter.orderId)
  if (filter.type) page = page.where('type', '=', filter.type)
  // An id starts with its time, so a range of times is a range of ids.
  if (filter.from) page = page.where('id', '>=', firstIdOf(filter.from))
  if (filter.to) page = page.where('id', '<', firstIdOf(filter.to))
  if (before) page = page.where('id', '<', before)
  return trx
    .selectFrom(page.as('page'))
    .innerJoin('members', (join) =>
      join.onRef('members.tenant_id', '=', 'page.tenant_id').onRef('members.customer_id', '=', 'page.customer_id'),
    )
    .leftJoin('entries as reversal', (join) =>
      join.onRef('reversal.tenant_id', '=', 'page.tenant_id').onRef('reversal.reverses', '=', 'page.id'),
    )
    .selectAll('page')
    .select(['members.display_name', 'reversal.id as reversed_by'])
    .orderBy('page.id', 'desc')
    .execute()
}
