import type { EventType, StreamEvent } from './catalogue.ts'
import type { AnyEvent } from './envelope.ts'
import { findFault, type Shape } from './shape.ts'
import {
  anyEventShape,
  catchUpLimitMax,
  catchUpPageShape,
  closingShape,
  conflatedShape,
  connectErrorShape,
  currentVersion,
  dataShape,
  headShape,
  readyShape,
  refreshTokenAnswerShape,
  token_expiringShape,
} from './shapes.ts'
import type { CatchUpPage } from './wire/catch-up.ts'
import type { ConnectErrorCode } from './wire/connect-errors.ts'
import type { ConnectError, Head, Ready, RefreshTokenAnswer } from './wire/socket.ts'

/**
 * The contract for browsers: reads what the schemas of the other modules read, without zod. A test holds the two against
 * each other.
 */
export { compareCursors, formatCursor, parseCursor, type Cursor } from './cursor.ts'
export type { ConnectErrorCode } from './wire/connect-errors.ts'
/** Codes of `connectErrors` after which trying again as it is cannot help; without the words about them. */
export { hopelessCodes } from './shapes.ts'
export const CATCH_UP_LIMIT_MAX = catchUpLimitMax

/** What was read, or where it is at fault. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: string }

export const readAnyEvent = reader<AnyEvent>(anyEventShape)
export const readCatchUpPage = reader<CatchUpPage>(catchUpPageShape)
export const readConnectError = reader<ConnectError>(connectErrorShape)
export const readRefreshTokenAnswer = reader<RefreshTokenAnswer>(refreshTokenAnswerShape)
export const readServerMessage = {
  ready: reader<Ready>(readyShape),
  head: reader<Head>(headShape),
  token_expiring: reader<{ readonly expiresAt: string }>(token_expiringShape),
  conflated: reader<{ readonly from: string; readonly to: string }>(conflatedShape),
  closing: reader<{ readonly code: ConnectErrorCode }>(closingShape),
} as const

function reader<T>(shape: Shape): (value: unknown) => Read<T> {
  return (value) => {
    const fault = findFault(shape, value)
    return fault === null ? { ok: true, value: value as T } : { ok: false, fault }
  }
}

/** Reads the data of an event whose envelope was read. `unknown`: of a type or version that this build does not know. */
export function readEvent(
  event: AnyEvent,
): { kind: 'known'; event: StreamEvent } | { kind: 'unknown' } | { kind: 'invalid'; fault: string } {
  if (!Object.hasOwn(dataShape, event.type) || event.version !== currentVersion) return { kind: 'unknown' }
  const fault = findFault(dataShape[event.type as EventType], event.data, 'data')
  return fault === null ? { kind: 'known', event: event as unknown as StreamEvent } : { kind: 'invalid', fault }
}
