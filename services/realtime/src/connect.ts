import { formatCursor, parseCursor } from '@loyalty-live/events'
import type { DisconnectReason } from 'socket.io'
import { releaseRequest } from './engine-internals.ts'
import type { CloseMember } from './closing.ts'
import type { Fanout } from './fanout.ts'
import { messageFrame, type Frame } from './frame.ts'
import type { Lifetimes } from './lifetime.ts'
import type { Member, RealtimeSocket } from './member.ts'
import type { Metrics } from './metrics.ts'
import type { Revocations } from './revocations.ts'
import { PROBE_ROOM, type Rooms } from './rooms.ts'
import type { Replay, Streams } from './streams.ts'
import type { Identity } from './token.ts'

export type ConnectDeps = {
  readonly rooms: Rooms
  readonly streams: Streams
  readonly fanout: Fanout
  readonly lifetimes: Lifetimes<Member>
  readonly revocations: Revocations
  readonly close: CloseMember
  /** Listens to what the member sends. */
  readonly listen: (member: Member) => void
  readonly metrics: Metrics
}

/**
 * Makes the handler of an admitted socket: `ready`, the replay, then its room.
 *
 * All in one synchronous turn. An event that is delivered before it is in memory and thus in the replay; one that is
 * delivered after it finds the socket in its room. There is no moment between in which an event could pass unseen or be
 * sent twice.
 */
export function createConnector(deps: ConnectDeps) {
  const { rooms, fanout, lifetimes, metrics } = deps

  return (socket: RealtimeSocket): void => {
    const { admitted } = socket.data
    releaseRequest(socket)
    if (admitted?.kind === 'token') seat(socket, admitted.identity, admitted.cursor)
    else join(createMember(socket, null))
  }

  function seat(socket: RealtimeSocket, identity: Identity, cursor: string | null): void {
    const member = createMember(socket, identity)
    const replay = replayFor(identity, cursor)
    metrics.replays.inc({ outcome: replay.frames ? 'recovered' : cursor ? 'not_recovered' : 'no_cursor' })
    fanout.send(member, [readyFrame(identity, replay), ...(replay.frames ?? [])])
    join(member)
    deps.listen(member)
    lifetimes.track(member, identity.expiresAtMs)
    // It may have been revoked since its handshake was checked, when it was not yet in a room where that could find it.
    if (deps.revocations.has(identity.tenant, identity.subject)) deps.close(member, 'token-revoked')
  }

  function createMember(socket: RealtimeSocket, identity: Identity | null): Member {
    const room = rooms.open(identity?.room ?? PROBE_ROOM)
    const member: Member = { socket, connection: socket.conn, room, identity, backlog: null, closing: false }
    socket.once('disconnect', (reason) => leave(member, reason))
    return member
  }

  function replayFor({ tenant }: Identity, cursor: string | null): Replay {
    if (tenant === null) return { head: null, frames: null }
    return deps.streams.replayAfter(tenant, cursor === null ? null : parseCursor(cursor))
  }

  function leave(member: Member, reason: DisconnectReason): void {
    rooms.leave(member)
    fanout.drop(member)
    lifetimes.forget(member)
    if (!member.closing && member.identity) metrics.closes.inc({ code: closeCode(reason) })
    member.closing = true
    // A client that only leaves the namespace would keep its connection, and its seat, for as long as it answers pings.
    member.connection.close()
  }
}

function join(member: Member): void {
  member.room.members.add(member)
}

/** Why a connection ended that this server did not decide to end. */
function closeCode(reason: DisconnectReason): 'ping-timeout' | 'protocol' | 'client' {
  if (reason === 'ping timeout') return 'ping-timeout'
  return reason === 'forced close' || reason === 'parse error' ? 'protocol' : 'client'
}

function readyFrame(identity: Identity, { head, frames }: Replay): Frame {
  return messageFrame('ready', {
    head: head && formatCursor(head),
    recovered: frames !== null,
    expiresAt: new Date(identity.expiresAtMs).toISOString(),
  })
}
