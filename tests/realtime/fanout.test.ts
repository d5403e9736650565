import { describe, expect, test } from 'vitest'
import { until } from '../harness/until.ts'
import { connectRaw } from './raw-websocket.ts'
import { cursor, loyaltyUpdated, range, signToken, startRealtime } from './harness.ts'

const events = (from: number, to: number) => range(from, to).map((seq) => loyaltyUpdated('demo', seq))

describe('the ways to a socket', () => {
  test('a websocket gets its events by the fast path with the installed versions', async () => {
    const rt = await startRealtime()
    const client = await rt.join('demo', {}, { transports: ['websocket'] })
    await rt.broadcast(...events(1, 3))
    await until(() => client.seqs().length === 3, 'the events')
    expect(await rt.metric('writes_total{path="direct"}')).toBe(2) // ready, then the three together
    expect(await rt.metric('writes_total{path="stock"}')).toBe(0)
  })

  test('both paths deliver identical packets', async () => {
    const rt = await startRealtime()
    await rt.broadcast(...events(1, 5))
    const token = await signToken({ tenant: 'demo' })
    const packets = ['websocket', 'polling'].map((transport) => {
      const seen: string[] = []
      const client = rt.connect({ token, cursor: cursor(2) }, { transports: [transport] })
      client.socket.io.on('open', () => {
        client.socket.io.engine.on('packet', ({ type, data }) => type === 'message' && seen.push(String(data)))
      })
      return { client, seen }
    })
    await Promise.all(packets.map(({ client }) => client.next('ready')))
    await rt.broadcast(loyaltyUpdated('demo', 6, { note: 'Zoë ✓ 𝄞' }), ...events(7, 8))
    await rt.control({ heads: [{ tenant: 'demo', epoch: 1_800_000_000, seq: 1 }] })
    for (const { client } of packets) await client.next('head')
    const [direct, stock] = packets.map(({ seen }) => seen.filter((packet) => packet.startsWith('2')))
    expect(direct).toHaveLength(8)
    expect(stock).toEqual(direct)
    expect(await rt.metric('writes_total{path="direct"}')).toBeGreaterThan(0)
    expect(await rt.metric('writes_total{path="stock"}')).toBeGreaterThan(0)
  })

  test('nothing is lost, repeated or reordered while clients move from polling to websocket', async () => {
    const rt = await startRealtime()
    const clients = await Promise.all(Array.from({ length: 20 }, () => rt.join('demo')))
    const upgraded = () => clients.every(({ socket }) => socket.io.engine.transport.name === 'websocket')
    let last = 0
    while (!upgraded() || last < 200) {
      await rt.broadcast(loyaltyUpdated('demo', ++last))
      if (last > 5000) throw new Error('they never upgraded')
    }
    for (const client of clients) {
      await until(() => client.seqs().at(-1) === last, 'the last event')
      expect(client.seqs()).toEqual(range(1, last))
    }
    expect(await rt.metric('writes_total{path="stock"}')).toBeGreaterThan(0)
    expect(await rt.metric('writes_total{path="direct"}')).toBeGreaterThan(0)
  })

  test('an acknowledgement and pings between events do not disturb their order', async () => {
    const rt = await startRealtime()
    const client = await rt.join('demo', {}, { transports: ['websocket'] })
    for (let seq = 1; seq <= 200; seq++) {
      if (seq % 8 === 0) client.socket.emit('nothing', () => {})
      await rt.broadcast(loyaltyUpdated('demo', seq))
    }
    await until(() => client.seqs().length === 200, 'the events')
    expect(client.seqs()).toEqual(range(1, 200))
  })
})

describe('coalescing', () => {
  test('the frames of one turn leave in one write, each a frame of its own', async () => {
    const rt = await startRealtime()
    const raw = await connectRaw(rt.port, { token: await signToken({ tenant: 'demo' }) })
    await rt.broadcast(...events(1, 20))
    await until(() => raw.texts.filter((text) => text.startsWith('42["loyalty_updated"')).length === 20, 'the events')
    expect(await rt.metric('coalesced_frames_total')).toBe(19)
    expect(await rt.metric('writes_total{path="direct"}')).toBe(2) // ready and the events
    expect(Math.max(...raw.framesPerChunk)).toBe(20)
  })

  test('a turn that has very much is written in parts', async () => {
    const rt = await startRealtime({ SOCKET_BYTES_MAX: '65536', HISTORY_BYTES: '65536' })
    const client = await rt.join('demo', {}, { transports: ['websocket'] })
    await rt.broadcast(...events(1, 30))
    await until(() => client.seqs().length === 30, 'the events')
    const writes = await rt.metric('writes_total{path="direct"}')
    expect(writes).toBeGreaterThan(2)
    expect(writes).toBeLessThan(10)
  })
})

test('the time from commit to emission is measured', async () => {
  const rt = await startRealtime()
  const old = new Date(Date.now() - 2000).toISOString()
  await rt.broadcast(loyaltyUpdated('demo', 1, { timestamp: old }))
  const seconds = await rt.metric('commit_to_emit_seconds_sum')
  expect(seconds).toBeGreaterThanOrEqual(2)
  expect(seconds).toBeLessThan(4)
})
