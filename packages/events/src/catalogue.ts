import { z } from 'zod'
import { anyEvent, envelopeFields, type AnyEvent, type Envelope } from './envelope.ts'
import { adjustmentUpdatedV1 } from './types/adjustment-updated.ts'
import { bookingUpdatedV1 } from './types/booking-updated.ts'
import { enrolmentUpdatedV1 } from './types/enrolment-updated.ts'
import { loyaltyUpdatedV1 } from './types/loyalty-updated.ts'
import { memberUpdatedV1 } from './types/member-updated.ts'
import { notificationCreatedV1 } from './types/notification-created.ts'
import { paymentRecordedV1 } from './types/payment-recorded.ts'
import { programUpdatedV1 } from './types/program-updated.ts'
import { qrScannedV1 } from './types/qr-scanned.ts'

/** Who receives an event: everyone who works for the tenant, and, where it says so, the customer whom it is about. */
export type Audience = 'tenant' | 'tenant-and-customer'

type Entry = {
  readonly summary: string
  readonly audience: Audience
  /** Schema of `data` by version. A version that was ever sent stays; the last one is what is written today. */
  readonly versions: { readonly 1: z.ZodType }
}

/** Every event type there is. A new type starts with a line here; the compiler then asks for the rest. */
export const catalogue = {
  loyalty_updated: {
    summary: 'A card’s points changed',
    audience: 'tenant-and-customer',
    versions: { 1: loyaltyUpdatedV1 },
  },
  enrolment_updated: {
    summary: 'An enrolment was requested or decided',
    audience: 'tenant-and-customer',
    versions: { 1: enrolmentUpdatedV1 },
  },
  member_updated: {
    summary: 'A customer’s record in the tenant changed',
    audience: 'tenant',
    versions: { 1: memberUpdatedV1 },
  },
  notification_created: {
    summary: 'A customer was told or asked something',
    audience: 'tenant-and-customer',
    versions: { 1: notificationCreatedV1 },
  },
  qr_scanned: {
    summary: 'A customer’s QR code was scanned',
    audience: 'tenant-and-customer',
    versions: { 1: qrScannedV1 },
  },
  adjustment_updated: {
    summary: 'A change of points by hand was proposed or decided',
    audience: 'tenant-and-customer',
    versions: { 1: adjustmentUpdatedV1 },
  },
  payment_recorded: {
    summary: 'A payment was recorded or changed state',
    audience: 'tenant',
    versions: { 1: paymentRecordedV1 },
  },
  booking_updated: {
    summary: 'A booking was made or changed',
    audience: 'tenant',
    versions: { 1: bookingUpdatedV1 },
  },
  program_updated: {
    summary: 'A points programme was created or changed',
    audience: 'tenant',
    versions: { 1: programUpdatedV1 },
  },
} as const satisfies Record<string, Entry>

export type EventType = keyof typeof catalogue

/** The data of an event type as it is written today. */
export type EventData<T extends EventType> = z.infer<(typeof catalogue)[T]['versions'][1]>

/** One event of a known type, as handlers receive it. */
export type StreamEvent<T extends EventType = EventType> = {
  [K in T]: Envelope & { readonly type: K; readonly data: EventData<K> }
}[T]

export const eventTypes = Object.keys(catalogue) as [EventType, ...EventType[]]

export function isEventType(type: string): type is EventType {
  return Object.hasOwn(catalogue, type)
}

/** Version that is written today. Readers accept this and every earlier one. */
export const CURRENT_VERSION = 1

const schemas = Object.fromEntries(
  eventTypes.map((type) => [
    type,
    z
      .looseObject({
        ...envelopeFields,
        type: z.literal(type),
        version: z.literal(CURRENT_VERSION),
        data: catalogue[type].versions[CURRENT_VERSION],
      })
      .meta({ title: type, description: catalogue[type].summary }),
  ]),
) as unknown as { [K in EventType]: z.ZodType<StreamEvent<K>> }

/** The whole event, envelope and data, of one type. */
export function eventSchema<T extends EventType>(type: T): (typeof schemas)[T] {
  return schemas[type]
}

/**
 * Reads one event at a border.
 *
 * `known`: its type and version are in the catalogue and it fits. `unknown`: a sound envelope of a type or version that
 * this build does not know. `invalid`: neither; `issues` name each field that was wrong.
 */
export function parseEvent(
  input: unknown,
):
  | { kind: 'known'; event: StreamEvent }
  | { kind: 'unknown'; event: AnyEvent }
  | { kind: 'invalid'; issues: z.core.$ZodIssue[] } {
  const type = (input as { type?: unknown } | null)?.type
  const version = (input as { version?: unknown } | null)?.version
  if (typeof type === 'string' && isEventType(type) && version === CURRENT_VERSION) {
    const parsed = schemas[type].safeParse(input)
    return parsed.success
      ? { kind: 'known', event: parsed.data as StreamEvent }
      : { kind: 'invalid', issues: parsed.error.issues }
  }
  const parsed = anyEvent.safeParse(input)
  return parsed.success ? { kind: 'unknown', event: parsed.data } : { kind: 'invalid', issues: parsed.error.issues }
}
