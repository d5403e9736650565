import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyBaseLogger } from 'fastify'

/** How long a head may take, and how often connections are looked at: who trickles one in holds a connection for seconds. */
export const HTTP_LIMITS = { headersTimeout: 10_000, connectionsCheckingInterval: 1_000 }

/**
 * Answers what is not a request, as problem+json, and closes the connection. The error is not logged: it carries the bytes that
 * came, and with them whatever token was in them.
 */
export function answerClientError(
  this: { log: FastifyBaseLogger },
  error: Error & { code?: string },
  socket: Socket,
): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const [status, detail] = FAULTS[error.code ?? ''] ?? [400, 'this is not a request that HTTP/1.1 knows']
  this.log.debug({ code: error.code, status }, 'not a request')
  const body = JSON.stringify({
    type: 'urn:loyalty-live:error:invalid-request',
    title: STATUS_CODES[status],
    status,
    detail,
    code: 'invalid-request',
  })
  if (socket.writable) {
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: application/problem+json\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
  }
  socket.destroySoon()
}

const FAULTS: Record<string, [number, string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not come in time'],
  HPE_HEADER_OVERFLOW: [431, 'the head of the request is over 16 KiB'],
}
