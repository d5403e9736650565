import type { Clock } from './clock.ts'
import { asClientError, LoyaltyClientError } from './errors.ts'
import { withLimit } from './time-limit.ts'
import type { Tokens } from './tokens.ts'

export type HttpRequest = {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** An answer that says yes: 2xx, or 304. `body` is the parsed JSON, null when there is none. */
export type HttpAnswer = { readonly status: number; readonly etag: string | null; readonly body: unknown }

export type Http = {
  /**
   * Asks the API, as the signed-in user, within 10 s. `path` starts with a slash. A 401 is answered with one fresh token and
   * one repetition, so whatever is sent must bear repeating (an Idempotency-Key sees to that). Rejects with
   * `network-failed`, `timed-out`, `api-unavailable`, `api-refused`, `bad-answer`, `token-unavailable`, `unauthorized` or `stopped`.
   */
  request(path: string, request?: HttpRequest): Promise<HttpAnswer>
}

export type Fetch = typeof globalThis.fetch

const ANSWER_LIMIT_MS = 10_000
/** A server that asks for more than this is asked again anyway. */
const RETRY_AFTER_MAX_MS = 5 * 60_000

export function createHttp(options: { apiUrl: string; fetch: Fetch; tokens: Tokens; clock: Clock }): Http {
  const { fetch, tokens, clock } = options
  const base = options.apiUrl.replace(/\/+$/, '')

  async function send(path: string, token: string, { method, headers, body, signal }: HttpRequest): Promise<Reply> {
    const init: RequestInit = {
      method: method ?? 'GET',
      // Loyalty figures are never kept by a browser (a 304 still reaches us: the If-None-Match is ours).
      cache: 'no-store',
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
        authorization: `Bearer ${token}`,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }
    const limit = { clock, limitMs: ANSWER_LIMIT_MS, what: `${init.method} ${path}`, signal }
    try {
      return await withLimit(limit, async (inner) => {
        const response = await fetch(`${base}${path}`, { ...init, signal: inner })
        return { status: response.status, headers: response.headers, text: await response.text() }
      })
    } catch (thrown) {
      throw asClientError(thrown, 'network-failed')
    }
  }

  return {
    async request(path, request = {}) {
      // Ends: after a refusal the token is fresh, and tokens.replace gives no third one.
      for (;;) {
        const grant = await tokens.current()
        const reply = await send(path, grant.token, request)
        if (reply.status !== 401) return readReply(reply, path, clock)
        await tokens.replace(grant, readProblem(reply).code ?? 'token-invalid')
      }
    },
  }
}

type Reply = { readonly status: number; readonly headers: Headers; readonly text: string }

function readReply(reply: Reply, path: string, clock: Clock): HttpAnswer {
  const { status, headers, text } = reply
  if (status === 304 || (status >= 200 && status < 300)) {
    return { status, etag: headers.get('etag'), body: text === '' ? null : readJson(text, path) }
  }
  const problem = readProblem(reply)
  const unavailable = status === 429 || status >= 500
  throw new LoyaltyClientError(unavailable ? 'api-unavailable' : 'api-refused', `${status}: ${problem.detail}`, {
    httpStatus: status,
    serverCode: problem.code,
    retryAfterMs: unavailable ? readRetryAfterMs(headers.get('retry-after'), clock) : 0,
  })
}

function readJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new LoyaltyClientError('bad-answer', `the answer to ${path} is not JSON; is apiUrl the API?`, { cause })
  }
}

/** Code and detail of a problem+json body (RFC 9457). A proxy in between may answer in HTML: then there is no code. */
function readProblem({ status, text }: Reply): { code: string | null; detail: string } {
  try {
    const problem = JSON.parse(text) as { code?: unknown; detail?: unknown } | null
    return {
      code: typeof problem?.code === 'string' ? problem.code : null,
      detail: typeof problem?.detail === 'string' ? problem.detail : `the API answered ${status}`,
    }
  } catch {
    // Not JSON: the status says all there is.
    return { code: null, detail: `the API answered ${status}` }
  }
}

/** Retry-After in seconds or as a date (RFC 9110 §10.2.3); 0 when absent or unreadable. */
function readRetryAfterMs(header: string | null, clock: Clock): number {
  if (header === null) return 0
  const waitMs = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - clock.now()
  return Number.isNaN(waitMs) ? 0 : Math.min(Math.max(waitMs, 0), RETRY_AFTER_MAX_MS)
}
