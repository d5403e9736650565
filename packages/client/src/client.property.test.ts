import { compareCursors, formatCursor, parseCursor, type AnyEvent, type Cursor } from '@loyalty-live/events'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createModelServer, type ModelServer } from '../test/model-server.ts'
import { createVirtualClock, type VirtualClock } from '../test/virtual-clock.ts'
import { CALM, type Weather } from '../test/weather.ts'
import { createLoyaltyClient, type LoyaltyClient } from './client.ts'
import { SILENCE_LIMIT_MS } from './connection.ts'

type Trouble =
  | { kind: 'commit'; count: number }
  | { kind: 'cut' | 'freeze' | 'restart' | 'expire tokens' | 'stop and start' | 'refresh' }
  | { kind: 'restore'; lost: number }
  | { kind: 'retention'; kept: number }
  | { kind: 'clock jump'; byMs: number }
  | { kind: 'weather'; weather: Partial<Weather> }

const plain = (kind: 'cut' | 'freeze' | 'restart' | 'expire tokens' | 'stop and start' | 'refresh') =>
  fc.constant<Trouble>({ kind })
const share = fc.constantFrom(0, 0.1, 0.4)

const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('commit' as const), count: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 2, arbitrary: plain('cut') },
  { weight: 2, arbitrary: plain('freeze') },
  { weight: 2, arbitrary: plain('restart') },
  { weight: 1, arbitrary: plain('expire tokens') },
  { weight: 1, arbitrary: plain('stop and start') },
  { weight: 1, arbitrary: plain('refresh') },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restore' as const), lost: fc.nat({ max: 10 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('retention' as const), kept: fc.nat({ max: 40 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('clock jump' as const),
      byMs: fc.constantFrom(-600_000, -5_000, 8_000, 60_000, 3_600_000),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('weather' as const),
      weather: fc.record(
        {
          lost: share,
          repeated: share,
          overtaken: share,
          unannounced: share,
          latencyMs: fc.constantFrom(0, 20, 300, 4_000),
          api: fc.constantFrom<Weather['api']>('up', 'unreachable', 'silent', 'overloaded'),
          realtime: fc.constantFrom<Weather['realtime']>('up', 'unreachable', 'draining'),
          tokens: fc.constantFrom<Weather['tokens']>('given', 'refused'),
        },
        { requiredKeys: [] },
      ),
    }),
  },
)

const story = fc.record({
  seed: fc.integer(),
  before: fc.nat({ max: 30 }),
  startsAt: fc.constantFrom('head', 'snapshot'),
  troubles: fc.array(fc.record({ afterMs: fc.nat({ max: 9_000 }), trouble }), { maxLength: 25 }),
})

describe('a client on a bad network', () => {
  test('gives handlers every event once and in order, never calls itself live on a dead socket, and ends live', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ seed, before, startsAt, troubles }) => {
        const clock = createVirtualClock()
        const random = mulberry32(seed)
        const server = createModelServer(clock, random)
        server.commit(before)
        const cursor = startsAt === 'snapshot' ? formatCursor({ epoch: 1, seq: Math.floor(before / 2) }) : undefined
        const client = createLoyaltyClient({
          apiUrl: 'https://api.test',
          realtimeUrl: 'https://live.test',
          cursor,
          clock,
          random,
          fetch: server.fetch,
          createSocket: server.createSocket,
          getToken: server.getToken,
        })
        const application = runApplication(client, server, clock)
        client.start()

        for (const { afterMs, trouble: next } of troubles) {
          await clock.advance(afterMs, () => neverLies(client, server, clock))
          cause(next, client, server, clock)
          neverLies(client, server, clock)
        }

        Object.assign(server.weather, CALM)
        await clock.advance(100_000, () => neverLies(client, server, clock))
        server.commit(1)
        await clock.advance(10_000, () => neverLies(client, server, clock))

        expect(application.faults).toEqual([])
        expect(client.cursor).toBe(formatCursor(server.head))
        expect(application.position).toEqual(server.head)
        expect(client.status.state).toBe('live')
        expect(client.status.lastConfirmedAt!.getTime()).toBeGreaterThan(clock.now() - 10_000)
        expect(server.realtime.sockets).toBe(1)
        await client.stop()
        expect(server.realtime.sockets).toBe(0)
      }),
      { numRuns: 1_000 },
    )
  }, 60_000)
})

/** A screen: takes snapshots when told to, and notes every event that is not the one after the last. */
function runApplication(client: LoyaltyClient, server: ModelServer, clock: VirtualClock) {
  const faults: string[] = []
  let position: Cursor | null = client.cursor === null ? null : parseCursor(client.cursor)

  function take({ epoch, seq }: AnyEvent): void {
    const follows = position === null || (position.epoch === epoch && position.seq + 1 === seq)
    if (!follows) faults.push(`${epoch}:${seq} came after ${formatCursor(position!)}`)
    position = { epoch, seq }
  }

  function takeSnapshot(): void {
    if (server.weather.api !== 'up') return void clock.after(1_000, takeSnapshot)
    position = server.head
    client.resumeFrom(formatCursor(position))
  }

  client.on('event', take)
  client.on('reset', ({ cursor }) => {
    position = parseCursor(cursor)
    clock.after(200, takeSnapshot)
  })
  return {
    faults,
    get position() {
      return position ?? (client.cursor === null ? null : parseCursor(client.cursor))
    },
  }
}

function cause(next: Trouble, client: LoyaltyClient, server: ModelServer, clock: VirtualClock): void {
  switch (next.kind) {
    case 'commit':
      return server.commit(next.count)
    case 'cut':
      return server.realtime.cut()
    case 'freeze':
      return server.realtime.freeze()
    case 'restart':
      return server.realtime.restart()
    case 'expire tokens':
      return server.tokens.expireAll()
    case 'stop and start':
      void client.stop()
      return client.start()
    case 'refresh':
      // Refused while the network is down: that is an answer too.
      return void client.catchUp().catch(() => {})
    case 'restore':
      return server.stream.restoreBackup(next.lost)
    case 'retention':
      return server.stream.forgetBefore(server.head.seq - next.kept)
    case 'clock jump':
      return clock.jump(next.byMs)
    case 'weather':
      return void Object.assign(server.weather, next.weather)
    default:
      return next satisfies never
  }
}

function neverLies(client: LoyaltyClient, { realtime }: ModelServer, clock: VirtualClock): void {
  if (client.status.state !== 'live') return
  const silentMs = clock.now() - realtime.lastWordMs
  if (silentMs > SILENCE_LIMIT_MS) throw new Error(`live, although the socket has been dead for ${silentMs} ms`)
  const position = parseCursor(client.cursor!)!
  for (const told of [realtime.lastHeadTold, realtime.owed]) {
    const behind = told !== null && (compareCursors(position, told) ?? 0) < 0
    if (behind) throw new Error(`live at ${client.cursor}, although it was told that ${formatCursor(told)} exists`)
  }
}

/** A small seeded generator, so that a failure's seed and path repeat it exactly. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
