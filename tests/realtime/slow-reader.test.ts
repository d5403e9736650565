import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../services/realtime/src/clock.ts'
import { until } from '../harness/until.ts'
import { connectRaw, type RawWebSocket } from './raw-websocket.ts'
import { cursor, customerToken, loyaltyUpdated, range, signToken, startRealtime, type Harness } from './harness.ts'

const SOCKET_BYTES_MAX = 262_144
const env = { SOCKET_BYTES_MAX: String(SOCKET_BYTES_MAX), HISTORY_BYTES: String(SOCKET_BYTES_MAX) }
const JOHN = '0199f000-0000-7000-8000-000000000001'

/** Larger than usual, so that a few hundred fill what the kernel takes for a reader that does not read. */
const padded = (seq: number, overrides: Record<string, unknown> = {}) =>
  loyaltyUpdated('demo', seq, { padding: 'x'.repeat(20_000), ...overrides })

/** One that nothing supersedes. */
const scan = (seq: number) =>
  padded(seq, { type: 'qr_scanned', data: { scanId: JOHN, outcome: 'identified', pointsAwarded: null } })

/** Broadcasts one event after another until something has come about; gives the last seq. */
async function broadcastUntil(
  rt: Harness,
  make: (seq: number) => object,
  from: number,
  condition: () => boolean | Promise<boolean>,
): Promise<number> {
  for (let seq = from; seq < from + 3000; seq += 10) {
    await rt.broadcast(...range(seq, seq + 9).map(make))
    if (await condition()) return seq + 9
  }
  throw new Error('it never came about')
}

/** Watches how many bytes the server has waiting in its sockets. */
function watchUnsent(rt: Harness): () => number {
  const sockets: Socket[] = []
  rt.realtime.server.on('connection', (socket: Socket) => sockets.push(socket))
  return () => Math.max(...sockets.map((socket) => socket.writableLength))
}

const isSlow = (rt: Harness) => async () => (await rt.metric('slow_sockets')) === 1

function namesAndSeqs(raw: Pick<RawWebSocket, 'texts'>): (string | number)[] {
  return raw.texts
    .filter((text) => text.startsWith('42'))
    .map((text) => JSON.parse(text.slice(2)) as [string, { seq?: number }])
    .map(([name, data]) => data.seq ?? name)
}

