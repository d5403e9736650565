import { describe, expect, test } from 'vitest'
import { until } from '../harness/until.ts'
import { cursor, customerToken, EPOCH, loyaltyUpdated, startRealtime, type Harness } from './harness.ts'

const event = (seq: number, epoch = EPOCH) => loyaltyUpdated('demo', seq, { epoch })
const announce = (rt: Harness, seq: number, epoch = EPOCH) => rt.control({ heads: [{ tenant: 'demo', epoch, seq }] })

describe('senders that race', () => {
  test('what overtook waits for what is missing, and goes out in order', async () => {
    const rt = await startRealtime()
    const client = await rt.join('demo')
    await rt.broadcast(event(1))
    expect(await rt.broadcast(event(3), event(4))).toMatchObject({ accepted: 2, duplicates: 0 })
    await until(async () => (await rt.metric('held_bytes')) > 0, 'the events to be held')
    expect(client.seqs()).toEqual([1])
    await rt.broadcast(event(2))
    await until(() => client.seqs().length === 4, 'all four')
    expect(client.seqs()).toEqual([1, 2, 3, 4])
    expect(client.named('head')).toEqual([])
  })

  test('a hole that does not fill in time is skipped, told at once, and never replayed over', async () => {
    const rt = await startRealtime({ HOLD_MS: '150' })
    const client = await rt.join('demo')
    await rt.broadcast(event(1))
    await rt.broadcast(event(3))
    await until(() => client.seqs().length === 2, 'the held event')
    await until(() => client.named('head').some(({ head }) => head === cursor(3)), 'the head')
    expect(await rt.broadcast(event(2))).toMatchObject({ accepted: 0, duplicates: 1 })
    await rt.broadcast(event(4))
    await until(() => client.seqs().length === 3, 'the next')
    expect(client.seqs()).toEqual([1, 3, 4])
    expect(await rt.metric('events_total{outcome="late"}')).toBe(1)
    expect(await rt.metric('events_skipped_total')).toBe(1)
    const behind = await rt.join('demo', { cursor: cursor(1) })
    expect(await behind.next('ready')).toMatchObject({ head: cursor(4), recovered: false })
  })
})

test('a customer, of whom no head is told, hears of an event that came too late to be sent', async () => {
  const rt = await startRealtime({ HOLD_MS: '150' })
  const [john, jane] = ['0199f000-0000-7000-8000-000000000001', '0199f000-0000-7000-8000-000000000002']
  const johns = rt.connect({ token: await customerToken(john) })
  const janes = rt.connect({ token: await customerToken(jane) })
  await Promise.all([johns.next('ready'), janes.next('ready')])
  const of = (customerId: string, seq: number) => loyaltyUpdated('demo', seq, { data: { customerId } })
  await rt.broadcast(of(jane, 1), of(jane, 4))
  await until(() => janes.seqs().length === 2, 'the hole to be given up')
  await rt.broadcast(of(john, 2), of(john, 3))
  expect(await johns.next('conflated')).toEqual({ from: cursor(3), to: cursor(3) })
  await rt.broadcast(of(jane, 1), of(john, 5))
  await until(() => johns.seqs().length === 1, 'the next')
  expect(johns.named('conflated')).toHaveLength(1)
  // A repeat is not late: she has it.
  expect(janes.named('conflated')).toEqual([])
})

test('a beat tells those who work for a tenant how many they are, as they come and go', async () => {
  const rt = await startRealtime({ HEAD_BEAT_MS: '50' })
  const first = await rt.join('demo')
  await rt.join('rival')
  const told = (sockets: number) => () => first.named('head').at(-1)?.['sockets'] === sockets
  await until(told(1), 'one socket')
  const second = await rt.join('demo')
  await until(told(2), 'two sockets')
  second.socket.disconnect()
  await until(told(1), 'one socket again')
})

