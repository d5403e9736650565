/** Every way in which the SDK says no. `retry`: it tries again by itself; nothing has to be done. README.md lists the same codes. */
export const clientErrors = {
  'network-failed': { retry: true, meaning: 'The server could not be reached.' },
  'timed-out': { retry: true, meaning: 'The answer took longer than its limit.' },
  'api-unavailable': { retry: true, meaning: 'The API cannot answer right now (429 or 5xx); Retry-After is honoured.' },
  'api-refused': { retry: true, meaning: 'The API refused the request; the detail is its own.' },
  'bad-answer': { retry: true, meaning: 'The API answered something that is not of the contract.' },
  'socket-refused': { retry: true, meaning: 'The realtime server refused the socket for now; serverCode says why.' },
  'socket-closed': { retry: true, meaning: 'The socket ended.' },
  'socket-silent': { retry: true, meaning: 'The socket is up, but nothing came through it for too long.' },
  'bad-message': {
    retry: true,
    meaning: 'The realtime server sent something that is not of the contract; it was ignored.',
  },
  'bad-event': { retry: true, meaning: 'An event does not fit its schema; it went to the handlers of `unknown`.' },
  'handler-failed': { retry: true, meaning: 'A handler of the application threw; the stream goes on.' },
  'snapshots-failed': { retry: true, meaning: 'takeSnapshots of the application failed.' },
  'token-unavailable': { retry: true, meaning: 'getToken failed, or took longer than its limit.' },
  unauthorized: { retry: false, meaning: 'The token was refused, and a fresh one too: sign in, then start again.' },
  stopped: { retry: false, meaning: 'The client is not running.' },
} as const satisfies Record<string, { retry: boolean; meaning: string }>

export type ClientErrorCode = keyof typeof clientErrors

/** Said apart from the table, so that an application that does not read its words need not load them. */
const FINAL: readonly ClientErrorCode[] = ['unauthorized', 'stopped']

/** What a failure adds to its code. */
export type ErrorFacts = {
  /** The code that the server itself gave, such as `token-revoked`; null when it gave none. */
  readonly serverCode?: string | null
  /** HTTP status, when the API answered. */
  readonly httpStatus?: number | null
  /** How long the server asks to be left alone. */
  readonly retryAfterMs?: number
  readonly cause?: unknown
}

/** A failure with a stable `code`; the message is for people and may change. */
export class LoyaltyClientError extends Error {
  override readonly name = 'LoyaltyClientError'
  readonly code: ClientErrorCode
  readonly retry: boolean
  readonly serverCode: string | null
  readonly httpStatus: number | null
  readonly retryAfterMs: number

  constructor(code: ClientErrorCode, detail: string, facts: ErrorFacts = {}) {
    super(detail, { cause: facts.cause })
    this.code = code
    this.retry = !FINAL.includes(code)
    this.serverCode = facts.serverCode ?? null
    this.httpStatus = facts.httpStatus ?? null
    this.retryAfterMs = facts.retryAfterMs ?? 0
  }
}

/** Gives whatever was thrown a code; what has one keeps it. */
export function asClientError(thrown: unknown, code: ClientErrorCode): LoyaltyClientError {
  if (thrown instanceof LoyaltyClientError) return thrown
  return new LoyaltyClientError(code, thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown })
}
