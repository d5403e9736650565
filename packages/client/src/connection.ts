import { hopelessCodes, readRefreshTokenAnswer, type ConnectErrorCode } from '@loyalty-live/events/plain'
import { fullJitterMs, type Backoff, type Random } from './backoff.ts'
import type { Clock } from './clock.ts'
import { asClientError, LoyaltyClientError } from './errors.ts'
import { readMessage, type SocketMessage } from './messages.ts'
import { createSilenceWatch } from './silence.ts'
import type { CreateSocket, RealtimeSocket, SocketEnd, SocketOptions } from './socket.ts'
import { withLimit } from './time-limit.ts'
import type { Grant, Tokens } from './tokens.ts'

/**
 * Keeps one socket, for as long as it is open.
 *
 * | state   | means                                  | left by                                                       |
 * |---------|----------------------------------------|---------------------------------------------------------------|
 * | closed  | nobody wants a socket                  | open → asking                                                 |
 * | asking  | a token is on its way                  | token → joining; none → waiting; refused for good → closed    |
 * | joining | the socket opens                       | `ready` → joined; loss, silence → waiting; refusal → as below |
 * | joined  | messages come                          | loss, silence → waiting; token refused → asking for another   |
 * | waiting | back-off                               | its end → asking                                              |
 */
export type Connection = {
  open(): void
  /** Ends it at once; nothing is told any more until it is opened again. */
  close(): void
  /** Looks whether the socket has been silent for too long, without waiting for the timer to say so. */
  checkSilence(): void
  /** Sockets opened so far. */
  readonly attempts: number
}

export type ConnectionOptions = {
  readonly createSocket: CreateSocket
  readonly url: string
  readonly transports: SocketOptions['transports']
  readonly tokens: Tokens
  readonly clock: Clock
  readonly random: Random
  readonly backoff: Backoff
  /** Position to be recovered from, as `epoch:seq`. Asked at each attempt. */
  readonly cursor: () => string | null
  /** Every message that is of the contract, except those that only concern the connection. */
  readonly onMessage: (message: ConnectionMessage) => void
  /** There is no socket any more, or still none; another attempt follows by itself. */
  readonly onLost: (why: LoyaltyClientError) => void
  /** Refused for good: the connection is closed. */
  readonly onRefused: (why: LoyaltyClientError) => void
  /** Something went wrong that changes nothing. */
  readonly report: (error: LoyaltyClientError) => void
}

export type ConnectionMessage = Exclude<SocketMessage, { kind: 'token_expiring' | 'closing' | 'malformed' }>

/** Longest time without a word. The server beats every 5 s, so two beats may be lost or late. */
export const SILENCE_LIMIT_MS = 12_000
/** Fresh tokens over the socket come no faster than this, however short they live. */
const RENEWAL_SPACING_MS = 5_000
const ACKNOWLEDGEMENT_LIMIT_MS = 10_000

/** One attempt: a token, then a socket. */
type Attempt = {
  grant: Grant | null
  socket: RealtimeSocket | null
  joined: boolean
  /** Why the server said that it will close. */
  closing: ConnectErrorCode | null
  cancelRenewal: () => void
}