describe('announced heads', () => {
  test('of an unknown tenant become its head, so that clients that have it all know so', async () => {
    const rt = await startRealtime()
    const client = await rt.join('demo')
    expect(await client.next('ready')).toMatchObject({ head: null, recovered: false })
    await announce(rt, 41)
    expect(await client.next('head')).toEqual({ head: cursor(41), sockets: 1 })
    const current = await rt.join('demo', { cursor: cursor(41) })
    expect(await current.next('ready')).toMatchObject({ head: cursor(41), recovered: true })
    const behind = await rt.join('demo', { cursor: cursor(40) })
    expect(await behind.next('ready')).toMatchObject({ head: cursor(41), recovered: false })
    const ahead = await rt.join('demo', { cursor: cursor(42) })
    expect(await ahead.next('ready')).toMatchObject({ head: cursor(41), recovered: false })
  })

  test('ahead of what came ride on the next beat: a lost last event is noticed', async () => {
    const rt = await startRealtime({ HEAD_BEAT_MS: '50', HOLD_MS: '60000' })
    const client = await rt.join('demo')
    await rt.broadcast(event(1))
    await announce(rt, 2)
    await until(() => client.named('head').some(({ head }) => head === cursor(2)), 'a beat with the announced head')
    expect(client.seqs()).toEqual([1])
    await rt.broadcast(event(2))
    await until(() => client.seqs().length === 2, 'the event that was only slow')
  })

  test('whose events do not come are skipped to, and the stream goes on', async () => {
    const rt = await startRealtime({ HOLD_MS: '100' })
    const client = await rt.join('demo')
    await rt.broadcast(event(1))
    await announce(rt, 5)
    await until(() => client.named('head').some(({ head }) => head === cursor(5)), 'the head')
    await rt.broadcast(event(6))
    await until(() => client.seqs().length === 2, 'the next event')
    expect(client.seqs()).toEqual([1, 6])
  })

  test('said again, or behind, change nothing', async () => {
    const rt = await startRealtime()
    const client = await rt.join('demo')
    await rt.broadcast(event(5))
    for (const seq of [5, 3, 5]) await announce(rt, seq)
    await rt.broadcast(event(6))
    await until(() => client.seqs().length === 2, 'both events')
    expect(client.named('head')).toEqual([])
  })
})

describe('a new epoch', () => {
  test('that is announced is told at once, and the old stream is over', async () => {
    const rt = await startRealtime()
    const client = await rt.join('demo')
    await rt.broadcast(event(5))
    await announce(rt, 2, EPOCH + 1)
    await until(() => client.named('head').some(({ head }) => head === cursor(2, EPOCH + 1)), 'the new head')
    expect(await rt.broadcast(event(6))).toMatchObject({ accepted: 0, duplicates: 1 })
    expect(await rt.metric('events_total{outcome="stale"}')).toBe(1)
    const old = await rt.join('demo', { cursor: cursor(5) })
    expect(await old.next('ready')).toMatchObject({ head: cursor(2, EPOCH + 1), recovered: false })
  })

  test('that comes with an event is told, and the event goes out', async () => {
    const rt = await startRealtime()
    const client = await rt.join('demo')
    await rt.broadcast(event(5), event(7))
    await rt.broadcast(event(3, EPOCH + 1))
    await until(() => client.seqs().includes(3), 'the event of the new epoch')
    expect(client.seqs()).toEqual([5, 3])
    await until(() => client.named('head').some(({ head }) => head === cursor(3, EPOCH + 1)), 'the new head')
  })
})

describe('the beat', () => {
  test('comes steadily to a quiet room, a null head while nothing is known', async () => {
    const rt = await startRealtime({ HEAD_BEAT_MS: '50' })
    const client = await rt.join('demo')
    await until(() => client.named('head').length >= 3, 'three beats')
    expect(client.named('head')[0]).toEqual({ head: null, sockets: 1 })
    await rt.broadcast(event(9))
    await until(() => client.named('head').at(-1)!['head'] === cursor(9), 'a beat with the head')
  })

  test('never says a head before the events up to it', async () => {
    const rt = await startRealtime({ HEAD_BEAT_MS: '10' })
    const client = await rt.join('demo', {}, { transports: ['websocket'] })
    for (let seq = 1; seq <= 300; seq++) await rt.broadcast(event(seq))
    await until(() => client.seqs().length === 300, 'the events')
    let last = 0
    for (const { name, data } of client.messages) {
      if (name === 'loyalty_updated') last = data['seq'] as number
      if (name === 'head' && data['head'] !== null) expect(data['head']).toBe(cursor(last))
    }
    expect(client.named('head').length).toBeGreaterThan(5)
  })
})
