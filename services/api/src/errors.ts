/**
 * Every way in which the API says no. `retry`: may the same request, unchanged, succeed later? docs/errors.md lists the same
 * codes, and a test compares the two.
 */
export const errorCodes = {
  'invalid-request': { status: 400, retry: false, title: 'The request is not as it should be' },
  'malformed-json': { status: 400, retry: false, title: 'The body is not JSON' },
  'idempotency-key-missing': {
    status: 400,
    retry: false,
    title: 'A request that moves points needs an Idempotency-Key',
  },
  'qr-invalid': { status: 400, retry: false, title: 'This is not a code of ours' },
  'signature-invalid': { status: 401, retry: false, title: 'The callback is not signed by the provider' },
  'token-missing': { status: 401, retry: false, title: 'Sign in first' },
  'token-invalid': { status: 401, retry: false, title: 'The token is not one that this server accepts' },
  'token-expired': { status: 401, retry: false, title: 'The token has expired' },
  'token-revoked': { status: 401, retry: false, title: 'This terminal or user was revoked' },
  'sign-in-failed': { status: 401, retry: false, title: 'These credentials do not fit' },
  'refresh-token-invalid': { status: 401, retry: false, title: 'The refresh token does not count any more' },
  'role-not-allowed': { status: 403, retry: false, title: 'This role may not do that' },
  'route-not-found': { status: 404, retry: false, title: 'There is nothing here' },
  'tenant-not-found': { status: 404, retry: false, title: 'There is no such tenant' },
  'customer-not-found': { status: 404, retry: false, title: 'There is no such customer here' },
  'program-not-found': { status: 404, retry: false, title: 'There is no such programme here' },
  'transaction-not-found': { status: 404, retry: false, title: 'There is no such transaction here' },
  'card-not-found': { status: 404, retry: false, title: 'The customer has no card in this programme' },
  'staff-not-found': { status: 404, retry: false, title: 'There is no such member of staff here' },
  'terminal-not-found': { status: 404, retry: false, title: 'There is no such terminal here' },
  'enrolment-not-found': { status: 404, retry: false, title: 'There is no such enrolment here' },
  'booking-not-found': { status: 404, retry: false, title: 'There is no such booking here' },
  'notification-not-found': { status: 404, retry: false, title: 'There is no such notification of yours' },
  'callback-not-found': { status: 404, retry: false, title: 'Nobody is called back here' },
  'payment-not-found': { status: 404, retry: false, title: 'There is no such payment here' },
  'already-reversed': { status: 409, retry: false, title: 'The transaction was reversed before' },
  'already-enrolled': { status: 409, retry: false, title: 'The customer has a card in this programme' },
  'enrolment-pending': { status: 409, retry: false, title: 'The customer was asked before' },
  'already-decided': { status: 409, retry: false, title: 'It was decided otherwise before' },
  'adjustment-expired': { status: 409, retry: false, title: 'Nobody answered in time' },
  'qr-used': { status: 409, retry: false, title: 'The code was scanned here before' },
  'payment-known': { status: 409, retry: false, title: 'The payment was recorded before' },
  'name-taken': { status: 409, retry: false, title: 'The name is taken' },
  'email-taken': { status: 409, retry: false, title: 'Somebody signs in with this address already' },
  'currency-in-use': { status: 409, retry: false, title: 'Amounts were recorded in another currency' },
  'last-owner': { status: 409, retry: false, title: 'A tenant keeps at least one owner' },
  'version-mismatch': { status: 412, retry: false, title: 'The record has changed since it was read' },
  'body-too-large': { status: 413, retry: false, title: 'The body is too large' },
  'media-type-not-supported': { status: 415, retry: false, title: 'The body must be application/json' },
  'insufficient-points': { status: 422, retry: false, title: 'The card does not hold enough points' },
  'program-inactive': { status: 422, retry: false, title: 'The programme gives no points any more' },
  'qr-expired': { status: 422, retry: false, title: 'The code is too old' },
  'payment-mismatch': { status: 422, retry: false, title: 'Amount or currency is not what was expected' },
  'payment-not-refundable': { status: 422, retry: false, title: 'Such a payment cannot be refunded by hand' },
  'refund-too-large': { status: 422, retry: false, title: 'The payment has less left than that' },
  'provider-not-configured': { status: 422, retry: false, title: 'The provider is not set up' },
  'provider-refused': { status: 422, retry: false, title: 'The provider does not take the payment' },
  'nothing-to-decide': { status: 422, retry: false, title: 'The notification asks for no decision' },
  'not-reversible': { status: 422, retry: false, title: 'Such a transaction cannot be reversed' },
  'idempotency-key-reused': { status: 422, retry: false, title: 'The key belongs to another request' },
  'precondition-required': { status: 428, retry: false, title: 'Say which version is to be changed' },
  'rate-limited': { status: 429, retry: true, title: 'Too many requests' },
  'internal-error': { status: 500, retry: true, title: 'Something went wrong here' },
  'provider-unavailable': { status: 502, retry: false, title: 'The payment provider does not answer' },
  'secrets-key-missing': { status: 503, retry: false, title: 'This server cannot keep secrets' },
  'code-not-sent': { status: 503, retry: true, title: 'The code could not be sent' },
  overloaded: { status: 503, retry: true, title: 'More work is waiting than can be done in time' },
  'database-unavailable': { status: 503, retry: true, title: 'The database does not answer' },
} as const satisfies Record<string, { status: number; retry: boolean; title: string }>

export type ErrorCode = keyof typeof errorCodes

/**
 * A refusal with a code. `detail` is one sentence for the person at the screen: what was wrong, what was found, what is
 * allowed; no secrets, nothing of other tenants. `extra` holds members that programs read, such as `available`.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: ErrorCode
  readonly extra: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, detail: string, extra: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(detail, { cause })
    this.code = code
    this.extra = extra
  }
}
