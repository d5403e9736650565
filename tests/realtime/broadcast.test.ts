import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { connect as connectTcp } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { until } from '../harness/until.ts'
import { loyaltyUpdated, range, SECRET, startRealtime, type PostOptions } from './harness.ts'

async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  return { status: response.status, ...((await response.json()) as { code: string; errors?: { field: string }[] }) }
}

describe('a bare socket.io-client', () => {
  test('with nothing but a token hears loyalty_updated under its own name', async () => {
    const rt = await startRealtime()
    const client = await rt.join('demo')
    const event = loyaltyUpdated('demo', 1)
    expect(await rt.broadcast(event)).toMatchObject({ accepted: 1, duplicates: 0 })
    expect(await client.next('loyalty_updated')).toEqual(event)
  })
})

describe('what is taken', () => {
  test('one event, or an array of up to 500', async () => {
    const rt = await startRealtime()
    const client = await rt.join('demo')
    expect((await rt.post('/broadcast', loyaltyUpdated('demo', 1))).status).toBe(202)
    await rt.broadcast(...range(2, 501).map((seq) => loyaltyUpdated('demo', seq)))
    await until(() => client.seqs().length === 501, '501 events')
    expect(client.seqs()).toEqual(range(1, 501))
  })

  test('repeats are acknowledged, counted and sent once, also within one request', async () => {
    const rt = await startRealtime()
    const client = await rt.join('demo')
    const events = range(1, 3).map((seq) => loyaltyUpdated('demo', seq))
    expect(await rt.broadcast(...events, events[0]!)).toMatchObject({ accepted: 3, duplicates: 1 })
    expect(await rt.broadcast(...events)).toMatchObject({ accepted: 0, duplicates: 3 })
    await rt.broadcast(loyaltyUpdated('demo', 4))
    await until(() => client.seqs().includes(4), 'the last event')
    expect(client.seqs()).toEqual([1, 2, 3, 4])
  })

  test('a signed request that somebody else sends again changes nothing', async () => {
    const rt = await startRealtime()
    const client = await rt.join('demo')
    const same = { id: 'msg_1', at: new Date() }
    for (const duplicates of [0, 1]) {
      const response = await rt.post(
        '/broadcast',
        JSON.stringify(loyaltyUpdated('demo', 1, { id: ID, ...FIXED })),
        same,
      )
      expect(await response.json()).toMatchObject({ accepted: 1 - duplicates, duplicates })
    }
    await rt.broadcast(loyaltyUpdated('demo', 2))
    await until(() => client.seqs().includes(2), 'the last event')
    expect(client.seqs()).toEqual([1, 2])
  })

  test('fields that this server does not know arrive byte for byte', async () => {
    const rt = await startRealtime()
    const client = await rt.join('demo', {}, { transports: ['websocket'] })
    const packets: string[] = []
    client.socket.io.engine.on('packet', ({ data }) => void packets.push(String(data)))
    const text = JSON.stringify(loyaltyUpdated('demo', 1)).replace(
      '"data":{',
      '"extra": [1.50, 12345678901234567890, "\\u00e9 é"], "data":{ "10": 1, "9": 2,',
    )
    await rt.post('/broadcast', `[${text}]`)
    await client.next('loyalty_updated')
    expect(packets).toContain(`2["loyalty_updated",${text}]`)
  })

  test('a type of another backend, once it is configured', async () => {
    const freed = loyaltyUpdated('demo', 1, { type: 'table_freed', data: { table: 4 } })
    const strict = await startRealtime()
    expect((await strict.post('/broadcast', freed)).status).toBe(400)
    const open = await startRealtime({ EXTRA_EVENT_TYPES: 'table_freed' })
    const client = await open.join('demo')
    await open.broadcast(freed)
    expect(await client.next('table_freed')).toEqual(freed)
  })

  test('any secret of several', async () => {
    const next = `whsec_${randomBytes(24).toString('base64')}`
    const rt = await startRealtime({ BROADCAST_SECRET: `${SECRET} ${next}` })
    expect((await rt.post('/broadcast', loyaltyUpdated('demo', 1), { secret: next })).status).toBe(202)
    expect((await rt.post('/broadcast', loyaltyUpdated('demo', 2), { secret: SECRET })).status).toBe(202)
  })

  test('the instance is the same all through a run, on both routes, and another in the next', async () => {
    const [first, second] = [await startRealtime(), await startRealtime()]
    const { instance } = await first.broadcast(loyaltyUpdated('demo', 1))
    expect((await first.control({})).instance).toBe(instance)
    expect((await second.control({})).instance).not.toBe(instance)
  })
})

