import { describe, expect, test } from 'vitest'
import { until } from '../harness/until.ts'
import { connectRaw } from './raw-websocket.ts'
import { cursor, EPOCH, loyaltyUpdated, range, signToken, startRealtime, type Harness } from './harness.ts'

const STREAM = range(1, 1500)

/** Broadcasts the whole stream in requests of varying size, as fast as they are taken. */
async function writeStream(
  rt: Harness,
  seqs: readonly number[],
  afterEach: (head: number) => Promise<unknown>,
): Promise<void> {
  for (let at = 0, size = 1; at < seqs.length; at += size, size = (size % 7) + 1) {
    const batch = seqs.slice(at, at + size)
    await rt.broadcast(...batch.map((seq) => loyaltyUpdated('demo', seq)))
    await afterEach(batch.at(-1)!)
  }
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

describe('a client that reconnects with its cursor while events flow', () => {
  test.each(['websocket', 'polling'])(
    'gets each event exactly once, in order, over %s',
    { timeout: 60_000 },
    async (transport) => {
      const rt = await startRealtime({ HISTORY_EVENTS: '2000', HISTORY_BYTES: '1048576', SOCKET_BYTES_MAX: '16777216' })
      const token = await signToken({ tenant: 'demo' })
      await rt.control({ heads: [{ tenant: 'demo', epoch: EPOCH, seq: 0 }] })
      let writing = true
      let connections = 0

      /** Goes through many connections, each of which takes over where the one before was cut. */
      async function follow(patience: number): Promise<number[]> {
        const seen: number[] = []
        while (seen.at(-1) !== STREAM.at(-1)) {
          connections++
          const client = rt.connect({ token, cursor: cursor(seen.at(-1) ?? 0) }, { transports: [transport] })
          expect(await client.next('ready')).toMatchObject({ recovered: true })
          const enough = 1 + (connections % patience)
          const done = () => client.seqs().length >= enough || client.seqs().at(-1) === STREAM.at(-1)
          await until(() => done() || !writing, 'events')
          if (!writing) await until(() => client.seqs().at(-1) === STREAM.at(-1), 'the rest')
          client.socket.disconnect()
          seen.push(...client.seqs())
        }
        return seen
      }

      const followers = Array.from({ length: 8 }, (_, index) => follow(10 + 10 * index))
      await writeStream(rt, STREAM, nextTurn)
      writing = false
      for (const seen of await Promise.all(followers)) expect(seen).toEqual(STREAM)
      expect(connections).toBeGreaterThan(transport === 'websocket' ? 300 : 100)
    },
  )
})

describe('never half a gap', () => {
  test('either the whole gap follows ready, or nothing does until the next event', { timeout: 30_000 }, async () => {
    const rt = await startRealtime({ HISTORY_EVENTS: '10' })
    const token = await signToken({ tenant: 'demo' })
    const outcomes = { recovered: 0, refused: 0 }
    await rt.control({ heads: [{ tenant: 'demo', epoch: EPOCH, seq: 0 }] })
    await writeStream(rt, range(1, 300), async (head) => {
      for (const back of [0, 3, 8, 12]) {
        const from = Math.max(0, head - back)
        const raw = await connectRaw(rt.port, { token, cursor: cursor(from) })
        const recovered = head - from <= 10
        expect(raw.texts.find((text) => text.startsWith('42'))).toContain(`"recovered":${recovered}`)
        if (recovered) await until(() => seqsOf(raw.texts).length === head - from, 'the whole gap')
        expect(seqsOf(raw.texts)).toEqual(recovered ? range(from + 1, head) : [])
        outcomes[recovered ? 'recovered' : 'refused']++
        raw.tcp.destroy()
      }
    })
    expect(outcomes.recovered).toBeGreaterThan(50)
    expect(outcomes.refused).toBeGreaterThan(50)
  })

  test('a client past what memory holds hears of the next event, and of nothing before', async () => {
    const rt = await startRealtime({ HISTORY_EVENTS: '2' })
    await rt.broadcast(...range(1, 5).map((seq) => loyaltyUpdated('demo', seq)))
    const client = await rt.join('demo', { cursor: cursor(1) })
    expect(await client.next('ready')).toMatchObject({ head: cursor(5), recovered: false })
    await rt.broadcast(loyaltyUpdated('demo', 6))
    await until(() => client.seqs().length > 0, 'the next event')
    expect(client.seqs()).toEqual([6])
    expect(await rt.metric('replays_total{outcome="not_recovered"}')).toBe(1)
  })
})

function seqsOf(texts: readonly string[]): number[] {
  return texts
    .filter((text) => text.startsWith('42["loyalty_updated"'))
    .map((text) => (JSON.parse(text.slice(2)) as [string, { seq: number }])[1].seq)
}
