import { createHash, timingSafeEqual } from 'node:crypto'
import { connectErrors, handshake, type ConnectError, type Handshake } from '@loyalty-live/events'
import type { Logger } from 'pino'
import { fieldName } from './errors.ts'
import type { Admitted, Connection, RealtimeSocket } from './member.ts'
import type { Metrics } from './metrics.ts'
import type { Revocations } from './revocations.ts'
import type { Seats } from './seats.ts'
import { Refusal, type Identity, type VerifyToken } from './token.ts'

export type AdmissionDeps = {
  readonly verifyToken: VerifyToken
  readonly revocations: Revocations
  readonly seats: Seats
  readonly isDraining: () => boolean
  /** What the loop-back probe of this very process shows instead of a token. */
  readonly probeSecret: string
  readonly metrics: Metrics
  readonly log: Logger
}

/**
 * Decides who may connect: the Socket.IO middleware that runs before `connection`.
 *
 * A socket that is let in has `data.admitted` and a seat until its connection ends. One that is not gets a
 * `connect_error` whose message is the code and whose data is `{code, detail, retry}`; `connectErrors` in the contract
 * lists the codes.
 */
export function createAdmission(deps: AdmissionDeps) {
  const { metrics, log } = deps
  const probeDigest = digest(deps.probeSecret)
  /** Connections with a decision under way or in their favour. */
  const claimed = new WeakSet<Connection>()

  return (socket: RealtimeSocket, next: (error?: Error) => void): void => {
    void settle(socket, next)
  }

  async function settle(socket: RealtimeSocket, next: (error?: Error) => void): Promise<void> {
    try {
      socket.data.admitted = await decide(socket)
    } catch (error) {
      next(connectErrorOf(error instanceof Refusal ? error : unexpected(error)))
      return
    }
    next()
  }

  function connectErrorOf({ code, detail }: Refusal): Error {
    metrics.refusedHandshakes.inc({ code })
    log.debug({ code, detail }, 'socket refused')
    const data: ConnectError = { code, detail, retry: connectErrors[code].retry }
    return Object.assign(new Error(code), { data })
  }

  async function decide(socket: RealtimeSocket): Promise<Admitted> {
    // Socket.IO lets one connection ask again while its first request is being decided: every one of them would get a
    // socket.
    if (claimed.has(socket.conn)) throw new Refusal('bad-handshake', 'One CONNECT packet per connection.')
    claimed.add(socket.conn)
    try {
      return await admit(socket)
    } catch (error) {
      claimed.delete(socket.conn)
      throw error
    }
  }

  async function admit(socket: RealtimeSocket): Promise<Admitted> {
    if (deps.isDraining()) throw new Refusal('draining', 'This server is going away: connect again.')
    const { token, tenant, cursor } = readHandshake(socket.handshake.auth)
    // Digests, because a comparison in constant time wants equal lengths.
    if (timingSafeEqual(digest(token), probeDigest)) return { kind: 'probe' }
    const identity = await deps.verifyToken(token)
    if (tenant !== undefined && tenant !== identity.tenant) {
      throw new Refusal('wrong-tenant', `The token is not of tenant ${tenant}.`)
    }
    refuseRevoked(deps.revocations, identity)
    takeSeat(socket.conn, identity)
    return { kind: 'token', identity, cursor: cursor ?? null }
  }

  function takeSeat(connection: Connection, identity: Identity): void {
    const leave = deps.seats.take(identity.tenant)
    if (!leave) throw new Refusal('too-many-sockets', 'The server or the tenant holds as many sockets as it may.')
    if (connection.readyState === 'open') connection.once('close', leave)
    else leave() // it went away while its token was checked: its close event has been
  }

  function unexpected(error: unknown): Refusal {
    log.error({ err: error }, 'a token could not be checked')
    return new Refusal('keys-unavailable', 'The token could not be checked right now.')
  }
}

/** @throws Refusal `token-revoked` */
export function refuseRevoked(revocations: Revocations, { tenant, subject }: Identity): void {
  if (revocations.has(tenant, subject)) throw new Refusal('token-revoked', 'This terminal or user was revoked.')
}

function readHandshake(auth: Record<string, unknown>): Handshake {
  const { token } = auth as { token?: unknown }
  if (token === undefined || token === null || token === '') {
    throw new Refusal('token-missing', 'The handshake must carry auth.token.')
  }
  const parsed = handshake.safeParse(auth)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new Refusal('bad-handshake', `auth.${fieldName(issue.path)}: ${issue.message}`)
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
