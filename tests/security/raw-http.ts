import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { until } from '../harness/until.ts'

/** HTTP by hand over a TCP socket: for requests that no client library would send. */
export type RawHttp = {
  readonly tcp: Socket
  /** All that the server has said. */
  readonly received: () => string
  readonly closed: () => boolean
  readonly write: (text: string | Buffer) => void
  /** Waits for the status of the first answer; 0 when the connection was closed without one. */
  readonly status: () => Promise<number>
}

export async function openHttp(url: string): Promise<RawHttp> {
  const { hostname, port } = new URL(url)
  const tcp = connect(Number(port), hostname)
  onTestFinished(() => void tcp.destroy())
  let received = ''
  let closed = false
  tcp.on('data', (chunk) => (received += String(chunk)))
  tcp.on('close', () => (closed = true)).on('error', () => {}) // the server may cut it: that is what tests ask
  await new Promise<void>((resolve) => tcp.once('connect', resolve))
  return {
    tcp,
    received: () => received,
    closed: () => closed,
    write: (text) => void (closed || tcp.write(text)),
    async status() {
      await until(() => closed || /^HTTP\/1\.1 \d{3} [^]*\r\n\r\n/.test(received), 'an answer', 15_000)
      return Number(/^HTTP\/1\.1 (\d{3})/.exec(received)?.[1] ?? 0)
    },
  }
}
