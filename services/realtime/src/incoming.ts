import { isUtf8 } from 'node:buffer'
import {
  BROADCAST_EVENTS_MAX,
  catalogue,
  CURRENT_VERSION,
  eventSchema,
  eventTypes,
  isEventType,
  parseEvent,
  type AnyEvent,
  type EventType,
} from '@loyalty-live/events'
import { fieldName, RequestError, type FieldFault } from './errors.ts'
import { eventFrame, type Frame } from './frame.ts'
import { arrayElements, objectText } from './json-elements.ts'
import { quickCheck, type QuickCheck } from './quick-check.ts'

/** One event, checked and encoded: all that a node needs to order, remember and send it. */
export type Incoming = {
  readonly id: string
  readonly tenant: string
  readonly epoch: number
  readonly seq: number
  readonly frame: Frame
  /** The customer whose own room also gets it; null when it is for the tenant only. */
  readonly customerId: string | null
  /** The event's own time, for measuring how long it took from commit to here. */
  readonly committedAtMs: number
}

/** Enough to mend a sender by; the rest would repeat the same fault. */
const FAULTS_MAX = 20

/**
 * Reads the body of POST /broadcast: one event or an array of 1 to 500.
 *
 * All or nothing: one faulty event refuses the whole request. The bytes that go out are the bytes that came in.
 *
 * @param extraTypes types that are passed on with a checked envelope although the catalogue does not know them
 * @throws RequestError `malformed-json`, `invalid-request` (not 1 to 500 events), `invalid-event` naming each field
 */
export function readEvents(body: Buffer, extraTypes: ReadonlySet<string>): Incoming[] {
  const json = parseJson(body)
  const inputs: unknown[] = Array.isArray(json) ? json : [json]
  if (inputs.length === 0 || inputs.length > BROADCAST_EVENTS_MAX) {
    throw new RequestError(
      'invalid-request',
      `The body must be one event or an array of 1 to ${BROADCAST_EVENTS_MAX}; it holds ${inputs.length}.`,
    )
  }
  const faults: FieldFault[] = []
  const events = inputs.map((input, index) => checkEvent(input, Array.isArray(json) ? [index] : [], extraTypes, faults))
  if (faults.length > 0) {
    const { field, message } = faults[0]!
    throw new RequestError('invalid-event', `${field || 'The body'}: ${message}`, faults.slice(0, FAULTS_MAX))
  }
  const texts = Array.isArray(json) ? arrayElements(body) : [objectText(body)]
  return events.map((event, index) => toIncoming(event!, texts[index]!))
}

/** @throws RequestError `malformed-json` */
export function parseJson(body: Buffer): unknown {
  // A WebSocket text frame that is not UTF-8 makes every receiver close its connection (RFC 6455, section 8.1).
  if (!isUtf8(body)) throw new RequestError('malformed-json', 'The body is not UTF-8.')
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (error) {
    throw new RequestError('malformed-json', `The body is not JSON: ${(error as Error).message.slice(0, 200)}`)
  }
}

/** Of each type; where there is none, the schema does it all. */
const quickChecks = new Map<string, QuickCheck | null>(eventTypes.map((type) => [type, quickCheck(eventSchema(type))]))

function checkEvent(
  input: unknown,
  path: readonly PropertyKey[],
  extraTypes: ReadonlySet<string>,
  faults: FieldFault[],
): AnyEvent | null {
  if (quickChecks.get((input as AnyEvent | null)?.type ?? '')?.(input)) return input as AnyEvent
  const parsed = parseEvent(input)
  switch (parsed.kind) {
    case 'known':
      return parsed.event
    case 'invalid':
      for (const issue of parsed.issues) {
        faults.push({ field: fieldName([...path, ...issue.path]), message: issue.message })
      }
      return null
    case 'unknown': {
      const { type, version } = parsed.event
      if (extraTypes.has(type)) return parsed.event
      faults.push(
        isEventType(type)
          ? {
              field: fieldName([...path, 'version']),
              message: `${type} has no version ${version} here, only ${CURRENT_VERSION}`,
            }
          : {
              field: fieldName([...path, 'type']),
              message: `${type} is not in the catalogue and not in EXTRA_EVENT_TYPES`,
            },
      )
      return null
    }
  }
}

function toIncoming(event: AnyEvent, text: Buffer): Incoming {
  const { id, tenant, epoch, seq, type, data } = event
  const known = isEventType(type)
  const toCustomer = known && catalogue[type].audience === 'tenant-and-customer'
  return {
    id,
    tenant,
    epoch,
    seq,
    frame: eventFrame(type, text, { epoch, seq, key: known ? conflationKey(type, data) : null }),
    customerId: toCustomer && typeof data['customerId'] === 'string' ? data['customerId'] : null,
    committedAtMs: Date.parse(event.timestamp),
  }
}

/**
 * Which record an event holds the newest state of. Null: it tells of something that happened, and none replaces
 * another.
 */
const recordOf: Record<EventType, string | null> = {
  loyalty_updated: 'cardId',
  member_updated: 'customerId',
  enrolment_updated: 'enrolmentId',
  adjustment_updated: 'adjustmentId',
  payment_recorded: 'paymentId',
  booking_updated: 'bookingId',
  program_updated: 'programId',
  notification_created: null,
  qr_scanned: null,
}

function conflationKey(type: EventType, data: Record<string, unknown>): string | null {
  const field = recordOf[type]
  return field === null ? null : `${type} ${String(data[field])}`
}
