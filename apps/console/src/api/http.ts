/** How long an answer may take; a till that waits longer asks again under the same key. */
const ANSWER_MAX_MS = 15_000

/** The API said no, in its own words (RFC 9457). */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly code: string
  /** The whole problem document: some codes add members, such as `current` or `available`. */
  readonly problem: Readonly<Record<string, unknown>>

  constructor(status: number, problem: Readonly<Record<string, unknown>>) {
    super(typeof problem['detail'] === 'string' ? problem['detail'] : `the API answered ${status}`)
    this.status = status
    this.code = typeof problem['code'] === 'string' ? problem['code'] : 'unknown'
    this.problem = problem
  }
}

/** Nobody knows what became of the request: no answer came, or one that says nothing about it. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  /** What a server did say, 429 or 5xx; null when nothing came that is of the API. */
  readonly status: number | null
  /** How long it asks to be left alone; null when it does not say. */
  readonly retryAfterSeconds: number | null

  constructor(message: string, { cause, status, retryAfterSeconds }: NoAnswerFacts = {}) {
    super(message, { cause })
    this.status = status ?? null
    this.retryAfterSeconds = retryAfterSeconds ?? null
  }
}

type NoAnswerFacts = {
  readonly cause?: unknown
  readonly status?: number
  readonly retryAfterSeconds?: number | null
}

export type RequestOptions = {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly token?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
}

/**
 * One request, one answer.
 *
 * @throws Refusal when the API refused; NoAnswer when it cannot be known whether the request was carried out
 */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const { method = 'GET', token, body, headers, signal } = options
  let response: Response
  let text: string
  try {
    response = await fetch(path, {
      method,
      cache: 'no-store',
      headers: {
        accept: 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([AbortSignal.timeout(ANSWER_MAX_MS), ...(signal ? [signal] : [])]),
    })
    text = await response.text()
  } catch (error) {
    signal?.throwIfAborted()
    throw new NoAnswer('the server did not answer', { cause: error })
  }
  // 429 and 5xx: the server could not say yes or no. The same request may be sent again, under the same key.
  if (response.status === 429 || response.status >= 500) {
    const { status, headers: said } = response
    const retryAfterSeconds = Number(said.get('retry-after')) || null
    throw new NoAnswer(`the server answered ${status}`, { cause: parse(text), status, retryAfterSeconds })
  }
  if (!response.ok) throw new Refusal(response.status, parse(text))
  return parse(text) as T
}

/** A proxy on the way may answer with a page of its own: that is no answer of the API. */
function parse(text: string): Readonly<Record<string, unknown>> {
  if (text === '') return {}
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch (error) {
    throw new NoAnswer('what answered was not the API', { cause: error })
  }
}
