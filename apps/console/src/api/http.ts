/** How long an answer may take; a till that waits longer asks again under the same key. */
const ANSWER_MAX_MS = 15_000
/** A year of payments takes its time on a slow line. */
const FILE_MAX_MS = 120_000

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
  const text = await exchange(path, options, ANSWER_MAX_MS, (response) => response.text())
  return parse(text) as T
}

/**
 * A file to be kept, whatever is in it.
 *
 * @throws as `request`
 */
export async function requestFile(path: string, options: RequestOptions = {}): Promise<Blob> {
  return exchange(path, options, FILE_MAX_MS, (response) => response.blob())
}

async function exchange<Body>(
  path: string,
  options: RequestOptions,
  limitMs: number,
  read: (response: Response) => Promise<Body>,
): Promise<Body> {
  const { method = 'GET', token, body, headers, signal } = options
  let refused: { readonly status: number; readonly text: string; readonly retryAfterSeconds: number | null }
  try {
    const response = await fetch(path, {
      method,
      cache: 'no-store',
      headers: {
        accept: 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([AbortSignal.timeout(limitMs), ...(signal ? [signal] : [])]),
    })
    if (response.ok) return await read(response)
    const retryAfterSeconds = Number(response.headers.get('retry-after')) || null
    refused = { status: response.status, text: await response.text(), retryAfterSeconds }
  } catch (error) {
    signal?.throwIfAborted()
    throw new NoAnswer('the server did not answer', { cause: error })
  }
  const { status, text } = refused
  // 429 and 5xx: the server could not say yes or no. The same request may be sent again, under the same key.
  if (status === 429 || status >= 500) {
    const { retryAfterSeconds } = refused
    throw new NoAnswer(`the server answered ${status}`, { cause: parse(text), status, retryAfterSeconds })
  }
  throw new Refusal(status, parse(text))
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
