import type { StreamEvent } from '@loyalty-live/events'
import type { PatchedPages } from './customer-lists.ts'
import type { TransactionsParams } from './keys.ts'
import { newTo, newToAny } from './position.ts'
import type { Page, Transaction } from './snapshots.ts'

/**
 * Puts new entries before the others, newest first. A reversal makes the list stale: its event does not say which entry it
 * reverses, and that one is marked too.
 */
export function patchTransactionPages(
  pages: readonly Page<Transaction>[],
  events: readonly StreamEvent[],
  filter: TransactionsParams,
): PatchedPages<Transaction> {
  const [first, ...others] = pages
  if (!first) return { pages, stale: false }
  const held = new Set(first.items.map(({ id }) => id))
  const entries = newTo(first, events).filter((event) => event.type === 'loyalty_updated')
  const matching = entries.filter((event) => matches(event, filter) && !held.has(event.data.transactionId))
  const added = matching.map(toTransaction).toReversed()
  const grown = added.length === 0 ? first : { ...first, items: [...added, ...first.items] }
  const stale = newToAny(pages, events).some((event) => mayMark(event, filter))
  return { pages: [grown, ...others].map((page) => rename(page, newTo(page, events))), stale }
}

/** Entries are shown under the name that their customer has now. */
function rename(page: Page<Transaction>, events: readonly StreamEvent[]): Page<Transaction> {
  const names = new Map<string, string>()
  for (const event of events) {
    if (event.type === 'member_updated' && event.data.changes.displayName) {
      names.set(event.data.customerId, event.data.customerName)
    }
  }
  const isOld = ({ customerId, customerName }: Transaction) => (names.get(customerId) ?? customerName) !== customerName
  if (names.size === 0 || !page.items.some(isOld)) return page
  return {
    ...page,
    items: page.items.map((row) => (isOld(row) ? { ...row, customerName: names.get(row.customerId)! } : row)),
  }
}

/** The entry that is reversed may be of any type, order and time. */
function mayMark(event: StreamEvent, { customerId, cardId }: TransactionsParams): boolean {
  if (event.type !== 'loyalty_updated' || event.data.transactionType !== 'reverse') return false
  return (
    (customerId === undefined || customerId === event.data.customerId) &&
    (cardId === undefined || cardId === event.data.cardId)
  )
}

function matches({ data, timestamp }: StreamEvent<'loyalty_updated'>, filter: TransactionsParams): boolean {
  const { customerId, cardId, orderId, type, from, to } = filter
  return (
    (customerId === undefined || customerId === data.customerId) &&
    (cardId === undefined || cardId === data.cardId) &&
    (orderId === undefined || orderId === data.orderId) &&
    (type === undefined || type === data.transactionType) &&
    (from === undefined || Date.parse(timestamp) >= Date.parse(from)) &&
    (to === undefined || Date.parse(timestamp) < Date.parse(to))
  )
}

function toTransaction({ data, actor, timestamp }: StreamEvent<'loyalty_updated'>): Transaction {
  return {
    id: data.transactionId,
    cardId: data.cardId,
    cardVersion: data.cardVersion,
    customerId: data.customerId,
    customerName: data.customerName,
    programId: data.programId,
    type: data.transactionType,
    points: data.pointsChange,
    balanceAfter: data.newBalance,
    reason: data.reason,
    orderId: data.orderId,
    reverses: null,
    reversedBy: null,
    actor: { type: actor.type, id: actor.id, name: actor.name },
    createdAt: timestamp,
  }
}
