import {
  anyEvent,
  parseCursor,
  serverMessages,
  type AnyEvent,
  type ConnectErrorCode,
  type Cursor,
} from '@loyalty-live/events'

/** What a server says on a socket, read once, here at the border. */
export type SocketMessage =
  | { readonly kind: 'ready'; readonly head: Cursor | null; readonly recovered: boolean }
  | { readonly kind: 'head'; readonly head: Cursor | null }
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
      return read(name, serverMessages.ready, payload, ({ head, recovered }) => ({
        kind: 'ready',
        head: head === null ? null : parseCursor(head),
        recovered,
      }))
    case 'head':
      return read(name, serverMessages.head, payload, ({ head }) => ({
        kind: 'head',
        head: head === null ? null : parseCursor(head),
      }))
    case 'token_expiring':
      return read(name, serverMessages.token_expiring, payload, () => ({ kind: 'token_expiring' }))
    case 'conflated':
      return read(name, serverMessages.conflated, payload, ({ to }) => ({ kind: 'conflated', to: parseCursor(to)! }))
    case 'closing':
      return read(name, serverMessages.closing, payload, ({ code }) => ({ kind: 'closing', code }))
    default:
      return read(name, anyEvent, payload, (event) => ({ kind: 'event', event }))
  }
}

type Schema<T> = {
  safeParse(input: unknown): { success: true; data: T } | { success: false; error: { message: string } }
}

function read<T>(name: string, schema: Schema<T>, payload: unknown, build: (data: T) => SocketMessage): SocketMessage {
  const parsed = schema.safeParse(payload)
  if (parsed.success) return build(parsed.data)
  return { kind: 'malformed', detail: `message "${name}" is not of the contract: ${parsed.error.message}` }
}
