import { connect, type Socket } from 'node:net'

type HttpAnswer = { readonly status: number; readonly body: string }

export type HttpConnection = {
  /**
   * Sends a request that `httpRequest` wrote and reads its answer. One at a time.
   *
   * Rejects when the connection ends first, or the answer has no Content-Length.
   */
  send(request: string): Promise<HttpAnswer>
  close(): void
}

/**
 * One keep-alive connection, by hand: about a fifth of the CPU of a general client, because driver and server share two
 * cores and what the driver uses the server lacks. Enough of HTTP/1.1 for our own servers.
 */
export async function openHttpConnection(port: number): Promise<HttpConnection> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  let waiting: PromiseWithResolvers<HttpAnswer> | null = null
  let received = ''
  socket
    .setEncoding('latin1') // one character a byte, so that Content-Length counts characters
    .on('data', (text) => {
      received += String(text)
      const answer = readAnswer(received)
      if (answer === null || waiting === null) return
      received = ''
      settle(({ resolve }) => resolve(answer))
    })
    .on('error', (error) => settle(({ reject }) => reject(error)))
    .on('close', () => settle(({ reject }) => reject(new Error('the server closed the connection'))))
  return { send: (request) => send(socket, request), close: () => socket.destroy() }

  function send(to: Socket, request: string): Promise<HttpAnswer> {
    if (to.destroyed) return Promise.reject(new Error('the connection is closed'))
    waiting = Promise.withResolvers<HttpAnswer>()
    to.write(request)
    return waiting.promise
  }

  function settle(how: (waiting: PromiseWithResolvers<HttpAnswer>) => void): void {
    const settled = waiting
    waiting = null
    if (settled) how(settled)
  }
}

/** A request as it goes over the wire. */
export function httpRequest(
  method: 'GET' | 'POST',
  path: string,
  headers: Readonly<Record<string, string>>,
  body = '',
): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const length = method === 'GET' ? '' : `content-length: ${Buffer.byteLength(body)}\r\n`
  return `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${lines.join('')}${length}\r\n${body}`
}

/** Null while it is not all there. */
function readAnswer(received: string): HttpAnswer | null {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return null
  const head = received.slice(0, end)
  const length = /\r\ncontent-length: (\d+)/i.exec(head)
  const start = end + 4
  if (!length) throw new Error(`an answer without Content-Length: ${head}`)
  if (received.length < start + Number(length[1])) return null
  return { status: Number(head.slice(9, 12)), body: received.slice(start) }
}
