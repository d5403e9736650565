import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { eventFrame, joinFrames, messageFrame, packetText } from './frame.ts'

const place = { epoch: 1, seq: 1, key: null }

/** The encoder that Socket.IO itself uses for websockets: ws, as its adapter finds it. */
const fromSocketIo = createRequire(createRequire(import.meta.url).resolve('socket.io'))
const { Sender } = createRequire(fromSocketIo.resolve('socket.io-adapter'))('ws') as {
  Sender: { frame: (data: Buffer, options: object) => Buffer[] }
}

test.each([0, 100, 110, 111, 125, 126, 65_000, 65_518, 65_519, 65_520, 70_000])(
  'an event of %i more bytes is framed as ws frames it',
  (bytes) => {
    const json = Buffer.from(`{"a":"${'x'.repeat(bytes)}"}`)
    const payload = Buffer.from(`42["loyalty_updated",${json.toString()}]`)
    const expected = Sender.frame(payload, { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: false })
    expect(eventFrame('loyalty_updated', json, place).bytes.equals(Buffer.concat(expected))).toBe(true)
  },
)

test('the packet text is what Engine.IO prefixes itself, in full Unicode', () => {
  expect(packetText(eventFrame('x', Buffer.from('{"name":"Zoë ✓"}'), place))).toBe('2["x",{"name":"Zoë ✓"}]')
  expect(packetText(messageFrame('head', { head: null }))).toBe('2["head",{"head":null}]')
})

test('joined frames are the frames one after another', () => {
  const frames = [messageFrame('a', {}), messageFrame('b', {})]
  expect(joinFrames(frames).toString('latin1')).toBe(frames.map(({ bytes }) => bytes.toString('latin1')).join(''))
  expect(joinFrames(frames.slice(1))).toBe(frames[1]!.bytes)
})

test('an event’s bytes are its own: remembering it keeps no shared pool alive', () => {
  const { bytes } = eventFrame('x', Buffer.from('{}'), place)
  expect(bytes.buffer.byteLength).toBe(bytes.length)
})
