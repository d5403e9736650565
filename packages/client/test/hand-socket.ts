import type { ConnectErrorCode } from '@loyalty-live/events'
import type { CreateSocket, SocketHandlers, SocketOptions } from '../src/socket.ts'

/** One socket whose server is the test. */
export type HandSocket = SocketHandlers & {
  readonly options: SocketOptions
  readonly closed: boolean
  /** Tokens that the client has sent, with the answer that the test gives. */
  readonly refreshed: { readonly token: string; answer(acknowledgement: unknown): void; fail(error: Error): void }[]
  ready(head: string | null, recovered: boolean): void
  refuse(code: ConnectErrorCode, retry: boolean): void
}

const EXPIRES_AT = '2030-01-01T00:00:00.000Z'

/** Makes sockets that do nothing but what the test makes them do. */
export function createHandSockets(): { readonly createSocket: CreateSocket; readonly all: readonly HandSocket[] } {
  const all: HandSocket[] = []
  const createSocket: CreateSocket = (options, handlers) => {
    let closed = false
    const refreshed: HandSocket['refreshed'] = []
    all.push({
      ...handlers,
      options,
      refreshed,
      get closed() {
        return closed
      },
      ready: (head, recovered) => handlers.message('ready', { head, recovered, expiresAt: EXPIRES_AT }),
      refuse: (code, retry) => handlers.ended({ kind: 'refused', error: { code, detail: `because ${code}`, retry } }),
    })
    return {
      refreshToken: (token) => new Promise((answer, fail) => refreshed.push({ token, answer, fail })),
      close() {
        closed = true
      },
    }
  }
  return { createSocket, all }
}
