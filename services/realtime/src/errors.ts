/**
 * Every way in which the HTTP side says no. `retry`: may the same request, unchanged, succeed later? README.md lists
 * the same codes, and a test compares the two. Refusals of sockets have their own table, `connectErrors` in the
 * contract.
 */
export const errorCodes = {
  'invalid-event': { status: 400, retry: false, title: 'An event is not as it should be; nothing was sent' },
  'invalid-request': { status: 400, retry: false, title: 'The request is not as it should be' },
  'malformed-json': { status: 400, retry: false, title: 'The body is not JSON' },
  'signature-missing': { status: 401, retry: false, title: 'The request is not signed' },
  'signature-invalid': { status: 401, retry: false, title: 'The signature does not fit' },
  'timestamp-stale': { status: 401, retry: false, title: 'The request was signed too long ago, or ahead of time' },
  'route-not-found': { status: 404, retry: false, title: 'There is nothing here' },
  'method-not-allowed': { status: 405, retry: false, title: 'This route does not take that method' },
  'body-too-large': { status: 413, retry: false, title: 'The body is too large' },
  'media-type-not-supported': { status: 415, retry: false, title: 'The body must be application/json' },
  'internal-error': { status: 500, retry: true, title: 'Something went wrong here' },
  overloaded: { status: 503, retry: true, title: 'More is being sent than can be taken in' },
} as const satisfies Record<string, { status: number; retry: boolean; title: string }>

export type ErrorCode = keyof typeof errorCodes

/** One field that was wrong: where, such as `[3].data.newBalance`, and why. */
export type FieldFault = { readonly field: string; readonly message: string }

/** A refusal with a code. `detail` says what was wrong, what was found and what is allowed; never a secret. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly code: ErrorCode
  readonly faults: readonly FieldFault[]

  constructor(code: ErrorCode, detail: string, faults: readonly FieldFault[] = []) {
    super(detail)
    this.code = code
    this.faults = faults
  }
}

/** What is answered when this is thrown. A fault that has no code is one of this server. */
export function statusOf(error: unknown): number {
  return errorCodes[error instanceof RequestError ? error.code : 'internal-error'].status
}

/** The body of a refusal, `application/problem+json` (RFC 9457). */
export function problemDocument(error: RequestError): Record<string, unknown> {
  const { status, title } = errorCodes[error.code]
  return {
    type: `urn:loyalty-live:error:${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    ...(error.faults.length > 0 ? { errors: error.faults } : {}),
  }
}

/** Writes a zod path as people read it: `[3].data.newBalance`. */
export function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`
    return name === '' ? String(part) : `${name}.${String(part)}`
  }, '')
}
