import { createHmac } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { until } from '../harness/until.ts'
import { loyaltyUpdated, range, SECRET, signToken, startRealtime, type Harness } from '../realtime/harness.ts'
import { connectRaw, type RawWebSocket } from '../realtime/raw-websocket.ts'
import { openHttp } from './raw-http.ts'

const CONTINUATION = 0
const TEXT = 1

/** A client's frame (RFC 6455, section 5.2) by hand, under a mask of zeros. `declared`: the length that it says it has. */
function frame(
  opcode: number,
  payload: Buffer,
  { final = true, compressed = false, declared }: { final?: boolean; compressed?: boolean; declared?: bigint } = {},
) {
  const first = (final ? 0x80 : 0) | (compressed ? 0x40 : 0) | opcode
  const mask = Buffer.alloc(4)
  if (declared === undefined && payload.length < 126) {
    return Buffer.concat([Buffer.from([first, 0x80 | payload.length]), mask, payload])
  }
  const length = Buffer.alloc(8)
  length.writeBigUInt64BE(declared ?? BigInt(payload.length))
  return Buffer.concat([Buffer.from([first, 0x80 | 127]), length, mask, payload])
}

const member = async (rt: Harness) => connectRaw(rt.port, { token: await signToken({ tenant: 'demo' }) })

/** The server goes on for everybody else. */
async function expectSound(rt: Harness, seq = 1): Promise<void> {
  const other = await rt.join('demo')
  await rt.broadcast(loyaltyUpdated('demo', seq))
  await until(() => other.seqs().includes(seq), 'an event at a well-behaved client')
}

describe('a websocket', () => {
  test('is not offered compression, so that nothing small becomes large', async () => {
    const rt = await startRealtime()
    const raw = await openHttp(rt.url)
    raw.write(
      [
        'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
        'Host: x',
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
        'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits',
        '\r\n',
      ].join('\r\n'),
    )
    expect(await raw.status()).toBe(101)
    expect(raw.received().toLowerCase()).not.toContain('sec-websocket-extensions')
  })

  test.each<[string, (raw: RawWebSocket) => void]>([
    ['that is compressed all the same', ({ tcp }) => tcp.write(frame(TEXT, gzipSync('2'), { compressed: true }))],
    ['that says it will be a gigabyte', ({ tcp }) => tcp.write(frame(TEXT, Buffer.from('4'), { declared: 2n ** 30n }))],
    ['that says it will be 2^63 bytes', ({ tcp }) => tcp.write(frame(TEXT, Buffer.from('4'), { declared: 2n ** 63n }))],
    [
      'that is small, and goes on without end',
      ({ tcp }) => {
        tcp.write(frame(TEXT, Buffer.from('42["x","'), { final: false }))
        for (const _ of range(1, 20)) tcp.write(frame(CONTINUATION, Buffer.alloc(1000, 'x'), { final: false }))
      },
    ],
    ['without a mask', ({ tcp }) => tcp.write(Buffer.from([0x81, 1, 0x32]))],
    ['of an unknown kind', ({ tcp }) => tcp.write(frame(7, Buffer.from('x')))],
    ['of bytes that are no text', ({ tcp }) => tcp.write(frame(TEXT, Buffer.from([0x34, 0xff, 0xfe])))],
  ])('ends with a frame %s, and disturbs no other', async (_, attack) => {
    const rt = await startRealtime()
    const raw = await member(rt)
    attack(raw)
    await until(() => raw.ended(), 'the connection to end')
    await expectSound(rt)
  })

  test.each([
    ['pings', 9, Buffer.alloc(125)],
    ['pongs of the session', 1, Buffer.from('3')],
  ])('that sends nothing but %s, and reads nothing, is cut off before it costs memory', async (_, opcode, payload) => {
    const rt = await startRealtime()
    const raw = await connectRaw(rt.port, null)
    raw.tcp.pause()
    const flood = Buffer.concat(Array.from({ length: 500 }, () => frame(opcode, payload)))
    const residentBefore = process.memoryUsage().rss
    let sentBytes = 0
    while (!raw.tcp.destroyed && !raw.closed && sentBytes < 64 * 2 ** 20) {
      sentBytes += flood.length
      await new Promise((resolve) => raw.tcp.write(flood, resolve))
    }
    expect(sentBytes).toBeLessThan(16 * 2 ** 20)
    expect(process.memoryUsage().rss - residentBefore).toBeLessThan(50 * 2 ** 20)
    expect(await rt.metric('inbound_floods_total')).toBe(1)
    await expectSound(rt)
  })

  test('may send 16 KiB of brackets, or __proto__, to no effect', async () => {
    const rt = await startRealtime()
    const raw = await member(rt)
    for (const [open, close] of [
      ['[', ']'],
      ['{"__proto__":', '}'],
    ] as const) {
      const depth = Math.floor(16_000 / (open.length + close.length))
      raw.send(`42["x",${open.repeat(depth)}1${close.repeat(depth)}]`)
    }
    await until(async () => (await rt.metric('inbound_ignored_total')) === 2, 'both to be ignored')
    await expectSound(rt)
    expect(({} as { polluted?: unknown }).polluted).toBe(undefined)
  })

  test('whose handshake is poisoned is refused, or is taken for what its own fields say', async () => {
    const rt = await startRealtime()
    const token = await signToken({ tenant: 'rival' })
    const poisoned = JSON.parse(`{"token":"${token}","__proto__":{"tenant":"demo"},"constructor":{"tenant":"demo"}}`)
    const raw = await connectRaw(rt.port, poisoned)
    await expectSound(rt)
    await rt.broadcast(loyaltyUpdated('rival', 1))
    await until(() => raw.texts.some((text) => text.includes('"loyalty_updated"')), 'its own event')
    expect(raw.texts.join()).not.toContain('"demo"')
  })
})

