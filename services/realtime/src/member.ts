import type { Server, Socket } from 'socket.io'
import type { Backlog } from './backlog.ts'
import type { Room } from './rooms.ts'
import type { Identity } from './token.ts'

/** What clients may send. Anything else is ignored and counted. */
type ClientEvents = Record<string, (...args: unknown[]) => void>
/** Everything goes out as frames, so nothing is emitted through Socket.IO. */
type ServerEvents = Record<string, never>
/** Set by admission, before the socket is connected. */
type SocketData = { admitted?: Admitted }

/** Who a socket was admitted as: somebody with a token, or this server's own loop-back probe. */
export type Admitted =
  | { readonly kind: 'token'; readonly identity: Identity; readonly cursor: string | null }
  | { readonly kind: 'probe' }

export type RealtimeServer = Server<ClientEvents, ServerEvents, Record<string, never>, SocketData>
export type RealtimeSocket = Socket<ClientEvents, ServerEvents, Record<string, never>, SocketData>
/** The Engine.IO connection below a socket. */
export type Connection = RealtimeSocket['conn']

/** A connected socket in its room. */
export type Member = {
  readonly socket: RealtimeSocket
  readonly connection: Connection
  readonly room: Room
  /** Null for the loop-back probe. */
  readonly identity: Identity | null
  /** What is kept for it while it reads too slowly; null while it keeps up. */
  backlog: Backlog | null
  /** Set once this server has begun to close it: it gets nothing more. */
  closing: boolean
}