describe('what is refused, and nothing of it sent', () => {
  test('one faulty event of many refuses all, naming the field', async () => {
    const rt = await startRealtime()
    const client = await rt.join('demo')
    const wrong = loyaltyUpdated('demo', 2, { data: { newBalance: 'much' } })
    const problem = await problemOf(await rt.post('/broadcast', [loyaltyUpdated('demo', 1), wrong]))
    expect(problem).toMatchObject({ status: 400, code: 'invalid-event', errors: [{ field: '[1].data.newBalance' }] })
    await rt.broadcast(loyaltyUpdated('demo', 1))
    await until(() => client.seqs().length > 0, 'the good event')
    expect(client.seqs()).toEqual([1])
  })

  test.each([
    ['not JSON', '{', 400, 'malformed-json'],
    ['nothing', '', 400, 'malformed-json'],
    ['no event', '[]', 400, 'invalid-request'],
    ['501 events', JSON.stringify(range(1, 501).map((seq) => loyaltyUpdated('demo', seq))), 400, 'invalid-request'],
    ['more than 1 MiB', ' '.repeat(1_048_577), 413, 'body-too-large'],
  ])('a body that is %s', async (_, body, status, code) => {
    const rt = await startRealtime()
    expect(await problemOf(await rt.post('/broadcast', body))).toMatchObject({ status, code })
  })

  test('a body of 1 MiB to the byte is not too large', async () => {
    const rt = await startRealtime()
    const event = JSON.stringify(loyaltyUpdated('demo', 1))
    expect((await rt.post('/broadcast', event + ' '.repeat(1_048_576 - event.length))).status).toBe(202)
  })

  test('a body too large whose length was not declared', async () => {
    const rt = await startRealtime()
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sending = request(`${rt.url}/broadcast`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
      })
      sending.once('error', reject)
      sending.once('response', (response) => resolve(response.resume().statusCode))
      for (let sent = 0; sent < 24; sent++) sending.write(Buffer.alloc(65_536, 0x20))
      sending.end()
    })
    expect(status).toBe(413)
  })

  test.each(['text/plain', 'application/jsonp', 'application/problem+json'])('the content type %s', async (type) => {
    const rt = await startRealtime()
    const options = { headers: { 'content-type': type } }
    const problem = await problemOf(await rt.post('/broadcast', loyaltyUpdated('demo', 1), options))
    expect(problem).toMatchObject({ status: 415, code: 'media-type-not-supported' })
  })

  test('a content type with parameters is as good', async () => {
    const rt = await startRealtime()
    const options = { headers: { 'content-type': 'Application/JSON; charset=utf-8' } }
    expect((await rt.post('/broadcast', loyaltyUpdated('demo', 1), options)).status).toBe(202)
  })
})

describe.each(['/broadcast', '/control'])('the signature of %s', (path) => {
  const body = path === '/broadcast' ? loyaltyUpdated('demo', 1) : {}

  test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('%s must be there', async (name) => {
    const rt = await startRealtime()
    const headers = new Headers({ 'content-type': 'application/json', 'webhook-id': 'a', 'webhook-timestamp': '1' })
    headers.set('webhook-signature', 'v1,x')
    headers.delete(name)
    const response = await fetch(rt.url + path, { method: 'POST', body: JSON.stringify(body), headers })
    expect(await problemOf(response)).toMatchObject({ status: 401, code: 'signature-missing' })
  })

  test('one by another secret, of another body, or of more than 5 minutes ago is refused', async () => {
    const rt = await startRealtime()
    const post = async (options: PostOptions) => problemOf(await rt.post(path, body, options))
    const stranger = `whsec_${randomBytes(32).toString('base64')}`
    expect(await post({ secret: stranger })).toMatchObject({ status: 401, code: 'signature-invalid' })
    const ofAnother = new Webhook(SECRET).sign('msg', new Date(), '{}')
    expect(await post({ headers: { 'webhook-signature': ofAnother } })).toMatchObject({ code: 'signature-invalid' })
    const past = new Date(Date.now() - 301_000)
    expect(await post({ at: past })).toMatchObject({ status: 401, code: 'timestamp-stale' })
    const future = new Date(Date.now() + 301_000)
    expect(await post({ at: future })).toMatchObject({ status: 401, code: 'timestamp-stale' })
  })

  test('a connection is good for more after a refusal', async () => {
    const rt = await startRealtime()
    await rt.post(path, ' '.repeat(1_100_000))
    expect((await rt.post(path, body)).status).toBe(202)
  })
})

describe('control', () => {
  test('a malformed statement is refused, naming the field', async () => {
    const rt = await startRealtime()
    const response = await rt.post('/control', { heads: [{ tenant: 'No Tenant', epoch: 1, seq: 1 }] })
    expect(await problemOf(response)).toMatchObject({
      status: 400,
      code: 'invalid-request',
      errors: [{ field: 'heads[0].tenant' }],
    })
  })
})

test('neither a token nor a secret is ever logged', async () => {
  const rt = await startRealtime({ LOG_LEVEL: 'trace' })
  const client = await rt.join('demo')
  await rt.broadcast(loyaltyUpdated('demo', 1))
  await rt.connect({ token: 'not-a-token' }).refusal()
  await rt.control({ revoked: [{ tenant: 'demo', subject: 'staff-1', until: new Date(Date.now() + 60_000) }] })
  await client.disconnected()
  const log = rt.logged.join('')
  expect(log).toContain('"reqId":"msg_')
  expect(log).not.toContain(SECRET.slice(6, 20))
  expect(log).not.toMatch(/eyJ[A-Za-z0-9_-]{10}/)
  expect(log).not.toContain('not-a-token')
})

test('a client that trickles its request in is cut off', { timeout: 20_000 }, async () => {
  const rt = await startRealtime()
  const socket = connectTcp(rt.port, '127.0.0.1')
  let ended = false
  socket.on('close', () => (ended = true)).on('error', () => {})
  socket.resume().write('POST /broadcast HTTP/1.1\r\nHost: x\r\n')
  const trickle = setInterval(() => !ended && socket.write('x-a: b\r\n'), 500)
  await until(() => ended, 'the connection to be cut', 10_000)
  clearInterval(trickle)
})

const ID = '0199f000-0000-7000-8000-0000000000ff'
const FIXED = { timestamp: '2026-11-21T12:00:00.000Z', data: { transactionId: ID } }
