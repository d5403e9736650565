/**
 * The only file that knows what engine.io 6.6 and ws 8 keep to themselves. It relies on this:
 *
 * - a connection has `readyState`, `transport` and `writeBuffer` (packets that its transport has not taken yet);
 * - the websocket transport has `socket` (a ws WebSocket), which has `readyState` and `_socket` (the TCP stream);
 * - without `perMessageDeflate`, ws writes each message to `_socket` within `send`. So when `writeBuffer` is empty all
 *   that was sent before is in the TCP stream already, also while the transport waits for it to drain (`writable` is
 *   false), and bytes written there now come after it;
 * - the TCP stream writes what its `_write` is given after all that it was given before, which is what a Writable is.
 *
 * Where one of these is not as expected the stock path is taken: slower, never wrong. A test asserts that the fast path
 * is taken with the installed versions.
 */
import type { Duplex } from 'node:stream'
import { packetText, type Frame } from './frame.ts'
import type { Connection, RealtimeSocket } from './member.ts'

/** `direct`: straight to the TCP stream. `stock`: one Engine.IO packet a frame, queued behind what waits there. */
export type WritePath = 'direct' | 'stock'

type Packet = { readonly data?: unknown }
type WebSocketLike = { readonly readyState?: number; readonly _socket?: Duplex; readonly terminate?: () => void }
type Internals = {
  readonly readyState?: string
  readonly writeBuffer?: readonly Packet[]
  readonly transport?: { readonly name?: string; readonly perMessageDeflate?: unknown; readonly socket?: WebSocketLike }
}

const WEBSOCKET_OPEN = 1

/** What Writable tells `_write` of a chunk that is a Buffer; the types only know encodings of strings. */
const RAW = 'buffer' as BufferEncoding

/** Sends frames in order, behind everything sent before. */
export function writeFrames(connection: Connection, frames: readonly Frame[]): WritePath {
  const stream = idleStream(connection)
  if (!stream) {
    for (const frame of frames) {
      const payload = frame.bytes.subarray(frame.headerBytes)
      const header = frame.bytes.subarray(0, frame.headerBytes)
      // The pre-encoded frame is what Socket.IO's own adapter passes here: a websocket sends it, polling sends the
      // text.
      connection.write(packetText(frame), { compress: false, wsPreEncodedFrame: [header, payload] } as object)
    }
    return 'stock'
  }
  // Corked writes leave in one system call and share the bytes in memory, whereas joining would copy them for each
  // socket.
  stream.cork()
  for (const { bytes } of frames) stream.write(bytes)
  stream.uncork()
  return 'direct'
}

/**
 * Writes to an idle stream, in order. When it holds nothing unsent, below Writable: what that keeps in mind for a write which
 * is over before it returns, nearly all of them, costs a tenth of the write itself. The stream is corked for one that is not, so
 * that what comes after waits in Writable, as it would have; its own bytes, one write's, do not count as unsent meanwhile.
 */
export function writeBytes(stream: Duplex, bytes: Buffer): void {
  if (stream.writableLength > 0 || stream.writableCorked > 0) return void stream.write(bytes)
  let over = false
  let corked = false
  stream._write(bytes, RAW, (error) => {
    over = true
    if (error) stream.destroy(error)
    else if (corked) stream.uncork()
  })
  if (over) return
  corked = true
  stream.cork()
}

/** Bytes that were sent to a connection and have not left this process. */
export function unsentBytes(connection: Connection): number {
  const { transport, writeBuffer } = connection as unknown as Internals
  const { _socket: stream } = transport?.socket ?? {}
  let bytes = stream?.writableLength ?? 0
  for (const { data } of writeBuffer ?? []) if (typeof data === 'string') bytes += data.length
  return bytes
}

/** Ends a connection without waiting for what it has not read, which a closing handshake would do for half a minute. */
export function terminate(connection: Connection): void {
  const { transport } = connection as unknown as Internals
  if (typeof transport?.socket?.terminate === 'function') transport.socket.terminate()
  connection.close(true)
}

/**
 * Lets go of the HTTP request that a socket was opened with: headers, query and token, several KB that nobody reads
 * again. Socket.IO reads it only while it builds `handshake`, so it may go once the socket is connected.
 */
export function releaseRequest(socket: RealtimeSocket): void {
  ;(socket.conn as { request: unknown }).request = null
  ;(socket as { handshake: unknown }).handshake = null
}

/**
 * The TCP stream of a websocket on which nothing waits above it: whole frames may be written to it, and what it has
 * unsent is all that the connection has. Null: take the stock path.
 */
export function idleStream(connection: Connection): Duplex | null {
  const { readyState, transport, writeBuffer } = connection as unknown as Internals
  if (readyState !== 'open' || transport?.name !== 'websocket' || writeBuffer?.length !== 0) return null
  const { readyState: socketState, _socket: stream } = transport.socket ?? {}
  if (transport.perMessageDeflate || socketState !== WEBSOCKET_OPEN) return null
  return typeof stream?.writableLength === 'number' && typeof stream._write === 'function' ? stream : null
}
