import type { StreamEvent, EventType } from './catalogue.ts'
import type { Actor, Envelope } from './envelope.ts'
import type { TransactionType } from './types/loyalty-updated.ts'

/** One field, before → after. `from` is null when there was nothing before, or the event does not say what. */
export type FieldChange = {
  readonly field: string
  readonly from: string | number | boolean | null
  readonly to: string | number | boolean
}

/**
 * An event as the activity log shows it: who did what to whom, why, before → after. Whatever its type does not speak of is
 * null. The API and live screens make it of the same event by the same lines, so a list and what is put on top of it agree.
 */
export type Activity = {
  readonly id: string
  /** ISO 8601. */
  readonly at: string
  /** Where the event stands on the stream, `epoch:seq`. */
  readonly cursor: string
  /** An event type; one that this build does not know shows without its details. */
  readonly type: string
  readonly actor: Pick<Actor, 'type' | 'id' | 'name'>
  readonly customer: { readonly id: string; readonly name: string | null } | null
  readonly program: { readonly id: string; readonly name: string | null } | null
  readonly transactionId: string | null
  readonly transactionType: TransactionType | null
  /** Signed; null unless points moved. */
  readonly pointsChange: number | null
  readonly balanceBefore: number | null
  readonly balanceAfter: number | null
  readonly orderId: string | null
  readonly reason: string | null
  readonly amountMinor: number | null
  /** ISO 4217. */
  readonly currency: string | null
  readonly changes: readonly FieldChange[]
}

/** Told because of something else that is in the log itself: it would say everything twice. */
const NO_ACTIVITY: EventType = 'notification_created'

/** Whether events of a type belong in the activity log. */
export const isActivityType = (type: string): boolean => type !== NO_ACTIVITY

/** The log's line for an event; null for one that does not belong there. */
export function activityOf(event: StreamEvent): Activity | null {
  const line = envelopeActivity(event)
  switch (event.type) {
    case 'loyalty_updated': {
      const { customerId, customerName, programId, pointsChange, newBalance } = event.data
      const { transactionId, transactionType, reason, orderId } = event.data
      return {
        ...line,
        customer: { id: customerId, name: customerName },
        program: { id: programId, name: null },
        transactionId,
        transactionType,
        pointsChange,
        balanceBefore: newBalance - pointsChange,
        balanceAfter: newBalance,
        orderId,
        reason,
      }
    }
    case 'member_updated': {
      const { customerId, customerName, changes } = event.data
      return {
        ...line,
        customer: { id: customerId, name: customerName },
        changes: [...changed('displayName', changes.displayName), ...changed('vip', changes.vip)],
      }
    }
    case 'enrolment_updated': {
      const { customerId, customerName, programId, programName, previousStatus, status } = event.data
      return {
        ...line,
        customer: { id: customerId, name: customerName },
        program: { id: programId, name: programName },
        changes: [{ field: 'status', from: previousStatus, to: status }],
      }
    }
    case 'qr_scanned': {
      const { customerId, customerName, programId, outcome } = event.data
      return {
        ...line,
        customer: { id: customerId, name: customerName },
        program: { id: programId, name: null },
        changes: [{ field: 'outcome', from: null, to: outcome }],
      }
    }
    case 'adjustment_updated': {
      const { customerId, customerName, programId, points, reason, status, transactionId } = event.data
      // The points of a proposal move by an event of their own, once it is approved.
      return {
        ...line,
        customer: { id: customerId, name: customerName },
        program: { id: programId, name: null },
        transactionId,
        reason,
        changes: [
          { field: 'status', from: null, to: status },
          { field: 'points', from: null, to: points },
        ],
      }
    }
    case 'payment_recorded': {
      const { customerId, customerName, amountMinor, currency, status, provider } = event.data
      return {
        ...line,
        customer: customerId === null ? null : { id: customerId, name: customerName },
        amountMinor,
        currency,
        changes: [
          { field: 'status', from: null, to: status },
          { field: 'provider', from: null, to: provider },
        ],
      }
    }
    case 'booking_updated': {
      const { customerId, customerName, amountMinor, currency, status, paymentStatus } = event.data
      return {
        ...line,
        customer: customerId === null ? null : { id: customerId, name: customerName },
        amountMinor,
        currency,
        changes: [
          { field: 'status', from: null, to: status },
          { field: 'paymentStatus', from: null, to: paymentStatus },
        ],
      }
    }
    case 'program_updated': {
      const { programId, name, active, isDefault } = event.data
      return {
        ...line,
        program: { id: programId, name },
        changes: [
          { field: 'active', from: null, to: active },
          { field: 'isDefault', from: null, to: isDefault },
        ],
      }
    }
    case 'notification_created':
      return null
    default:
      return event satisfies never
  }
}

/** Of an event whose data cannot be read here: that it happened, when, and by whom. */
export function envelopeActivity({
  id,
  timestamp,
  epoch,
  seq,
  type,
  actor,
}: Omit<Envelope, 'version' | 'tenant'> & { readonly type: string }): Activity {
  return {
    id,
    at: timestamp,
    cursor: `${epoch}:${seq}`,
    type,
    actor: { type: actor.type, id: actor.id, name: actor.name },
    customer: null,
    program: null,
    transactionId: null,
    transactionType: null,
    pointsChange: null,
    balanceBefore: null,
    balanceAfter: null,
    orderId: null,
    reason: null,
    amountMinor: null,
    currency: null,
    changes: [],
  }
}

function changed(
  field: string,
  change: { from: string | boolean; to: string | boolean } | undefined,
): readonly FieldChange[] {
  return change ? [{ field, from: change.from, to: change.to }] : []
}
