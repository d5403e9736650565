import { LoyaltyClientError } from '@loyalty-live/client'
import { request, requestFile, NoAnswer, Refusal, type RequestOptions } from '../api/http.ts'
import type { Session, User } from '../api/shapes.ts'

export type Credentials =
  | { readonly kind: 'staff'; readonly tenant: string; readonly email: string; readonly password: string }
  | { readonly kind: 'terminal'; readonly key: string }

export type CustomerCredentials = {
  readonly kind: 'customer'
  readonly phone: string
  readonly code: string
  /** Of somebody who is new. */
  readonly name?: string
}

/** Where a refresh token survives a reload; `sessionStorage` has the shape. Nothing else is ever written to it. */
export type TokenShelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

export type SessionOptions = {
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Where on the shelf: customers and staff sign in beside each other, on one origin. */
  readonly shelfKey?: string
  /** Runs a refresh while no other tab does; for a shelf that tabs share. Default: it is not shared. */
  readonly inTurn?: <T>(refresh: () => Promise<T>) => Promise<T>
}

/** Who is signed in on this page. The access token lives in memory only. */
export type SessionKeeper<Who extends Identity = User, How extends AnyCredentials = Credentials> = {
  readonly user: Who | null
  /** Calls `listener` whenever `user` has become another; the answer ends that. */
  subscribe(listener: () => void): () => void
  signIn(credentials: How): Promise<Who>
  /** Takes up the session that was there before a reload. Null: nobody is signed in. Rejects with NoAnswer. */
  restore(): Promise<Who | null>
  /** An access token that still counts for a while. */
  token(): Promise<string>
  /** Another access token, in place of one that was refused or is about to end. */
  refresh(): Promise<string>
  /** Asks the API as this user; a token that was refused is replaced once. */
  ask<T>(path: string, options?: Omit<RequestOptions, 'token'>): Promise<T>
  /** The same, for a file. */
  askFile(path: string): Promise<Blob>
  signOut(): Promise<void>
  /** Forgets who is signed in: they have signed out in another tab. */
  forget(): void
}

type Identity = { readonly id: string }
type AnyCredentials = Credentials | CustomerCredentials

const SIGN_IN_PATHS: Record<AnyCredentials['kind'], string> = {
  staff: '/api/auth/login',
  terminal: '/api/auth/terminal',
  customer: '/api/auth/customer/verify',
}
/** A token that ends sooner than this is replaced before it is used. */
const SPARE_MS = 20_000

/** Keeps the session of one page. */
export function createSessionKeeper<Who extends Identity = User, How extends AnyCredentials = Credentials>(
  shelf: TokenShelf,
  { now = Date.now, shelfKey = 'console.refresh-token', inTurn = (refresh) => refresh() }: SessionOptions = {},
): SessionKeeper<Who, How> {
  const listeners = new Set<() => void>()
  let session: Session<Who> | null = null
  let refreshing: Promise<Session<Who>> | null = null

  function keep(next: Session<Who> | null): void {
    const changed = next?.user.id !== session?.user.id
    session = next
    if (next) shelf.setItem(shelfKey, next.refreshToken)
    else shelf.removeItem(shelfKey)
    if (changed) for (const listener of listeners) listener()
  }

  /** One at a time: a refresh token is for one use, and socket, polls and screens find out together that theirs has ended. */
  function continueSession(): Promise<Session<Who>> {
    refreshing ??= inTurn(askForNext).finally(() => {
      refreshing = null
    })
    return refreshing
  }

  async function askForNext(): Promise<Session<Who>> {
    // Of the shelf, not of this page: another tab may have used up the one that is known here.
    const refreshToken = shelf.getItem(shelfKey)
    if (refreshToken === null) {
      keep(null)
      throw signedOut()
    }
    try {
      const next = await request<Session<Who>>('/api/auth/refresh', { method: 'POST', body: { refreshToken } })
      // Signed out while the answer was on its way, and perhaps in again: then that counts.
      if (shelf.getItem(shelfKey) !== refreshToken) return await askForNext()
      keep(next)
      return next
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      keep(null)
      throw signedOut()
    }
  }

  async function current(): Promise<Session<Who>> {
    const lasts = session !== null && Date.parse(session.expiresAt) - now() > SPARE_MS
    return lasts ? session! : continueSession()
  }

  async function withToken<T>(send: (token: string) => Promise<T>): Promise<T> {
    const { token } = await current()
    try {
      return await send(token)
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 401) throw error
      // Another caller may have replaced it in the meantime.
      const next = session !== null && session.token !== token ? session : await continueSession()
      return send(next.token)
    }
  }

  return {
    get user() {
      return session?.user ?? null
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async signIn(credentials) {
      const { kind, ...body } = credentials
      const next = await request<Session<Who>>(SIGN_IN_PATHS[kind], { method: 'POST', body })
      keep(next)
      return next.user
    },
    async restore() {
      if (session) return session.user
      if (shelf.getItem(shelfKey) === null) return null
      return continueSession().then(
        (next) => next.user,
        (error: unknown) => {
          if (error instanceof NoAnswer) throw error
          return null
        },
      )
    },
    token: async () => (await current()).token,
    refresh: async () => (await continueSession()).token,
    ask: (path, options = {}) => withToken((token) => request(path, { ...options, token })),
    askFile: (path) => withToken((token) => requestFile(path, { token })),
    async signOut() {
      const refreshToken = shelf.getItem(shelfKey)
      keep(null)
      if (refreshToken === null) return
      await request('/api/auth/logout', { method: 'POST', body: { refreshToken } }).catch(() => undefined) // it ends by itself
    },
    forget: () => keep(null),
  }
}

/** In the SDK's own words, so that it stops asking. */
const signedOut = () => new LoyaltyClientError('unauthorized', 'nobody is signed in any more')
