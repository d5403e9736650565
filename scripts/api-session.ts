import type { ReadCode } from './codes/desk.ts'

/** Who signs in, and with what. */
export type Credentials =
  | { readonly kind: 'staff'; readonly tenant: string; readonly email: string; readonly password: string }
  | { readonly kind: 'terminal'; readonly key: string }
  /** `name`: whoever is not known yet becomes a customer under it. */
  | { readonly kind: 'customer'; readonly phone: string; readonly name: string; readonly readCode: ReadCode }

export type Answer = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Parsed, when it is JSON; `code` says why when the API refuses. */
  readonly body: Readonly<Record<string, unknown>>
}

export type Request = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Such as `/api/events`. */
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export type Session = {
  readonly user: { readonly id: string; readonly name: string; readonly role: string; readonly tenant?: string }
  /** A token that is good for another half a minute at least. `anew`: not the one that was given before. */
  token(anew?: boolean): Promise<string>
  /** Asks as whoever has signed in. @throws when no answer comes within ten seconds */
  ask(request: Request): Promise<Answer>
}

/** The API does not accept what was used to sign in; trying again does not help. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused'
}

const ANSWER_MAX_MS = 10_000
const REFRESH_AHEAD_MS = 30_000

type Tokens = { token: string; expiresAt: number; refreshToken: string }

/**
 * Signs in, and stays so: tokens are renewed before they expire, and when the API no longer knows the refresh token (its
 * database was made anew), by signing in again.
 *
 * @throws SignInRefused, or whatever keeps the API from being reached
 */
export async function signIn(apiUrl: string, credentials: Credentials): Promise<Session> {
  const first = await openSession(apiUrl, credentials)
  let tokens = first.tokens
  let renewing: Promise<Tokens> | null = null

  async function renew(): Promise<Tokens> {
    const { refreshToken } = tokens
    const answer = await ask(apiUrl, { method: 'POST', path: '/api/auth/refresh', body: { refreshToken } })
    if (answer.status === 200) return tokensOf(answer)
    if (answer.status !== 401) throw new Error(`the token could not be renewed: ${reasonOf(answer)}`)
    return (await openSession(apiUrl, credentials)).tokens
  }

  async function token(anew = false): Promise<string> {
    if (!anew && tokens.expiresAt - Date.now() > REFRESH_AHEAD_MS) return tokens.token
    // One at a time: a refresh token is for one use.
    renewing ??= renew().finally(() => (renewing = null))
    tokens = await renewing
    return tokens.token
  }

  return {
    user: first.user,
    token,
    async ask(request) {
      const answer = await ask(apiUrl, request, await token())
      // The clocks of the two machines may differ.
      return answer.status === 401 && answer.body['code'] === 'token-expired'
        ? ask(apiUrl, request, await token(true))
        : answer
    },
  }
}

/** Why the API said no, in its own words. */
export function reasonOf({ status, body, text }: Answer): string {
  const { code = '', detail = text.slice(0, 200) } = body as { code?: string; detail?: string }
  return `${status} ${code} ${detail}`
}

async function openSession(
  apiUrl: string,
  credentials: Credentials,
): Promise<{ user: Session['user']; tokens: Tokens }> {
  const answer = await prove(apiUrl, credentials)
  const who = nameOf(credentials)
  if ([400, 401, 404].includes(answer.status)) throw new SignInRefused(`${who} cannot sign in: ${reasonOf(answer)}`)
  if (answer.status !== 200) throw new Error(`sign-in of ${who} failed: ${reasonOf(answer)}`)
  return { user: answer.body['user'] as Session['user'], tokens: tokensOf(answer) }
}

async function prove(apiUrl: string, credentials: Credentials): Promise<Answer> {
  const post = (path: string, body: object) => ask(apiUrl, { method: 'POST', path: `/api/auth/${path}`, body })
  switch (credentials.kind) {
    case 'staff': {
      const { tenant, email, password } = credentials
      return post('login', { tenant, email, password })
    }
    case 'terminal':
      return post('terminal', { key: credentials.key })
    case 'customer': {
      const { phone, name, readCode } = credentials
      const sent = await post('customer/code', { phone })
      return sent.status === 202 ? post('customer/verify', { phone, name, code: readCode(phone) }) : sent
    }
    default:
      return credentials satisfies never
  }
}

function nameOf(credentials: Credentials): string {
  switch (credentials.kind) {
    case 'staff':
      return `${credentials.email} of ${credentials.tenant}`
    case 'terminal':
      return 'the terminal'
    case 'customer':
      return credentials.phone
    default:
      return credentials satisfies never
  }
}

function tokensOf({ body }: Answer): Tokens {
  const { token, expiresAt, refreshToken } = body as { token: string; expiresAt: string; refreshToken: string }
  return { token, expiresAt: Date.parse(expiresAt), refreshToken }
}

/** Asks the API once, as nobody unless there is a token. @throws when no answer comes within ten seconds */
export async function ask(apiUrl: string, { method, path, body, headers }: Request, token?: string): Promise<Answer> {
  const response = await fetch(new URL(path, apiUrl), {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(ANSWER_MAX_MS),
  }).catch((error: Error & { cause?: { code?: string; message?: string } }) => {
    const { code, message } = error.cause ?? {}
    throw new Error(`${apiUrl} does not answer: ${message || code || error.message}`, { cause: error })
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') ?? false
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : {} }
}
