import { beforeEach, describe, expect, test } from 'vitest'
import { eventFrame } from './frame.ts'
import type { Incoming } from './incoming.ts'
import { createStreams, type StreamLimits, type Streams } from './streams.ts'

let now: number
let deliveredIds: string[]
let told: string[]
let skipped: number

beforeEach(() => {
  now = 0
  deliveredIds = []
  told = []
  skipped = 0
})

const LIMITS: StreamLimits = {
  history: { eventsMax: 10, bytesMax: 10_000, ageMs: 60_000, totalBytesMax: 1_000_000 },
  order: { holdMs: 2000, heldEventsMax: 100, heldBytesMax: 100_000 },
  heldTotalBytesMax: 1_000_000,
  tenantsMax: 100,
}

function streamsWith(limits: Partial<StreamLimits> = {}): Streams {
  return createStreams({ ...LIMITS, ...limits }, () => now, {
    onDeliver: ({ id }) => void deliveredIds.push(id),
    onHeadMoved: (tenant, head) => void told.push(`${tenant} ${head?.epoch}:${head?.seq}`),
    onSkipped: (events) => void (skipped += events),
  })
}

function event(tenant: string, seq: number, { epoch = 1, bytes = 100 } = {}): Incoming {
  const frame = eventFrame('x', Buffer.alloc(bytes, 0x20), { epoch, seq, key: null })
  return { id: `${tenant} ${seq}`, tenant, epoch, seq, frame, customerId: null, committedAtMs: 0 }
}

const at = (seq: number, epoch = 1) => ({ epoch, seq })
const replayed = (streams: Streams, tenant: string, seq: number) =>
  streams.replayAfter(tenant, at(seq)).frames?.map((frame) => frame.event!.seq) ?? null

describe('replay', () => {
  test('an unknown tenant has no head, and nothing is recovered', () => {
    expect(streamsWith().replayAfter('demo', at(1))).toEqual({ head: null, frames: null })
  })

  test('the whole gap, or nothing', () => {
    const streams = streamsWith()
    for (let seq = 5; seq <= 20; seq++) streams.offer(event('demo', seq))
    expect(replayed(streams, 'demo', 17)).toEqual([18, 19, 20])
    expect(replayed(streams, 'demo', 10)).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20])
    expect(replayed(streams, 'demo', 9)).toBeNull()
  })

  test('an empty gap is recovered although memory holds nothing', () => {
    const streams = streamsWith()
    streams.announce('demo', at(9))
    expect(streams.replayAfter('demo', at(9))).toEqual({ head: at(9), frames: [] })
    expect(replayed(streams, 'demo', 8)).toBeNull()
  })

  test('a cursor ahead of the head, of another epoch, or none is not recovered, and the head is told', () => {
    const streams = streamsWith()
    streams.offer(event('demo', 5))
    expect(streams.replayAfter('demo', at(6))).toEqual({ head: at(5), frames: null })
    expect(streams.replayAfter('demo', at(5, 0))).toEqual({ head: at(5), frames: null })
    expect(streams.replayAfter('demo', null)).toEqual({ head: at(5), frames: null })
  })

  test('while announced events are missing nothing is recovered: the gap would be half', () => {
    const streams = streamsWith()
    streams.offer(event('demo', 5))
    streams.announce('demo', at(7))
    expect(streams.replayAfter('demo', at(4))).toEqual({ head: at(7), frames: null })
    expect(streams.replayAfter('demo', at(7))).toEqual({ head: at(7), frames: [] })
  })

  test('never across a hole that was given up', () => {
    const streams = streamsWith()
    streams.offer(event('demo', 5))
    streams.offer(event('demo', 7))
    now = 2000
    streams.tick()
    expect(deliveredIds).toEqual(['demo 5', 'demo 7'])
    expect(skipped).toBe(1)
    expect(replayed(streams, 'demo', 5)).toBeNull()
    expect(replayed(streams, 'demo', 6)).toEqual([7])
  })

  test('not what is older than the age limit, although nothing has come since', () => {
    const streams = streamsWith()
    streams.offer(event('demo', 5))
    now = 60_001
    expect(replayed(streams, 'demo', 4)).toBeNull()
    expect(replayed(streams, 'demo', 5)).toEqual([])
  })
})