export function createConnection(options: ConnectionOptions): Connection {
  const { tokens, clock, random, backoff } = options
  /** The attempt that counts; whatever an earlier one still brings is dropped. */
  let current: Attempt | null = null
  let cancelWait: (() => void) | null = null
  let failures = 0
  let attempts = 0
  let renewedAtMs = -Infinity
  const silence = createSilenceWatch(clock, SILENCE_LIMIT_MS, () => {
    const why = `nothing was heard for more than ${SILENCE_LIMIT_MS} ms`
    if (current) lose(current, new LoyaltyClientError('socket-silent', why))
  })

  /** `replaced`: the grant that was refused, when this attempt is to come with another. */
  async function begin(replaced: Grant | null, serverCode = ''): Promise<void> {
    const mine: Attempt = { grant: null, socket: null, joined: false, closing: null, cancelRenewal: () => {} }
    current = mine
    cancelWait = null
    try {
      mine.grant = replaced ? await tokens.replace(replaced, serverCode) : await tokens.current()
    } catch (thrown) {
      if (current === mine) lose(mine, asClientError(thrown, 'token-unavailable'))
      return
    }
    if (current === mine) connect(mine, mine.grant)
  }

  function connect(mine: Attempt, { token }: Grant): void {
    attempts += 1
    const cursor = options.cursor()
    const auth = cursor === null ? { token } : { token, cursor }
    silence.start()
    mine.socket = options.createSocket(
      { url: options.url, auth, transports: options.transports, cursor: options.cursor },
      {
        message(name, payload) {
          if (current === mine && silence.heard()) receive(mine, readMessage(name, payload))
        },
        ended(end) {
          if (current === mine) finish(mine, end)
        },
      },
    )
  }

  function receive(mine: Attempt, message: SocketMessage): void {
    switch (message.kind) {
      case 'malformed':
        return options.report(new LoyaltyClientError('bad-message', message.detail))
      case 'token_expiring':
        return renewSoon(mine)
      case 'closing':
        mine.closing = message.code
        return
      case 'ready':
        mine.joined = true
        break
      case 'head':
        // The first beat after `ready`: this one lasts. A server that takes us in and drops us at once is still backed off.
        failures = 0
        break
      case 'event':
      case 'conflated':
        break
      default:
        return message satisfies never
    }
    options.onMessage(message)
  }

  function finish(mine: Attempt, end: SocketEnd): void {
    if (end.kind === 'refused') {
      const { code, detail, retry } = end.error
      const why = new LoyaltyClientError('socket-refused', detail, { serverCode: code })
      if (retry) lose(mine, why)
      else askAgain(mine, why, code)
      return
    }
    const why = new LoyaltyClientError('socket-closed', end.detail, { serverCode: mine.closing })
    if (mine.closing !== null && hopelessCodes.includes(mine.closing)) askAgain(mine, why, mine.closing)
    else lose(mine, why)
  }

  /** Tries again with another token, at once: what was refused is this one, and the server is well. */
  function askAgain(mine: Attempt, why: LoyaltyClientError, code: ConnectErrorCode): void {
    discard(mine)
    // A token that let us in has proved itself: what ended its socket came later.
    const refused = mine.grant && { ...mine.grant, fresh: mine.grant.fresh && !mine.joined }
    void begin(refused, code)
    options.onLost(why)
  }

  function lose(mine: Attempt, why: LoyaltyClientError): void {
    discard(mine)
    if (why.code === 'unauthorized') return options.onRefused(why)
    cancelWait = clock.after(fullJitterMs(failures++, backoff, random), () => void begin(null))
    options.onLost(why)
  }

  function discard(mine: Attempt): void {
    current = null
    silence.stop()
    mine.cancelRenewal()
    mine.socket?.close()
  }

  function renewSoon(mine: Attempt): void {
    const delayMs = Math.min(Math.max(0, renewedAtMs + RENEWAL_SPACING_MS - clock.now()), RENEWAL_SPACING_MS)
    mine.cancelRenewal()
    mine.cancelRenewal = clock.after(delayMs, () => void renew(mine))
  }

  /** Gives the server a fresh token before the old one ends; goes on trying until it takes one or closes the socket. */
  async function renew(mine: Attempt): Promise<void> {
    renewedAtMs = clock.now()
    try {
      const grant = await tokens.renew()
      const limit = { clock, limitMs: ACKNOWLEDGEMENT_LIMIT_MS, what: 'refresh_token' }
      if (current !== mine || mine.socket === null) return
      const { socket } = mine
      const answer = readRefreshTokenAnswer(await withLimit(limit, () => socket.refreshToken(grant.token)))
      if (!answer.ok) throw new LoyaltyClientError('bad-message', `refresh_token: ${answer.fault}`)
      if (!answer.value.ok) {
        const { code, detail } = answer.value
        throw new LoyaltyClientError('socket-refused', `refresh_token: ${detail}`, { serverCode: code })
      }
      mine.grant = grant
    } catch (thrown) {
      if (current !== mine) return
      options.report(asClientError(thrown, 'socket-closed'))
      renewSoon(mine)
    }
  }

  return {
    open() {
      if (current === null && cancelWait === null) void begin(null)
    },
    close() {
      cancelWait?.()
      cancelWait = null
      failures = 0
      if (current) discard(current)
    },
    checkSilence: () => silence.check(),
    get attempts() {
      return attempts
    },
  }
}
