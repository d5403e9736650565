import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { until } from '../harness/until.ts'

/**
 * A Socket.IO client by hand over a TCP socket, for what a well-behaved client cannot show: the very frames that were
 * sent, how they were cut into segments, and what happens when nobody reads them.
 */
export type RawWebSocket = {
  readonly tcp: Socket
  /** Engine.IO packets in the order in which they came, such as `42["head",{…}]`. */
  readonly texts: string[]
  /** For each chunk that was read from TCP, how many frames it completed. */
  readonly framesPerChunk: number[]
  /** The TCP connection is gone. */
  closed: boolean
  /** The server said goodbye (a close frame), or the connection is gone. */
  readonly ended: () => boolean
  readonly send: (text: string) => void
}

type Frame = { readonly opcode: number; readonly text: string; readonly end: number }

const TEXT = 1
const CLOSE = 8

/**
 * Connects to the root namespace. Resolves when the server has sent `ready`; with null for `auth`, when it could be
 * asked.
 */
export async function connectRaw(port: number, auth: object | null): Promise<RawWebSocket> {
  const tcp = connect(port, '127.0.0.1')
  let goodbye = false
  const raw: RawWebSocket = {
    tcp,
    texts: [],
    framesPerChunk: [],
    closed: false,
    ended: () => raw.closed || goodbye,
    send: (text) => void tcp.write(maskedFrame(text)),
  }
  onTestFinished(() => void tcp.destroy())
  tcp.on('error', () => {}).on('close', () => (raw.closed = true))
  tcp.write(
    [
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
      `Host: 127.0.0.1:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      '\r\n',
    ].join('\r\n'),
  )
  readFrames(tcp, (frames) => {
    const texts = frames.filter(({ opcode }) => opcode === TEXT).map(({ text }) => text)
    goodbye ||= frames.some(({ opcode }) => opcode === CLOSE)
    raw.framesPerChunk.push(texts.length)
    for (const text of texts) {
      raw.texts.push(text)
      if (text.startsWith('0') && auth) raw.send(`40${JSON.stringify(auth)}`)
      if (text === '2') raw.send('3')
    }
  })
  const last = auth ? '42["ready"' : '0{'
  await until(() => raw.texts.some((text) => text.startsWith(last)), last)
  return raw
}

/** Calls back with the frames that each chunk completed. */
function readFrames(tcp: Socket, onFrames: (frames: Frame[]) => void): void {
  let rest = Buffer.alloc(0)
  let upgraded = false
  tcp.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk as Buffer])
    if (!upgraded) {
      const end = rest.indexOf('\r\n\r\n')
      if (end < 0) return
      upgraded = true
      rest = rest.subarray(end + 4)
    }
    const frames: Frame[] = []
    for (let frame = nextFrame(rest); frame; frame = nextFrame(rest)) {
      rest = rest.subarray(frame.end)
      frames.push(frame)
    }
    onFrames(frames)
  })
}

/** RFC 6455, section 5.2, of what a server sends. */
function nextFrame(bytes: Buffer): Frame | null {
  if (bytes.length < 2) return null
  const short = bytes[1]! & 0x7f
  const start = short === 126 ? 4 : short === 127 ? 10 : 2
  if (bytes.length < start) return null
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short
  const end = start + length
  if (bytes.length < end) return null
  return { opcode: bytes[0]! & 0x0f, text: bytes.toString('utf8', start, end), end }
}

function maskedFrame(text: string): Buffer {
  const payload = Buffer.from(text)
  const mask = randomBytes(4)
  const header =
    payload.length < 126
      ? Buffer.from([0x81, 0x80 | payload.length])
      : Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 0xff])
  return Buffer.concat([header, mask, payload.map((byte, index) => byte ^ mask[index % 4]!)])
}
