import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { ApiError } from '../errors.ts'

const ATTEMPTS = 3
const PAUSE_MS = 200
const ANSWER_BYTES_MAX = 256 * 1024

type ProviderRequest = {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Whether asking twice does no more than asking once. If not, it is sent again only when it cannot have arrived. */
  readonly repeatable: boolean
}

/** `json` is null when the answer was none. */
export type ProviderAnswer = { readonly status: number; readonly json: unknown }

export type ProviderHttp = {
  /** @throws ApiError provider-unavailable when nobody answered, or too late, or with a fault of their own and no reason */
  send(asked: ProviderRequest): Promise<ProviderAnswer>
  close(): Promise<void>
}

export type ProviderHttpOptions = {
  /** For each attempt. */
  readonly timeoutMs: number
  /** Told of each attempt: whether there was an answer, and how long it took to know. */
  readonly onAttempt?: (outcome: 'answered' | 'unanswered', seconds: number) => void
  readonly random?: () => number
}

/** Requests to providers: each attempt has a time limit, what may be repeated is, after a full-jitter pause. */
export function createProviderHttp(options: ProviderHttpOptions): ProviderHttp {
  const { timeoutMs, onAttempt = () => undefined, random = Math.random } = options
  const agent = new Agent({ connect: { timeout: timeoutMs }, maxResponseSize: ANSWER_BYTES_MAX, connections: 8 })

  async function attempt({ method, url, headers, body }: ProviderRequest): Promise<ProviderAnswer> {
    const answer = await request(url, {
      method,
      dispatcher: agent,
      headers: { accept: 'application/json', ...(body === undefined ? {} : JSON_BODY), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    return { status: answer.statusCode, json: parse(await answer.body.text()) }
  }

  return {
    async send(asked) {
      for (let made = 1; ; made++) {
        const since = performance.now()
        const result = await attempt(asked).catch((error: unknown) => error as Error & { code?: string })
        // A fault with a reason is an answer; one without may be a proxy's, which knows nothing of the payment.
        const isAnswer = !(result instanceof Error) && (result.status < 500 || result.json !== null)
        onAttempt(isAnswer ? 'answered' : 'unanswered', (performance.now() - since) / 1000)
        if (isAnswer) return result
        const mayRepeat = asked.repeatable || (result instanceof Error && NEVER_SENT.has(result.code ?? ''))
        if (made === ATTEMPTS || !mayRepeat) throw unavailable(result)
        await sleep(random() * PAUSE_MS * 2 ** made)
      }
    },
    close: () => agent.destroy(),
  }
}

const JSON_BODY = { 'content-type': 'application/json' }

/** The connection was never made. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT'])

function unavailable(result: ProviderAnswer | Error): ApiError {
  const what = result instanceof Error ? 'did not answer' : `answered ${result.status}`
  return new ApiError(
    'provider-unavailable',
    `the payment provider ${what}`,
    {},
    result instanceof Error ? result : undefined,
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
