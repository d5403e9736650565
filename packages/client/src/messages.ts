import type { AnyEvent } from '@loyalty-live/events'
import {
  readAnyEvent,
  parseCursor,
  readServerMessage,
  type ConnectErrorCode,
  type Cursor,
  type Read,
} from '@loyalty-live/events/plain'

/** What a server says on a socket, read once, here at the border. */
export type SocketMessage =
  | { readonly kind: 'ready'; readonly head: Cursor | null; readonly recovered: boolean }
  | { readonly kind: 'head'; readonly head: Cursor | null; readonly sockets: number | null }
  | { readonly kind: 'token_expiring' }
  | { readonly kind: 'conflated'; readonly to: Cursor }
  | { readonly kind: 'closing'; readonly code: ConnectErrorCode }
  | { readonly kind: 'event'; readonly event: AnyEvent }
  | { readonly kind: 'malformed'; readonly detail: string }

/**
 * Reads a message by its name. Of an event only the envelope is read: that is enough to order it, and an event whose data
 * nobody can read must not stop the ones behind it.
 */
export function readMessage(name: string, payload: unknown): SocketMessage {
  switch (name) {
    case 'ready':
      return read(name, readServerMessage.ready, payload, ({ head, recovered }) => ({
        kind: 'ready',
        head: head === null ? null : parseCursor(head),
        recovered,
      }))
    case 'head':
      return read(name, readServerMessage.head, payload, ({ head, sockets = null }) => ({
        kind: 'head',
        head: head === null ? null : parseCursor(head),
        sockets,
      }))
    case 'token_expiring':
      return read(name, readServerMessage.token_expiring, payload, () => ({ kind: 'token_expiring' }))
    case 'conflated':
      return read(name, readServerMessage.conflated, payload, ({ to }) => ({ kind: 'conflated', to: parseCursor(to)! }))
    case 'closing':
      return read(name, readServerMessage.closing, payload, ({ code }) => ({ kind: 'closing', code }))
    default:
      return read(name, readAnyEvent, payload, (event) => ({ kind: 'event', event }))
  }
}

function read<T>(
  name: string,
  reader: (payload: unknown) => Read<T>,
  payload: unknown,
  build: (value: T) => SocketMessage,
): SocketMessage {
  const message = reader(payload)
  if (message.ok) return build(message.value)
  return { kind: 'malformed', detail: `message "${name}" is not of the contract: ${message.fault}` }
}