describe('a reader that stops reading', () => {
  test('gets the newest of each card when it reads again, in order, with the range that was conflated', async () => {
    const rt = await startRealtime(env)
    const unsent = watchUnsent(rt)
    const raw = await connectRaw(rt.port, { token: await signToken({ tenant: 'demo' }) })
    const healthy = await rt.join('demo', {}, { transports: ['websocket'] })
    raw.tcp.pause()
    const cards = [JOHN, JOHN.replace(/1$/, '2'), JOHN.replace(/1$/, '3')]
    const make = (seq: number) => padded(seq, { data: { cardId: cards[seq % 3] } })
    let most = 0
    const slowAt = await broadcastUntil(rt, make, 1, isSlow(rt))
    const last = await broadcastUntil(rt, make, slowAt + 1, async () => {
      most = Math.max(most, unsent())
      return (await rt.metric('conflated_events_total')) >= 200
    })
    expect(most).toBeLessThan(SOCKET_BYTES_MAX)

    raw.tcp.resume()
    await until(() => namesAndSeqs(raw).at(-1) === last, 'the newest event')
    await rt.broadcast(make(last + 1))
    await until(() => namesAndSeqs(raw).at(-1) === last + 1, 'the next event')

    const got = namesAndSeqs(raw)
    const at = got.indexOf('conflated')
    const from = (got[at - 1] as number) + 1
    expect(raw.texts.find((text) => text.startsWith('42["conflated"'))).toBe(
      `42["conflated",{"from":"${cursor(from)}","to":"${cursor(last)}"}]`,
    )
    expect(got.filter((each) => typeof each === 'string')).toEqual(['ready', 'conflated'])
    expect(got.slice(1, at)).toEqual(range(1, from - 1))
    expect(got.slice(at + 1)).toEqual([last - 2, last - 1, last, last + 1])

    await until(() => healthy.seqs().length === last + 1, 'everything at the healthy client')
    expect(healthy.seqs()).toEqual(range(1, last + 1))
    expect(await rt.metric('slow_sockets')).toBe(0)
  })

  test('is closed when what it must get passes its limit, and memory stays bounded', async () => {
    const rt = await startRealtime(env)
    const unsent = watchUnsent(rt)
    const raw = await connectRaw(rt.port, { token: await signToken({ tenant: 'demo' }) })
    raw.tcp.pause()
    let most = 0
    await broadcastUntil(rt, scan, 1, async () => {
      most = Math.max(most, unsent())
      return (await rt.metric('closes_total{code="too-slow"}')) === 1
    })
    expect(most).toBeGreaterThan(SOCKET_BYTES_MAX / 4)
    expect(most).toBeLessThan(SOCKET_BYTES_MAX)
    expect(await rt.metric('connections{kind="tenant"}')).toBe(0)
    raw.tcp.resume()
    await until(() => raw.closed, 'the connection to be gone')
    expect(raw.texts.at(-1)).not.toContain('closing')
  })

  test('is closed after 30 s, however little it must get', async () => {
    let skipMs = 0
    const clock = { ...systemClock, monotonicMs: () => performance.now() + skipMs }
    const rt = await startRealtime(env, undefined, clock)
    const raw = await connectRaw(rt.port, { token: await signToken({ tenant: 'demo' }) })
    raw.tcp.pause()
    await broadcastUntil(rt, padded, 1, isSlow(rt))
    skipMs = 29_000
    await rt.broadcast(loyaltyUpdated('rival', 1))
    expect(await rt.metric('connections{kind="tenant"}')).toBe(1)
    skipMs = 31_000
    await until(async () => (await rt.metric('closes_total{code="too-slow"}')) === 1, 'it to be closed')
  })

  test('reconnects with its cursor and is made whole', async () => {
    const rt = await startRealtime({ ...env, HISTORY_BYTES: '200000' })
    const token = await signToken({ tenant: 'demo' })
    const raw = await connectRaw(rt.port, { token })
    raw.tcp.pause()
    const last = await broadcastUntil(rt, scan, 1, async () => (await rt.metric('closes_total{code="too-slow"}')) === 1)
    const back = await connectRaw(rt.port, { token, cursor: cursor(last - 5) })
    await until(() => namesAndSeqs(back).length === 6, 'the gap')
    expect(namesAndSeqs(back)).toEqual(['ready', ...range(last - 4, last)])
  })

  test('as a customer is closed at once: no range of one stream says what it missed', async () => {
    const rt = await startRealtime(env)
    const raw = await connectRaw(rt.port, { token: await customerToken(JOHN) })
    raw.tcp.pause()
    await broadcastUntil(rt, padded, 1, async () => (await rt.metric('closes_total{code="too-slow"}')) === 1)
    expect(await rt.metric('connections{kind="customer"}')).toBe(0)
    expect(await rt.metric('conflated_events_total')).toBe(0)
  })

  test('gets no beats while it is slow: they would say a head before its events', async () => {
    const rt = await startRealtime({ ...env, HEAD_BEAT_MS: '10' })
    const raw = await connectRaw(rt.port, { token: await signToken({ tenant: 'demo' }) })
    raw.tcp.pause()
    const last = await broadcastUntil(rt, padded, 1, isSlow(rt))
    raw.tcp.resume()
    await until(() => namesAndSeqs(raw).includes(last), 'the newest event')
    let position = 0
    for (const text of raw.texts.filter((each) => each.startsWith('42'))) {
      const [name, data] = JSON.parse(text.slice(2)) as [string, { seq?: number; head?: string | null }]
      if (data.seq) position = data.seq
      if (name === 'head' && data.head) expect(data.head).toBe(cursor(position))
    }
  })
})

test('a client that polls, and stops, is conflated just so', async () => {
  const rt = await startRealtime(env)
  const url = `${rt.url}/socket.io/?EIO=4&transport=polling`
  const poll = async (sid: string) => (await (await fetch(`${url}&sid=${sid}`)).text()).split('\x1e')
  const opened = (await (await fetch(url)).text()).slice(1)
  const { sid } = JSON.parse(opened) as { sid: string }
  const auth = { token: await signToken({ tenant: 'demo' }) }
  await fetch(`${url}&sid=${sid}`, { method: 'POST', body: `40${JSON.stringify(auth)}` })
  const packets = await poll(sid)
  while (!packets.some((packet) => packet.includes('"ready"'))) packets.push(...(await poll(sid)))

  const slowAt = await broadcastUntil(rt, padded, 1, isSlow(rt))
  const last = await broadcastUntil(
    rt,
    padded,
    slowAt + 1,
    async () => (await rt.metric('conflated_events_total')) > 50,
  )
  while (!packets.some((packet) => packet.includes(`"seq":${last},`))) packets.push(...(await poll(sid)))
  const got = namesAndSeqs({ texts: packets })
  const at = got.indexOf('conflated')
  expect(got.slice(1, at)).toEqual(range(1, at - 1))
  expect(got.slice(at)).toEqual(['conflated', last])
})
