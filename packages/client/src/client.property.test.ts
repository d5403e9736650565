import { compareCursors, formatCursor, parseCursor, type AnyEvent, type Cursor } from '@loyalty-live/events'
import { describe, expect, test } from 'vitest'
import { createModelServer, type ModelServer } from '../test/model-server.ts'
import { cause, mulberry32, story } from '../test/story.ts'
import { tellStories } from '../test/stories.ts'
import { createVirtualClock, type VirtualClock } from '../test/virtual-clock.ts'
import { CALM } from '../test/weather.ts'
import { createLoyaltyClient, type LoyaltyClient } from './client.ts'
import { SILENCE_LIMIT_MS } from './connection.ts'

describe('a client on a bad network', () => {
  test('gives handlers every event once and in order, never calls itself live on a dead socket, and ends live', async () => {
    await tellStories(2_000, story, async ({ seed, before, startsAt, troubles }, faults) => {
      const clock = createVirtualClock()
      const random = mulberry32(seed)
      const server = createModelServer(clock, random, undefined, faults)
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
    })
  }, 180_000)
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
