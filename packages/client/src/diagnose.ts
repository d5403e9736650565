import { formatCursor, parseCursor, type Cursor } from '@loyalty-live/events/plain'
import type { Clock } from './clock.ts'
import { asClientError, LoyaltyClientError } from './errors.ts'
import { isAhead } from './is-ahead.ts'
import { readMessage } from './messages.ts'
import type { ReadPage } from './pages.ts'
import type { CreateSocket, RealtimeSocket, SocketOptions } from './socket.ts'
import { withLimit } from './time-limit.ts'
import type { Tokens } from './tokens.ts'

export type ChannelName = 'token' | 'rest' | 'catch-up' | 'socket' | 'room' | 'broadcast' | 'poll'

/** What one channel did when it was tried. */
export type ChannelReport = {
  readonly name: ChannelName
  readonly ok: boolean
  /** How long it took, in milliseconds; until it failed, when it did. */
  readonly ms: number
  /** For people: what was found, or what went wrong. */
  readonly detail: string
}

export type DiagnoseOptions = {
  readonly clock: Clock
  readonly tokens: Tokens
  /** Null for a customer, who has no stream to read. */
  readonly readPage: ReadPage | null
  /** Opens a socket of its own: what other tabs hear says nothing about this one. */
  readonly createSocket: CreateSocket
  readonly url: string
  readonly transports: SocketOptions['transports']
  readonly cursor: () => string | null
  /** The client's own poll, from beginning to end. */
  readonly poll: () => Promise<void>
}

/** A beat comes every 5 s: this allows for one and a half. */
const BROADCAST_LIMIT_MS = 8_000
const CHANNEL_LIMIT_MS = 5_000

/**
 * Tries every channel, end to end, whatever the status says: a token, the API, a catch-up from the client's position, a new
 * socket, its room, something that is broadcast to it, a poll. Changes nothing but what a poll changes. Never rejects, and
 * ends within 30 s.
 */
export async function diagnose(options: DiagnoseOptions): Promise<readonly ChannelReport[]> {
  const { clock, tokens, readPage } = options

  /** Runs one check within its limit, and makes a report of whatever comes of it. */
  async function check(name: ChannelName, run: (signal: AbortSignal) => Promise<string>, limitMs = CHANNEL_LIMIT_MS) {
    const beganMs = clock.now()
    const report = (ok: boolean, detail: string): ChannelReport => {
      // The clock may have been set back meanwhile.
      return { name, ok, ms: Math.max(0, clock.now() - beganMs), detail }
    }
    try {
      return report(true, await withLimit({ clock, limitMs, what: name }, run))
    } catch (thrown) {
      const { code, serverCode, message } = asClientError(thrown, 'bad-answer')
      return report(false, `${serverCode ?? code}: ${message}`)
    }
  }

  const token = await check('token', async () => {
    await tokens.current()
    return 'a token was given'
  })
  let apiHead: Cursor | null = null
  const rest = check('rest', async (signal) => {
    if (readPage === null) return 'a customer reads snapshots; see poll'
    const page = await readPage(null, signal)
    if (page === 'unchanged') return 'nothing has changed'
    apiHead = page.head
    return `the API stands at ${formatCursor(page.head)}`
  })
  const catchUp = check('catch-up', async (signal) => {
    const position = options.cursor()
    if (readPage === null || position === null) return 'no position yet'
    const page = await readPage(parseCursor(position), signal)
    if (page === 'unchanged') return `nothing after ${position}`
    if (page.reset) throw new LoyaltyClientError('bad-answer', `the stream cannot be continued from ${position}`)
    return `${page.events.length} events after ${position}`
  })
  const poll = check('poll', async () => {
    await options.poll()
    return 'nothing is missing'
  })
  const probe = rest.then(() => probeSocket(options, check, apiHead))
  return [token, await rest, await catchUp, ...(await probe), await poll]
}

type Check = (
  name: ChannelName,
  run: (signal: AbortSignal) => Promise<string>,
  limitMs?: number,
) => Promise<ChannelReport>

/** Socket, room and broadcast are one after the other: each begins with what the one before it brought. */
async function probeSocket(options: DiagnoseOptions, check: Check, apiHead: Cursor | null): Promise<ChannelReport[]> {
  const first = createStage<void>()
  const ready = createStage<Cursor | null>()
  const told = createStage<string>()
  const stages = [first, ready, told]
  let socket: RealtimeSocket | null = null
  let behind: string | null = null

  /** A beat goes the way of every event. One that is behind the API may only be early; so is the next one, when events are lost. */
  function hearBeat(head: Cursor | null): void {
    if (head === null) told.resolve('a beat came')
    else if (apiHead === null || !isAhead(apiHead, head)) told.resolve(`a beat came, at ${formatCursor(head)}`)
    else behind = `the realtime server stands at ${formatCursor(head)}, the API at ${formatCursor(apiHead)}`
  }

  const opened = await check('socket', async () => {
    const { token } = await options.tokens.current()
    const cursor = apiHead && formatCursor(apiHead)
    socket = options.createSocket(
      { url: options.url, auth: { token, cursor }, transports: options.transports, cursor: () => cursor },
      {
        message(name, payload) {
          first.resolve()
          const message = readMessage(name, payload)
          if (message.kind === 'ready') ready.resolve(message.head)
          else if (message.kind === 'head') hearBeat(message.head)
          else if (message.kind === 'event') told.resolve(`event ${message.event.epoch}:${message.event.seq} came`)
        },
        ended(end) {
          const why =
            end.kind === 'lost'
              ? new LoyaltyClientError('socket-closed', end.detail)
              : new LoyaltyClientError('socket-refused', end.error.detail, { serverCode: end.error.code })
          for (const stage of stages) stage.reject(why)
        },
      },
    )
    await first.promise
    return 'the server took our token'
  })
  if (!opened.ok) {
    ;(socket as RealtimeSocket | null)?.close()
    return [opened, notTried('room'), notTried('broadcast')]
  }
  const room = await check('room', async () => {
    const head = await ready.promise
    return head === null ? 'let in; the server has no position for us' : `let in at ${formatCursor(head)}`
  })
  const heard = await check('broadcast', () => told.promise, BROADCAST_LIMIT_MS)
  ;(socket as RealtimeSocket | null)?.close()
  return [opened, room, heard.ok || behind === null ? heard : { ...heard, detail: behind }]
}

type Stage<T> = { readonly promise: Promise<T>; resolve(value: T): void; reject(why: LoyaltyClientError): void }

function createStage<T>(): Stage<T> {
  let settle: Omit<Stage<T>, 'promise'>
  const promise = new Promise<T>((resolve, reject) => (settle = { resolve, reject }))
  // A stage that nobody waits for any more must not be an unhandled rejection.
  promise.catch(() => {})
  return { promise, ...settle! }
}

const notTried = (name: ChannelName): ChannelReport => ({ name, ok: false, ms: 0, detail: 'there is no socket' })