describe('polling', () => {
  test('is bounded just so: a body of more than 16 KiB ends the session', async () => {
    const rt = await startRealtime()
    const open = await (await fetch(`${rt.url}/socket.io/?EIO=4&transport=polling`)).text()
    const { sid } = JSON.parse(open.slice(1)) as { sid: string }
    const response = await fetch(`${rt.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`, {
      method: 'POST',
      body: `4${'x'.repeat(20_000)}`,
    })
    expect(response.status).toBe(413)
    await expectSound(rt)
  })

  test('does not open a session by guessing: an id of nobody is refused', async () => {
    const rt = await startRealtime()
    const response = await fetch(`${rt.url}/socket.io/?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAA`)
    expect(response.status).toBe(400)
  })
})

/** 100 KiB that would become 100 MiB. */
const BOMB = gzipSync(Buffer.alloc(100 * 2 ** 20, ' '))

/** Signs bytes that are no text; the specification's own library takes text only. */
function signature(secret: string, body: Buffer): Record<string, string> {
  const [id, seconds] = ['msg_bomb', String(Math.floor(Date.now() / 1000))]
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const digest = createHmac('sha256', key).update(`${id}.${seconds}.`).update(body).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${digest}` }
}

describe('POST /broadcast', () => {
  test.each(['gzip', 'deflate', 'br'])('does not unpack what says it is %s, signed or not', async (encoding) => {
    const rt = await startRealtime()
    const residentBefore = process.memoryUsage().rss
    const statuses = []
    for (const secret of [SECRET, SECRET.replace(/.{4}$/, 'AAA=')]) {
      const headers = { 'content-type': 'application/json', 'content-encoding': encoding, ...signature(secret, BOMB) }
      const response = await fetch(`${rt.url}/broadcast`, { method: 'POST', headers, body: new Uint8Array(BOMB) })
      statuses.push(response.status)
    }
    expect(statuses).toEqual([400, 401])
    expect(process.memoryUsage().rss - residentBefore).toBeLessThan(50 * 2 ** 20)
    await expectSound(rt)
  })

  test('of a mebibyte of brackets, signed, is refused and harms nobody', async () => {
    const rt = await startRealtime()
    for (const body of [
      '['.repeat(500_000) + ']'.repeat(500_000),
      '{"a":'.repeat(150_000) + '1' + '}'.repeat(150_000),
    ]) {
      expect((await rt.post('/broadcast', body)).status).toBe(400)
      expect((await rt.post('/control', body)).status).toBeLessThan(500)
    }
    await expectSound(rt)
  })

  test('whose body is trickled in is cut off', { timeout: 30_000 }, async () => {
    const rt = await startRealtime()
    const raw = await openHttp(rt.url)
    raw.write(
      'POST /broadcast HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n[',
    )
    const trickle = setInterval(() => raw.write(' '), 500)
    await until(() => raw.closed(), 'the connection to be cut', 15_000).finally(() => clearInterval(trickle))
    expect(await raw.status()).toBe(408)
  })
})

describe('a head', () => {
  test.each([
    ['a URL of 20 KiB', `GET /healthz?${'1'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
    ['ten thousand headers', `GET /healthz HTTP/1.1\r\nHost: x\r\n${'a: b\r\n'.repeat(10_000)}\r\n`, 431],
    [
      'a length and chunks',
      'POST /broadcast HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['two lengths', 'POST /broadcast HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 400],
    ['no HTTP', 'EHLO example\r\n\r\n', 400],
  ])('with %s is refused', async (_, request, status) => {
    const rt = await startRealtime()
    const raw = await openHttp(rt.url)
    raw.write(request)
    expect(await raw.status()).toBe(status)
    await expectSound(rt)
  })
})
