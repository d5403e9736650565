import type { AnyEvent, EventType, StreamEvent } from '@loyalty-live/events'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { send, setUp, setUpLive } from '../test/client-setup.ts'
import { eventAt } from '../test/events.ts'
import { settlePromises } from '../test/virtual-clock.ts'
import type { LoyaltyClient } from './client.ts'

describe('handlers', () => {
  test('get each event once and in order, by its own name and as an event, from socket and catch-up alike', async () => {
    const it = await setUpLive()
    const byName: number[] = []
    it.client.on('loyalty_updated', ({ seq }) => byName.push(seq))
    it.server.commit(4)
    send(it, 11, 11, 14)
    expect(it.seen).toEqual(['1:11'])
    await it.clock.advance(100)
    send(it, 13, 14)
    expect(it.seen).toEqual(['1:11', '1:12', '1:13', '1:14'])
    expect(byName).toEqual([11, 12, 13, 14])
    expect(it.client.cursor).toBe('1:14')
    expect(it.client.stats).toMatchObject({ received: 8, delivered: 4, duplicates: 4, gaps: 1, catchUps: 1 })
  })

  test('that throw, or reject, stop neither the others nor the stream', async () => {
    const it = await setUpLive()
    const others: number[] = []
    it.client.on('loyalty_updated', () => {
      throw new Error('a bug')
    })
    it.client.on('loyalty_updated', async () => {
      throw new Error('a late bug')
    })
    it.client.on('loyalty_updated', ({ seq }) => others.push(seq))
    send(it, 11, 12)
    await settlePromises()
    expect(others).toEqual([11, 12])
    expect(it.errors.map(({ code, message }) => `${code}: ${message}`)).toEqual(
      expect.arrayContaining([
        'handler-failed: a handler of "loyalty_updated" failed: a bug',
        'handler-failed: a handler of "loyalty_updated" failed: a late bug',
      ]),
    )
    expect(it.errors).toHaveLength(4)
  })

  test('can be taken away, and adding one while an event is given does not give it that one', async () => {
    const it = await setUpLive()
    const late: number[] = []
    const off = it.client.on('loyalty_updated', () => {
      it.client.on('loyalty_updated', ({ seq }) => late.push(seq))
      off()
    })
    send(it, 11, 12)
    expect(late).toEqual([12])
  })

  test('see the cursor of the event that they are given', async () => {
    const it = await setUpLive()
    const cursors: (string | null)[] = []
    it.client.on('event', () => cursors.push(it.client.cursor))
    it.server.commit(3)
    send(it, 13)
    await it.clock.advance(100)
    expect(cursors).toEqual(['1:11', '1:12', '1:13'])
  })

  test('get events of types that this build does not know as unknown, and those count on the stream', async () => {
    const it = await setUpLive()
    const unknown: AnyEvent[] = []
    it.client.on('unknown', (event) => unknown.push(event))
    it.socket().message('table_freed', eventAt(1, 11, { type: 'table_freed', data: { table: 4 } }))
    it.socket().message('loyalty_updated', eventAt(1, 12, { version: 2 }))
    send(it, 13)
    expect(unknown.map(({ seq }) => seq)).toEqual([11, 12])
    expect(unknown[0]!.data).toEqual({ table: 4 })
    expect(it.seen).toEqual(['1:13'])
    expect(it.client.stats.unknownTypes).toBe(2)
  })

  test('are not held up by an event whose data nobody can read', async () => {
    const it = await setUpLive()
    const unknown: number[] = []
    it.client.on('unknown', ({ seq }) => unknown.push(seq))
    it.socket().message('loyalty_updated', eventAt(1, 11, { data: { ...eventAt(1, 11).data, newBalance: 'much' } }))
    send(it, 12)
    await settlePromises()
    expect(unknown).toEqual([11])
    expect(it.seen).toEqual(['1:12'])
    expect(it.errors).toMatchObject([{ code: 'bad-event', message: expect.stringContaining('data.newBalance') }])
    expect(it.client.stats.unknownTypes).toBe(0)
  })

  test('that stop the client in the middle of a page get the rest after the next start, once', async () => {
    const it = await setUpLive()
    it.client.on('event', ({ seq }) => {
      if (seq === 12) void it.client.stop()
    })
    it.server.commit(4)
    send(it, 14)
    await it.clock.advance(100)
    expect(it.seen).toEqual(['1:11', '1:12'])
    expect(it.client.cursor).toBe('1:12')
    it.client.start()
    await it.clock.advance(100)
    expect(it.socket().options.auth.cursor).toBe('1:12')
    it.socket().ready('1:14', false)
    await it.clock.advance(100)
    expect(it.seen).toEqual(['1:11', '1:12', '1:13', '1:14'])
  })

  test('are told of failures one by one, also when the one who is told throws', async () => {
    let told = 0
    const it = await setUpLive({
      onError: () => {
        told++
        throw new Error('a bug in onError')
      },
    })
    it.socket().message('head', 'nonsense')
    it.socket().message('head', 'nonsense')
    await settlePromises()
    expect(told).toBe(2)
    expect(it.client.status.state).toBe('live')
  })
})

describe('types', () => {
  test('a handler knows the event that it is given', () => {
    const { client } = setUp()
    client.on('loyalty_updated', (event) => {
      expectTypeOf(event.data.newBalance).toEqualTypeOf<number>()
      expectTypeOf(event.type).toEqualTypeOf<'loyalty_updated'>()
    })
    client.on('booking_updated', (event) => expectTypeOf(event.data.customerId).toEqualTypeOf<string | null>())
    client.on('event', (event) => {
      expectTypeOf(event).toEqualTypeOf<StreamEvent>()
      expectTypeOf(event.type).toEqualTypeOf<EventType>()
      if (event.type === 'member_updated') expectTypeOf(event.data.vip).toEqualTypeOf<boolean>()
    })
    client.on('unknown', (event) => expectTypeOf(event).toEqualTypeOf<AnyEvent>())
    client.on('reset', ({ cursor }) => expectTypeOf(cursor).toEqualTypeOf<string>())
    client.on('status', ({ state }) =>
      expectTypeOf(state).toEqualTypeOf<'connecting' | 'live' | 'polling' | 'offline' | 'unauthorized'>(),
    )
    // @ts-expect-error a name that is none
    client.on('loyalty_update', () => {})
    expectTypeOf<LoyaltyClient['on']>().returns.toEqualTypeOf<() => void>()
  })
})
