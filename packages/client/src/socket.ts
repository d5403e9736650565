import type { ConnectError, Handshake } from '@loyalty-live/events'
import { readConnectError } from '@loyalty-live/events/plain'
import { io } from 'socket.io-client'

/** How a socket came to its end. */
export type SocketEnd =
  /** The server said no in the handshake, and why. */
  | { readonly kind: 'refused'; readonly error: ConnectError }
  /** The wire broke, the server closed, or there was nobody there. */
  | { readonly kind: 'lost'; readonly detail: string }

/** One connection, from its opening to its one end. It is never reopened: the next attempt is another socket. */
export type RealtimeSocket = {
  /** Sends a fresh token; answers with the acknowledgement, unread. Rejects when the socket ends before it comes. */
  refreshToken(token: string): Promise<unknown>
  /** Ends it at once; its handlers are not called any more. */
  close(): void
}

export type SocketHandlers = {
  message(name: string, payload: unknown): void
  /** Called once, unless `close` was. */
  ended(end: SocketEnd): void
}

export type SocketOptions = {
  readonly url: string
  readonly auth: Handshake
  readonly transports: readonly ('websocket' | 'polling')[]
  /** Where the client stands now, `epoch:seq`: for a socket that is joined anew long after it was opened. */
  readonly cursor: () => string | null
}

export type CreateSocket = (options: SocketOptions, handlers: SocketHandlers) => RealtimeSocket

/**
 * A Socket.IO connection, opened at once. A path in the URL is where Socket.IO lives behind a proxy (`/rt` means
 * `/rt/socket.io`), not a namespace.
 *
 * Reconnection stays off: the manager's own is ± 50 % around a doubled delay where we want full jitter, it does not come
 * back after `io server disconnect`, and it would send the events of a dead socket and of a new one through one emitter.
 */
export const createSocket: CreateSocket = ({ url, auth, transports }, handlers) => {
  const { origin, pathname } = new URL(url)
  const socket = io(origin, {
    path: `${pathname.replace(/\/$/, '')}/socket.io`,
    auth,
    transports: [...transports],
    forceNew: true,
    reconnection: false,
  })
  let over = false
  const end = (reason: SocketEnd) => {
    if (over) return
    over = true
    socket.disconnect()
    handlers.ended(reason)
  }
  socket.onAny((name: string, payload: unknown) => {
    if (!over) handlers.message(name, payload)
  })
  socket.on('connect_error', (error: Error & { data?: unknown }) => {
    const refusal = readConnectError(error.data)
    // What a newer server refuses in words that we do not know is tried again, at the pace of the back-off.
    end(refusal.ok ? { kind: 'refused', error: refusal.value } : { kind: 'lost', detail: error.message })
  })
  socket.on('disconnect', (reason) => end({ kind: 'lost', detail: reason }))
  return {
    refreshToken: (token) => socket.emitWithAck('refresh_token', { token }),
    close() {
      over = true
      socket.disconnect()
    },
  }
}
