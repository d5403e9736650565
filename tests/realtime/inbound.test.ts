import { describe, expect, test } from 'vitest'
import { until } from '../harness/until.ts'
import { connectRaw } from './raw-websocket.ts'
import { loyaltyUpdated, range, signToken, startRealtime } from './harness.ts'

describe('what clients send', () => {
  test('beside refresh_token is ignored, counted, and refused where an answer is asked for', async () => {
    const rt = await startRealtime()
    const client = await rt.join('demo')
    client.socket.emit('loyalty_updated', loyaltyUpdated('demo', 1))
    client.socket.emit('error', 'x')
    expect(await client.socket.timeout(3000).emitWithAck('anything', 1, 2)).toMatchObject({
      ok: false,
      code: 'bad-handshake',
    })
    expect(await rt.metric('inbound_ignored_total')).toBe(3)
    expect(client.seqs()).toEqual([])
    expect(client.closes).toEqual([])
  })

  test('more than 30 times in 10 s ends the connection', async () => {
    const rt = await startRealtime()
    const client = await rt.join('demo', {}, { transports: ['websocket'] })
    for (const _ of range(1, 28)) client.socket.emit('x')
    await until(async () => (await rt.metric('inbound_ignored_total')) === 28, 'the messages to be counted')
    expect(client.closes).toEqual([])
    for (const _ of range(1, 10)) client.socket.emit('x')
    await client.disconnected()
    expect(await rt.metric('inbound_floods_total')).toBe(1)
    expect(await rt.metric('closes_total{code="protocol"}')).toBe(1)
    expect(await rt.metric('inbound_ignored_total')).toBeLessThan(32)
  })

  test('without ever showing a token is ended just so', async () => {
    const rt = await startRealtime()
    const client = rt.connect({ token: 'bad' }, { transports: ['websocket'] })
    client.socket.io.on('open', () => range(1, 40).forEach(() => client.socket.io.engine.write('0{"token":"bad"}')))
    await until(async () => (await rt.metric('inbound_floods_total')) === 1, 'the end')
  })

  test.each([
    ['no packet', '4x'],
    ['an unknown packet type', '49'],
    ['a reserved name', '42["disconnect"]'],
    ['too many attachments', '4599-["x",{"_placeholder":true,"num":0}]'],
    ['more than 16 KiB', `42["x","${'x'.repeat(20_000)}"]`],
  ])('that is %s ends that connection and disturbs no other', async (_, packet) => {
    const rt = await startRealtime()
    const raw = await connectRaw(rt.port, { token: await signToken({ tenant: 'demo' }) })
    const other = await rt.join('demo')
    raw.send(packet)
    await until(() => raw.ended(), 'the connection to end')
    await rt.broadcast(loyaltyUpdated('demo', 1))
    await other.next('loyalty_updated')
    await until(async () => (await rt.metric('connections{kind="tenant"}')) === 1, 'its seat to be free')
  })
})

test('leaving the namespace ends the connection: it would hold its seat for as long as it answers pings', async () => {
  const rt = await startRealtime()
  const raw = await connectRaw(rt.port, { token: await signToken({ tenant: 'demo' }) })
  raw.send('41')
  await until(() => raw.ended(), 'the connection to end')
})

test('a connection that never sends CONNECT is closed', { timeout: 20_000 }, async () => {
  const rt = await startRealtime()
  const raw = await connectRaw(rt.port, null)
  await until(() => raw.ended(), 'the connection to end', 15_000)
})
