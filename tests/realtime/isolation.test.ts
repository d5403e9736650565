import { expect, test } from 'vitest'
import { until } from '../harness/until.ts'
import { connectRaw } from './raw-websocket.ts'
import { cursor, customerToken, EPOCH, loyaltyUpdated, range, signToken, startRealtime } from './harness.ts'

const JOHN = '0199f000-0000-7000-8000-000000000001'
const JANE = '0199f000-0000-7000-8000-000000000002'

test('no frame of one tenant reaches a socket of another: not an event, not a replay, not a head', async () => {
  const rt = await startRealtime({ HEAD_BEAT_MS: '20' })
  const demo = await rt.join('demo')
  const rival = await connectRaw(rt.port, { token: await signToken({ tenant: 'rival' }), cursor: cursor(0) })
  await rt.broadcast(...range(1, 20).map((seq) => loyaltyUpdated('demo', seq)))
  await rt.control({ heads: [{ tenant: 'demo', epoch: EPOCH, seq: 25 }] })
  await until(() => demo.seqs().length === 20, 'the events in their own tenant')
  await until(() => rival.texts.filter((text) => text.includes('"head"')).length > 3, 'some beats')
  expect(rival.texts.join('\n')).not.toMatch(/demo|John|1763700000/)
  const late = await rt.join('rival', { cursor: cursor(0) })
  expect(await late.next('ready')).toMatchObject({ head: null, recovered: false })
})

test('a client does not choose its room: whatever it asks for, it hears its own tenant', async () => {
  const rt = await startRealtime()
  const token = await signToken({ tenant: 'rival' })
  const client = rt.connect({ token, room: 'tenant:demo', rooms: ['tenant:demo'] }, { query: { tenant: 'demo' } })
  await client.next('ready')
  client.socket.emit('join', 'tenant:demo')
  client.socket.emit('subscribe', { room: 'tenant:demo' })
  await rt.broadcast(loyaltyUpdated('demo', 1))
  await rt.broadcast(loyaltyUpdated('rival', 1))
  await until(() => client.seqs().length > 0, 'its own event')
  expect(client.messages.filter(({ data }) => data['tenant'] === 'demo')).toEqual([])
})

test('a customer hears what is about them in every tenant, and nothing else', async () => {
  const rt = await startRealtime({ EXTRA_EVENT_TYPES: 'table_freed' })
  const john = rt.connect({ token: await customerToken(JOHN.toUpperCase()) })
  const jane = rt.connect({ token: await customerToken(JANE) })
  await Promise.all([john.next('ready'), jane.next('ready')])
  const memberUpdated = loyaltyUpdated('demo', 3, {
    type: 'member_updated',
    data: { memberVersion: 1, vip: true, changes: {} },
  })
  const freed = loyaltyUpdated('demo', 4, { type: 'table_freed', data: { customerId: JOHN } })
  await rt.broadcast(loyaltyUpdated('demo', 1), loyaltyUpdated('demo', 2, { data: { customerId: JANE } }))
  await rt.broadcast(memberUpdated, freed, loyaltyUpdated('rival', 9))
  await until(() => john.seqs().length === 2 && jane.seqs().length === 1, 'their events')
  expect(john.messages.slice(1).map(({ data }) => [data['tenant'], data['seq']])).toEqual([
    ['demo', 1],
    ['rival', 9],
  ])
  expect(jane.seqs()).toEqual([2])
})

test('a customer gets a beat too, without a head', async () => {
  const rt = await startRealtime({ HEAD_BEAT_MS: '20' })
  await rt.broadcast(loyaltyUpdated('demo', 1))
  const john = rt.connect({ token: await customerToken(JOHN) })
  expect(await john.next('head')).toEqual({ head: null })
})
