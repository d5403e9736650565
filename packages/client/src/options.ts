import { parseCursor, type Cursor } from '@loyalty-live/events/plain'
import type { Backoff, Random } from './backoff.ts'
import { systemClock, type Clock } from './clock.ts'
import type { LoyaltyClientError } from './errors.ts'
import type { Fetch } from './http.ts'
import { createSocket, type CreateSocket, type SocketOptions } from './socket.ts'
import { findTabLinks, shareAcrossTabs } from './tabs.ts'
import type { GetToken } from './tokens.ts'

export type LoyaltyClientOptions = {
  /** Where the API is, such as `https://shop.example`; `/api/events` is added to it. */
  readonly apiUrl: string
  /** Where the realtime server is, such as `https://live.shop.example`; `/socket.io` is added to it. */
  readonly realtimeUrl: string
  /**
   * Gives a token: the `first` one, or another because that one has `expired` (or was refused, or is about to expire).
   * Rejecting means "not now", and is tried again; reject with `new LoyaltyClientError('unauthorized', …)` when nobody is
   * signed in any more. Limit 15 s.
   */
  readonly getToken: GetToken
  /** Position of the snapshot that the application has loaded, `epoch:seq`. Default: start where the stream stands now. */
  readonly cursor?: string | undefined
  /**
   * For a customer, who has no position on any one stream: reads again everything that is shown. Called after each
   * connection and at each poll, in place of `GET /api/events`; must reject when it could not. Limit 30 s.
   */
  readonly takeSnapshots?: (() => Promise<void>) | undefined
  /**
   * Between polls while there is no live socket, in milliseconds, ± 20 %. Default 15,000. A customer's socket does not tell of
   * everything that concerns them: their snapshots are read while it is live as well, at four times this.
   */
  readonly pollIntervalMs?: number | undefined
  /** Delay before a reconnection: between 0 and a ceiling that doubles from `baseMs` to `capMs`. Default 1,000 and 8,000. */
  readonly reconnect?: Partial<Backoff> | undefined
  /** Default `['websocket']`, which needs no sticky sessions. */
  readonly transports?: SocketOptions['transports'] | undefined
  /**
   * One socket for all tabs of the browser that are signed in as the same user of the same tenant at the same server. The
   * token has to be a JWT. Default: where there is a page, Web Locks and BroadcastChannel.
   */
  readonly shareSocket?: boolean | undefined
  /** Told of every failure, also of those that the client gets over by itself. */
  readonly onError?: ((error: LoyaltyClientError) => void) | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
  readonly fetch?: Fetch | undefined
  readonly createSocket?: CreateSocket | undefined
}

export type Settings = {
  readonly apiUrl: string
  readonly realtimeUrl: string
  readonly getToken: GetToken
  readonly cursor: Cursor | null
  readonly takeSnapshots: (() => Promise<void>) | null
  readonly pollIntervalMs: number
  readonly reconnect: Backoff
  readonly transports: SocketOptions['transports']
  readonly onError: (error: LoyaltyClientError) => void
  readonly clock: Clock
  readonly random: Random
  readonly fetch: Fetch
  readonly createSocket: CreateSocket
  /** The same, never shared with other tabs. */
  readonly createOwnSocket: CreateSocket
}

/** Fills in the defaults. Throws a TypeError that names the option when one is not usable. */
export function readOptions(options: LoyaltyClientOptions): Settings {
  return {
    apiUrl: readUrl('apiUrl', options.apiUrl),
    realtimeUrl: readUrl('realtimeUrl', options.realtimeUrl),
    getToken: options.getToken,
    cursor: options.cursor === undefined ? null : readCursor('cursor', options.cursor),
    takeSnapshots: options.takeSnapshots ?? null,
    pollIntervalMs: readDelay('pollIntervalMs', options.pollIntervalMs ?? 15_000),
    reconnect: {
      baseMs: readDelay('reconnect.baseMs', options.reconnect?.baseMs ?? 1_000),
      capMs: readDelay('reconnect.capMs', options.reconnect?.capMs ?? 8_000),
    },
    transports: options.transports ?? ['websocket'],
    onError: options.onError ?? (() => {}),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    // Called as a plain function: a browser's fetch refuses to be a method of anything else.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    createSocket: readCreateSocket(options),
    createOwnSocket: options.createSocket ?? createSocket,
  }
}

function readCreateSocket(options: LoyaltyClientOptions): CreateSocket {
  const own = options.createSocket ?? createSocket
  const links = (options.shareSocket ?? 'document' in globalThis) ? findTabLinks() : null
  return links === null ? own : shareAcrossTabs(own, links, options.clock ?? systemClock)
}

export function readCursor(name: string, text: string): Cursor {
  const cursor = parseCursor(text)
  if (cursor === null)
    throw new TypeError(`${name} must be a stream position such as 1:42, not ${JSON.stringify(text)}`)
  return cursor
}

function readUrl(name: string, text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) {
    throw new TypeError(`${name} must be an absolute http(s) URL, not ${JSON.stringify(text)}`)
  }
  return text
}

function readDelay(name: string, delayMs: number): number {
  if (!(delayMs > 0)) throw new TypeError(`${name} must be a number of milliseconds above 0, not ${delayMs}`)
  return delayMs
}
