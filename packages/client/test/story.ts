import fc from 'fast-check'
import type { LoyaltyClient } from '../src/client.ts'
import type { ModelServer } from './model-server.ts'
import type { VirtualClock } from './virtual-clock.ts'
import type { Weather } from './weather.ts'

/** One thing that goes wrong, or merely happens. */
export type Trouble =
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
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('retention' as const), kept: fc.nat({ max: 10 }) }) },
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

/** What happens to one client, from a seed that decides everything else. */
export const story = fc.record({
  seed: fc.integer(),
  before: fc.nat({ max: 30 }),
  startsAt: fc.constantFrom('head', 'snapshot'),
  troubles: fc.array(fc.record({ afterMs: fc.nat({ max: 9_000 }), trouble }), { maxLength: 25 }),
})

/** Makes it happen. */
export function cause(next: Trouble, client: LoyaltyClient, server: ModelServer, clock: VirtualClock): void {
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
      server.faults.note('history rewritten')
      return server.stream.restoreBackup(next.lost)
    case 'retention':
      return server.stream.forgetBefore(server.head.seq - next.kept)
    case 'clock jump':
      server.faults.note(next.byMs > 0 ? 'clock jumped ahead' : 'clock set back')
      return clock.jump(next.byMs)
    case 'weather':
      return void Object.assign(server.weather, next.weather)
    default:
      return next satisfies never
  }
}

/** A small seeded generator, so that a failure's seed and path repeat it exactly. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
