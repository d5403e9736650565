import type { StreamEvent } from '@loyalty-live/events'
import { activityOf, type Activity } from '@loyalty-live/events/activity'
import type { ActivityParams, TransactionsParams } from './keys.ts'
import { patchBy, type Rule } from './patch.ts'
import type { Patches } from './rules.ts'
import type { Transaction } from './snapshots.ts'

/** For pages that show ledgers or the activity log: what happens comes on top at once, in place of being read again. */
export const logPatches: Patches = {
  transactions: (params: TransactionsParams) => patchBy(ledger(params)),
  activity: (params: ActivityParams) => patchBy(activityLog(params)),
}

/** New lines come on top: just what the API would have made of their events. */
function activityLog({ type, actorId, customerId, ...period }: ActivityParams): Rule<Activity> {
  return {
    top: newest((event) => {
      const line = activityOf(event)
      const facts = { type: event.type, actorId: event.actor.id, customerId: line?.customer?.id }
      return line && isWithin(event, period) && matches(facts, { type, actorId, customerId }) ? line : null
    }),
  }
}

/**
 * New entries come on top, and all are shown under the name that their customer has now. A reversal does not say which entry
 * it reverses, and that one, of whatever type, order and time, is marked too.
 */
function ledger({ customerId, cardId, orderId, type, ...period }: TransactionsParams): Rule<Transaction> {
  return {
    subject: (entry) => entry.customerId,
    change(entry, event) {
      if (event.type !== 'member_updated' || !event.data.changes.displayName) return entry
      const { customerName } = event.data
      return entry.customerName === customerName ? entry : { ...entry, customerName }
    },
    top: newest((event) => {
      if (event.type !== 'loyalty_updated' || !isWithin(event, period)) return null
      const entry = entryOf(event)
      return matches(entry, { customerId, cardId, orderId, type }) ? entry : null
    }),
    asks: (event) =>
      event.type === 'loyalty_updated' &&
      event.data.transactionType === 'reverse' &&
      matches(event.data, { customerId, cardId }),
  }
}

/** Newest first; a row that is there already was read after its event. */
function newest<Row extends { readonly id: string }>(rowOf: (event: StreamEvent) => Row | null) {
  return (rows: readonly Row[], events: readonly StreamEvent[]): readonly Row[] => {
    const held = new Set(rows.map(({ id }) => id))
    const made = events.map(rowOf).filter((row) => row !== null)
    return made.filter(({ id }) => !held.has(id)).toReversed()
  }
}

/** Whether facts are what was asked for; what was not asked about may be anything. */
function matches<Facts extends object>(facts: Facts, asked: { readonly [F in keyof Facts]?: unknown }): boolean {
  return Object.entries(asked).every(([name, value]) => value === undefined || facts[name as keyof Facts] === value)
}

/** From `from` on, before `to`. */
function isWithin({ timestamp }: StreamEvent, { from, to }: Pick<ActivityParams, 'from' | 'to'>): boolean {
  const atMs = Date.parse(timestamp)
  return (from === undefined || atMs >= Date.parse(from)) && (to === undefined || atMs < Date.parse(to))
}

function entryOf({ data, actor, timestamp }: StreamEvent<'loyalty_updated'>): Transaction {
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
