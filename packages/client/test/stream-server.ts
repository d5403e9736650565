import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { formatCursor } from '@loyalty-live/events'
import { Server } from 'socket.io'
import { eventAt } from './events.ts'
import { createModelStream } from './model-stream.ts'

/** A stream that is served for real, over HTTP and Socket.IO, with no memory of the past: whoever was away reads it over REST. */
export async function startStreamServer() {
  const stream = createModelStream((epoch, seq) => eventAt(epoch, seq))
  const requests: string[] = []
  const http = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://localhost')
    if (pathname !== '/api/events') return
    requests.push(request.url!)
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify(stream.pageAfter(searchParams.get('after'))))
  })
  const io = new Server(http, { transports: ['websocket'] })
  const expiresAt = '2030-01-01T00:00:00.000Z'
  let admitted = 0
  io.on('connection', (socket) => {
    admitted += 1
    const head = formatCursor(stream.head)
    socket.emit('ready', { head, recovered: socket.handshake.auth['cursor'] === head, expiresAt })
  })
  const beat = setInterval(() => io.emit('head', { head: formatCursor(stream.head) }), 500)
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    requests,
    get sockets() {
      return io.engine.clientsCount
    },
    /** Sockets that were ever let in. */
    get admitted() {
      return admitted
    },
    commit() {
      const event = stream.append()
      io.emit(event.type, event)
    },
    async close() {
      clearInterval(beat)
      await io.close()
    },
  }
}

/** A JWT that nobody has signed: enough for who only reads it. */
export function tokenOf(claims: object): string {
  return `${encodePart({ alg: 'none' })}.${encodePart(claims)}.`
}

function encodePart(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
