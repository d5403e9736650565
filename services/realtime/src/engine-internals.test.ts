import { Duplex, PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { idleStream, unsentBytes, writeBytes, writeFrames } from './engine-internals.ts'
import { joinFrames, messageFrame } from './frame.ts'
import type { Connection } from './member.ts'

const frames = [messageFrame('a', { n: 1 }), messageFrame('b', { n: 2 })]
const texts = ['2["a",{"n":1}]', '2["b",{"n":2}]']

/** The parts of an Engine.IO connection that are relied on, each of which another version may lack. */
function connection(changes: { conn?: object; transport?: object; socket?: object } = {}) {
  const stream = new PassThrough()
  const packets: { text: string; options: Record<string, unknown> }[] = []
  const conn = {
    readyState: 'open',
    writeBuffer: [],
    transport: {
      name: 'websocket',
      perMessageDeflate: false,
      socket: { readyState: 1, _socket: stream, ...changes.socket },
      ...changes.transport,
    },
    write: (text: string, options: Record<string, unknown>) => packets.push({ text, options }),
    ...changes.conn,
  }
  return { conn: conn as unknown as Connection, stream, packets }
}

function received(stream: PassThrough): Buffer[] {
  const chunks: Buffer[] = []
  for (let chunk: Buffer | null; (chunk = stream.read() as Buffer | null);) chunks.push(chunk)
  return chunks
}

test('an idle websocket gets the frames straight into its TCP stream', () => {
  const { conn, stream, packets } = connection()
  expect(idleStream(conn)).toBe(stream)
  expect(writeFrames(conn, frames)).toBe('direct')
  expect(Buffer.concat(received(stream)).equals(joinFrames(frames))).toBe(true)
  expect(packets).toEqual([])
})

test.each([
  ['polls', { transport: { name: 'polling' } }],
  ['compresses', { transport: { perMessageDeflate: { threshold: 1 } } }],
  ['is closing', { socket: { readyState: 2 } }],
  ['is closing, one layer up', { conn: { readyState: 'closing' } }],
  ['has something queued', { conn: { writeBuffer: [{ data: '3' }] } }],
  ['has no writeBuffer here', { conn: { writeBuffer: undefined } }],
  ['has no transport here', { conn: { transport: undefined } }],
  ['has no socket here', { transport: { socket: undefined } }],
  ['has no stream here', { socket: { _socket: undefined } }],
  ['has another kind of stream here', { socket: { _socket: { write() {} } } }],
])('a connection that %s takes the stock path', (_, changes) => {
  const { conn, stream, packets } = connection(changes)
  expect(idleStream(conn)).toBeNull()
  expect(writeFrames(conn, frames)).toBe('stock')
  expect(packets.map(({ text }) => text)).toEqual(texts)
  expect(received(stream)).toEqual([])
})

test('on the stock path a websocket still sends the very same bytes', () => {
  const { conn, packets } = connection({ transport: { name: 'polling' } })
  writeFrames(conn, frames)
  const sent = packets.flatMap(({ options }) => options['wsPreEncodedFrame'] as Buffer[])
  expect(Buffer.concat(sent).equals(joinFrames(frames))).toBe(true)
})

test('unsent is what the TCP stream and the queue above it hold', () => {
  const stream = new PassThrough({ highWaterMark: 1 })
  stream.write('x'.repeat(10))
  stream.write('x'.repeat(20))
  const { conn } = connection({ socket: { _socket: stream }, conn: { writeBuffer: [{ data: 'abc' }, {}] } })
  expect(unsentBytes(conn)).toBe(stream.writableLength + 3)
  expect(stream.writableLength).toBeGreaterThan(0)
  expect(unsentBytes({} as Connection)).toBe(0)
})

/** A stream whose writes are over when the test says so. */
function handOperated() {
  const written: string[] = []
  const underWay: ((error?: Error) => void)[] = []
  const stream = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk.toString())
      underWay.push(done)
    },
    writev(chunks, done) {
      written.push(chunks.map(({ chunk }) => (chunk as Buffer).toString()).join('+'))
      underWay.push(done)
    },
  })
  return { stream, written, finish: (error?: Error) => underWay.shift()!(error) }
}

test('what comes while a write is under way waits behind it, counts as unsent, and leaves in order', () => {
  const { stream, written, finish } = handOperated()
  for (const text of ['a', 'b', 'c']) writeBytes(stream, Buffer.from(text))
  expect(written).toEqual(['a'])
  expect(stream.writableLength).toBe(2)
  finish()
  expect(written).toEqual(['a', 'b+c'])
  writeBytes(stream, Buffer.from('d'))
  expect(written).toEqual(['a', 'b+c'])
  finish()
  expect(written).toEqual(['a', 'b+c', 'd'])
})

test('a write that is over at once leaves the stream as it was', () => {
  const stream = new PassThrough()
  writeBytes(stream, Buffer.from('a'))
  writeBytes(stream, Buffer.from('b'))
  expect([stream.writableLength, stream.writableCorked]).toEqual([0, 0])
  expect(Buffer.concat(received(stream)).toString()).toBe('ab')
})

test('a write that fails ends the stream', async () => {
  const { stream, finish } = handOperated()
  const failed = new Promise((resolve) => stream.once('error', resolve))
  writeBytes(stream, Buffer.from('a'))
  finish(new Error('gone'))
  expect(await failed).toMatchObject({ message: 'gone' })
  expect(stream.destroyed).toBe(true)
})