describe('telling the room', () => {
  test('the head is told when it moves without its events', () => {
    const streams = streamsWith()
    streams.offer(event('demo', 5))
    streams.offer(event('demo', 8))
    expect(told).toEqual([])
    now = 2000
    streams.tick()
    expect(told).toEqual(['demo 1:8'])
    streams.announce('demo', at(3, 2))
    expect(told).toEqual(['demo 1:8', 'demo 2:3'])
    streams.offer(event('demo', 9, { epoch: 3 }))
    expect(told).toEqual(['demo 1:8', 'demo 2:3', 'demo 3:9'])
    streams.announce('rival', at(4))
    expect(told.at(-1)).toBe('rival 1:4')
  })

  test('not when events simply follow, nor for an announcement that they may still fill', () => {
    const streams = streamsWith()
    streams.offer(event('demo', 5))
    streams.offer(event('demo', 6))
    streams.announce('demo', at(7))
    streams.offer(event('demo', 7))
    now = 9999
    streams.tick()
    expect(told).toEqual([])
  })

  test('announced events that do not come are given up after the hold time', () => {
    const streams = streamsWith()
    streams.offer(event('demo', 5))
    streams.announce('demo', at(7))
    expect(streams.head('demo')).toEqual(at(7))
    now = 2000
    streams.tick()
    expect(told).toEqual(['demo 1:7'])
    expect(streams.offer(event('demo', 8))).toBe('delivered')
  })
})

describe('bounds over all tenants', () => {
  const bytesOf = event('a', 1).frame.bytes.length

  test('the memory of the tenant that has been quiet for longest goes first, its head stays', () => {
    const streams = streamsWith({ history: { ...LIMITS.history, totalBytesMax: 2 * bytesOf } })
    streams.offer(event('a', 1))
    streams.offer(event('b', 1))
    streams.offer(event('a', 2))
    expect(replayed(streams, 'b', 0)).toBeNull()
    expect(streams.head('b')).toEqual(at(1))
    expect(replayed(streams, 'a', 0)).toEqual([1, 2])
    expect(streams.totals()).toMatchObject({ historyEvents: 2, historyBytes: 2 * bytesOf })
  })

  test('memory that is too old is given back without anybody asking for it', () => {
    const streams = streamsWith()
    streams.offer(event('a', 1))
    now = 70_001
    streams.tick()
    expect(streams.totals()).toMatchObject({ historyEvents: 0, historyBytes: 0, tenants: 1 })
  })

  test('what all tenants hold together is bounded', () => {
    const streams = streamsWith({ heldTotalBytesMax: 3 * bytesOf })
    for (const tenant of ['a', 'b', 'c', 'd']) {
      streams.offer(event(tenant, 1))
      streams.offer(event(tenant, 3))
    }
    expect(streams.totals().heldBytes).toBe(3 * bytesOf)
    expect(deliveredIds.at(-1)).toBe('d 3')
    streams.offer(event('a', 2))
    expect(streams.totals().heldBytes).toBe(2 * bytesOf)
  })

  test('the number of tenants is bounded: the one unheard of for longest is forgotten with all it had', () => {
    const streams = streamsWith({ tenantsMax: 2 })
    streams.offer(event('a', 1))
    streams.offer(event('b', 1))
    streams.offer(event('b', 3))
    streams.offer(event('a', 2))
    streams.offer(event('c', 1))
    expect(streams.head('b')).toBeNull()
    expect(streams.head('a')).toEqual(at(2))
    expect(streams.totals()).toEqual({ tenants: 2, historyEvents: 3, historyBytes: 3 * bytesOf, heldBytes: 0 })
  })

  test('a new epoch gives back what the old one filled', () => {
    const streams = streamsWith()
    streams.offer(event('a', 1))
    streams.offer(event('a', 3))
    streams.offer(event('a', 1, { epoch: 2 }))
    expect(streams.totals()).toEqual({ tenants: 1, historyEvents: 1, historyBytes: bytesOf, heldBytes: 0 })
  })
})
