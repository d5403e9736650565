import type { FastifyReply } from 'fastify'
import { ApiError, type ErrorCode } from '../errors.ts'
import { REPLAYED_HEADER } from './idempotency.ts'
import { sendProblem } from './problem.ts'

/** Why the database refused: a code, and what programs need to know with it. */
export type Refusal = { readonly code: ErrorCode; readonly [detail: string]: unknown }

/** What became of a write. `replayed`: it is the answer that the same request was given the first time. */
export type Result<T> =
  | { readonly kind: 'applied'; readonly applied: T; readonly replayed: boolean }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly replayed: boolean }
  | { readonly kind: 'key-reused' }

/** What the database's functions call it; `-again` and `replayed`: what the same request was given the first time. */
export type Outcome = 'applied' | 'replayed' | 'refused' | 'refused-again' | 'key-reused'

/** Reads what such a function returned; of the two only the fitting part is asked for. */
export function resultOf<T>(outcome: Outcome, applied: () => T, refusal: () => Refusal): Result<T> {
  switch (outcome) {
    case 'applied':
    case 'replayed':
      return { kind: 'applied', applied: applied(), replayed: outcome === 'replayed' }
    case 'refused':
    case 'refused-again':
      return { kind: 'refused', refusal: refusal(), replayed: outcome === 'refused-again' }
    case 'key-reused':
      return { kind: 'key-reused' }
  }
}

/**
 * Answers a write. What was applied or refused is written from the same facts by the same lines the first time and every
 * time it is repeated, so that a repeat is the first answer, byte for byte.
 *
 * @param sendApplied how the answer of one that was applied is written
 */
export function sendResult<T>(
  reply: FastifyReply,
  result: Result<T>,
  sendApplied: (applied: T) => FastifyReply,
): FastifyReply {
  if (result.kind === 'key-reused') {
    const detail = 'this Idempotency-Key was used for another request; send a new key for a new change'
    return sendProblem(reply, new ApiError('idempotency-key-reused', detail))
  }
  if (result.replayed) reply.header(REPLAYED_HEADER, 'true')
  return result.kind === 'refused' ? sendProblem(reply, refusalError(result.refusal)) : sendApplied(result.applied)
}

/** A refusal of the database's as an error, for whoever answers it otherwise than sendResult. */
export function refusalError({ code, ...extra }: Refusal): ApiError {
  return new ApiError(code, DETAILS[code]?.(extra) ?? 'the change was refused', extra)
}

const DETAILS: Partial<Record<ErrorCode, (extra: Record<string, unknown>) => string>> = {
  'customer-not-found': () => 'no customer of this tenant has that id or phone',
  'program-not-found': () => 'this tenant has no such programme',
  'card-not-found': () => 'the customer is not enrolled in this programme',
  'transaction-not-found': () => 'this tenant has no such transaction',
  'enrolment-not-found': () => 'this tenant has no such enrolment',
  'booking-not-found': () => 'this tenant has no such booking',
  'version-mismatch': ({ current }) =>
    `the record is at version ${String((current as { version: number }).version)} by now; another one was sent`,
  'notification-not-found': () => 'you have no such notification',
  'already-enrolled': () => 'the customer has a card in this programme',
  'enrolment-pending': () => 'the customer was asked before and has not answered yet',
  'already-decided': () => 'it was decided otherwise before; `current` is the record as it is',
  'adjustment-expired': () => 'nobody answered in time; `current` is the record as it is',
  'nothing-to-decide': ({ kind }) => `a notification of kind ${String(kind)} asks for no decision`,
  'qr-expired': () => 'body.qr: the code has expired; scan the one that is shown now',
  'qr-used': () => 'this code was scanned here before; each is good for one scan',
  'already-reversed': () => 'the transaction was reversed before; it is reversed once',
  'not-reversible': ({ type }) => `a transaction of type ${String(type)} cannot be reversed`,
  'program-inactive': () => 'the programme is switched off: its points can be redeemed, not earned',
  'payment-not-found': () => 'this tenant has no such payment',
  'payment-known': () => 'a payment with this reference was recorded before; `current` is that payment',
  'payment-mismatch': () => 'the amount or the currency is not what was expected; nothing was applied',
  'payment-not-refundable': ({ provider, status }) =>
    `a payment by ${String(provider)} that is ${String(status)} cannot be refunded by hand`,
  'refund-too-large': ({ availableMinor, currency }) =>
    `${String(availableMinor)} minor units of ${String(currency)} are left of the payment, and no more can go back`,
  'provider-not-configured': () =>
    'the business has not set up this provider, or not all that it takes to start payments',
  'provider-refused': ({ reason }) => `the provider does not take this payment: ${String(reason)}`,
  'provider-unavailable': ({ reason }) => `the provider did not say whether it takes this payment: ${String(reason)}`,
  'insufficient-points': ({ available, requested }) =>
    `the card holds ${String(available)} points, ${String(requested)} were asked for`,
}
