import { refreshToken, type RefreshTokenAnswer } from '@loyalty-live/events'
import { refuseRevoked } from './admission.ts'
import { terminate } from './engine-internals.ts'
import { fieldName } from './errors.ts'
import type { Lifetimes } from './lifetime.ts'
import type { Connection, Member } from './member.ts'
import type { Metrics } from './metrics.ts'
import type { Revocations } from './revocations.ts'
import { Refusal, type Identity, type VerifyToken } from './token.ts'

export type InboundDeps = {
  readonly verifyToken: VerifyToken
  readonly revocations: Revocations
  readonly lifetimes: Lifetimes<Member>
  readonly metrics: Metrics
}

type Answer = (answer: RefreshTokenAnswer) => void

/** Clients say hello and, every few minutes, `refresh_token`. Whoever says much more is broken or means harm. */
const MESSAGES_MAX = 30
const WINDOW_MS = 10_000

/**
 * Ends a connection that sends more than 30 packets in 10 s, whatever they are and whether or not it was admitted. WebSocket
 * pings count too: ws answers each by itself, and what it answers to a client that does not read has no other bound.
 */
export function guardAgainstFlood(connection: Connection, metrics: Metrics, nowMs: () => number): void {
  let windowStartMs = nowMs()
  let messages = 0
  connection.on('packet', count)
  countPings(connection.transport)
  connection.on('upgrade', countPings)

  function countPings(transport: unknown): void {
    const { socket } = transport as { socket?: { on: (event: 'ping', listener: () => void) => void } }
    socket?.on('ping', count)
  }

  function count(): void {
    const now = nowMs()
    if (now - windowStartMs > WINDOW_MS) {
      windowStartMs = now
      messages = 0
    }
    if (++messages !== MESSAGES_MAX + 1) return
    metrics.inboundFloods.inc()
    terminate(connection)
  }
}

/**
 * Makes the listener to what members send: `refresh_token` and nothing else. The rest is ignored and counted, with a
 * refusal for whoever asked for an acknowledgement.
 */
export function createListener(deps: InboundDeps) {
  const { lifetimes, metrics } = deps

  return (member: Member): void => {
    member.socket.onAny((name: string, ...args: unknown[]) => {
      const last = args.at(-1)
      const answer = typeof last === 'function' ? (last as Answer) : () => {}
      if (name === 'refresh_token') {
        void refresh(member, args[0]).then(answer)
        return
      }
      metrics.inboundIgnored.inc()
      answer({ ok: false, code: 'bad-handshake', detail: 'This server takes refresh_token and nothing else.' })
    })
  }

  /** A token that is refused changes nothing: the one before stays in force until it expires. */
  async function refresh(member: Member, payload: unknown): Promise<RefreshTokenAnswer> {
    try {
      const parsed = refreshToken.safeParse(payload)
      if (!parsed.success) {
        metrics.inboundIgnored.inc()
        const issue = parsed.error.issues[0]!
        throw new Refusal('bad-handshake', `${fieldName(issue.path) || 'refresh_token'}: ${issue.message}`)
      }
      const identity = await deps.verifyToken(parsed.data.token)
      refuseAnother(member, identity)
      refuseRevoked(deps.revocations, identity)
      if (!member.closing) lifetimes.track(member, identity.expiresAtMs)
      metrics.tokenRefreshes.inc({ outcome: 'accepted' })
      return { ok: true, expiresAt: new Date(identity.expiresAtMs).toISOString() }
    } catch (error) {
      metrics.tokenRefreshes.inc({ outcome: 'refused' })
      if (error instanceof Refusal) return { ok: false, code: error.code, detail: error.detail }
      return { ok: false, code: 'keys-unavailable', detail: 'The token could not be checked right now.' }
    }
  }
}

/** A socket keeps its room for life, so its token may only be replaced by one that leads to the same room. */
function refuseAnother({ identity, room }: Member, fresh: Identity): void {
  if (fresh.tenant !== identity?.tenant) throw new Refusal('wrong-tenant', 'The fresh token is of another tenant.')
  if (fresh.subject !== identity.subject || fresh.room.name !== room.name) {
    throw new Refusal('token-invalid', 'The fresh token is of another subject.')
  }
}
