import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyBaseLogger } from 'fastify'
import { ApiError } from '../errors.ts'
import { NO_STORE, SECURITY_HEADERS } from './answer-headers.ts'
import type { App } from './app-types.ts'

/**
 * How long a head may take, and how often connections are looked at: who trickles one in holds a connection for seconds. Node
 * would refuse a request without a host in no words at all; `registerHostCheck` has some.
 */
export const HTTP_LIMITS = { headersTimeout: 10_000, connectionsCheckingInterval: 1_000, requireHostHeader: false }

/** A request of HTTP/1.1 says whom it is for (RFC 9112, section 3.2). */
export function registerHostCheck(app: App): void {
  app.addHook('onRequest', async ({ raw }) => {
    if (raw.headers.host !== undefined || raw.httpVersion === '1.0') return
    throw new ApiError('invalid-request', 'headers.host: is missing')
  })
}

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
  const headers = {
    connection: 'close',
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...SECURITY_HEADERS,
    ...NO_STORE,
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  if (socket.writable) socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`)
  socket.destroySoon()
}

const FAULTS: Record<string, [number, string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not come in time'],
  HPE_HEADER_OVERFLOW: [431, 'the head of the request is over 16 KiB'],
}
