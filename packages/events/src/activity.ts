import type { EventData, EventType, StreamEvent } from './catalogue.ts'
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
      const { transactionId, transactionType, pointsChange, newBalance, orderId, reason } = event.data
      return {
        ...line,
        customer: customerOf(event.data),
        program: programOf(event.data),
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
      const { displayName, vip } = event.data.changes
      return {
        ...line,
        customer: customerOf(event.data),
        changes: [...changed('displayName', displayName), ...changed('vip', vip)],
      }
    }
    case 'enrolment_updated': {
      const { previousStatus, status } = event.data
      return {
        ...line,
        customer: customerOf(event.data),
        program: programOf(event.data),
        changes: [{ field: 'status', from: previousStatus, to: status }],
      }
    }
    case 'qr_scanned': {
      const { outcome } = event.data
      return { ...line, customer: customerOf(event.data), program: programOf(event.data), changes: become({ outcome }) }
    }
    case 'adjustment_updated': {
      const { transactionId, reason, status, points } = event.data
      // The points of a proposal move by an event of their own, once it is approved.
      return {
        ...line,
        customer: customerOf(event.data),
        program: programOf(event.data),
        transactionId,
        reason,
        changes: become({ status, points }),
      }
    }
    case 'payment_recorded': {
      const { amountMinor, currency, status, provider, refundedMinor = 0 } = event.data
      // One of which a part went back has succeeded all the same.
      const changes = become({ status, provider, ...(refundedMinor > 0 ? { refundedMinor } : {}) })
      return { ...line, customer: customerOf(event.data), amountMinor, currency, changes }
    }
    case 'booking_updated': {
      const { amountMinor, currency, bookingVersion, status, startsAt } = event.data
      const changes = bookingVersion === 1 ? become({ status, startsAt }) : bookingChanges(event.data)
      return { ...line, customer: customerOf(event.data), amountMinor, currency, changes }
    }
    case 'program_updated': {
      const { programId, name: programName, active, isDefault } = event.data
      return { ...line, program: programOf({ programId, programName }), changes: become({ active, isDefault }) }
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

type Whom = { readonly customerId: string | null; readonly customerName: string | null }

function customerOf({ customerId, customerName }: Whom): Activity['customer'] {
  return customerId === null ? null : { id: customerId, name: customerName }
}

type WhichProgram = { readonly programId: string; readonly programName?: string }

function programOf({ programId, programName }: WhichProgram): Activity['program'] {
  return { id: programId, name: programName ?? null }
}

/** Fields of which the event says only what they are now. */
function become(fields: Readonly<Record<string, FieldChange['to']>>): readonly FieldChange[] {
  return Object.entries(fields).map(([field, to]) => ({ field, from: null, to }))
}

/** What changed in a booking; of an event from before they said so, what it is now. */
function bookingChanges({ previous, ...now }: EventData<'booking_updated'>): readonly FieldChange[] {
  const fields = ['status', 'paymentStatus', 'startsAt', 'amountMinor'] as const
  if (!previous) return become({ status: now.status, paymentStatus: now.paymentStatus })
  return fields.flatMap((field) => {
    const from = previous[field]
    return from === undefined ? [] : [{ field, from, to: now[field] }]
  })
}

function changed(
  field: string,
  change: { from: string | boolean; to: string | boolean } | undefined,
): readonly FieldChange[] {
  return change ? [{ field, from: change.from, to: change.to }] : []
}
