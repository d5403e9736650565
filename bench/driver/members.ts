import type { Peer } from '../broadcast/peers.ts'
import { RawWebSocket } from './websocket.ts'

/** How many connections are being made at once. */
const AT_ONCE = 100

export type MembersOptions = {
  readonly port: number
  readonly peer: Peer
  readonly sockets: number
  readonly rooms: number
  /** Told of every text message. */
  readonly onText: (bytes: Buffer, start: number, end: number) => void
  /** Told when a socket that was a member is gone. */
  readonly onLost: (reason: string) => void
}

/**
 * Connects sockets, spread over rooms, and resolves when all of them are members.
 *
 * Rejects when one is refused, with the reason.
 */
export async function connectMembers(options: MembersOptions): Promise<RawWebSocket[]> {
  const members: RawWebSocket[] = []
  let started = 0
  async function connectSome(): Promise<void> {
    while (started < options.sockets) {
      const room = started++ % options.rooms
      members.push(await connectMember(options, room))
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, options.sockets) }, connectSome))
  return members
}

function connectMember({ port, peer, onText, onLost }: MembersOptions, room: number): Promise<RawWebSocket> {
  return new Promise((resolve, reject) => {
    let isMember = false
    void new RawWebSocket(port, peer.path(room), {
      onOpen: (socket) => {
        if (!peer.memberAtOnce) return
        isMember = true
        resolve(socket)
      },
      onText: (socket, bytes, start, end) => {
        if (peer.greet(socket, room, bytes, start, end)) {
          isMember = true
          resolve(socket)
        }
        onText(bytes, start, end)
      },
      onClose: (_socket, reason) => {
        if (isMember) onLost(reason)
        else reject(new Error(`a socket was closed before it was a member: ${reason}`))
      },
    })
  })
}
