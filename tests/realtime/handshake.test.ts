import { generateKeyPair } from 'jose'
import { connectErrors, type ConnectErrorCode } from '@loyalty-live/events'
import { describe, expect, test } from 'vitest'
import { until } from '../harness/until.ts'
import { cursor, customerToken, loyaltyUpdated, signToken, startRealtime, type Harness } from './harness.ts'

const inAnHour = new Date(Date.now() + 3_600_000).toISOString()

/** How each code comes about at the handshake; `too-slow` only ends connections. */
const causes: Record<
  Exclude<ConnectErrorCode, 'too-slow'>,
  (rt: Harness) => Promise<Record<string, unknown> | undefined>
> = {
  'bad-handshake': async () => ({ token: await signToken({ tenant: 'demo' }), cursor: '1:02' }),
  'token-missing': async () => undefined,
  'token-invalid': async () => ({
    token: await signToken({ tenant: 'demo' }, (await generateKeyPair('EdDSA')).privateKey),
  }),
  'token-expired': async () => ({ token: await signToken({ tenant: 'demo', expiresInSeconds: -1 }) }),
  'token-revoked': async (rt) => {
    await rt.control({ revoked: [{ tenant: 'demo', subject: 'till-9', until: inAnHour }] })
    return { token: await signToken({ tenant: 'demo', sub: 'till-9' }) }
  },
  'wrong-tenant': async () => ({ token: await signToken({ tenant: 'demo' }), tenant: 'rival' }),
  'role-not-allowed': async () => ({ token: await signToken({ tenant: 'demo', role: 'auditor' }) }),
  'keys-unavailable': async () => ({ token: await signToken({ tenant: 'demo' }) }),
  'too-many-sockets': async (rt) => {
    await rt.join('demo')
    return { token: await signToken({ tenant: 'demo' }) }
  },
  draining: async (rt) => {
    await rt.join('demo')
    await rt.join('rival')
    void rt.realtime.close()
    return { token: await signToken({ tenant: 'third' }) }
  },
}

function serverFor(code: string) {
  if (code === 'keys-unavailable') return startRealtime({}, () => Promise.reject(new Error('no route to host')))
  if (code === 'too-many-sockets') return startRealtime({ TENANT_SOCKETS_MAX: '1' })
  if (code === 'draining') return startRealtime({ DRAIN_SECONDS: '1' })
  return startRealtime()
}

describe.each(Object.keys(causes) as (keyof typeof causes)[])('%s', (code) => {
  test.each(['polling', 'websocket'])(
    'is the message and the code of the connect_error, over %s',
    async (transport) => {
      const rt = await serverFor(code)
      const client = rt.connect(await causes[code](rt), { transports: [transport] })
      const refusal = await client.refusal()
      expect(refusal.message).toBe(code)
      expect(refusal.data).toEqual({ code, detail: expect.any(String), retry: connectErrors[code].retry })
      expect(refusal.data.detail.length).toBeGreaterThan(10)
      expect(await rt.metric(`refused_handshakes_total{code="${code}"}`)).toBe(1)
    },
  )
})

describe('details', () => {
  test.each([
    [{ token: 7 }, 'auth.token'],
    [{ token: 'x', cursor: 'yesterday' }, 'auth.cursor'],
    [{ token: 'x', tenant: 'No Tenant' }, 'auth.tenant'],
    [{ token: 'x'.repeat(8193) }, 'auth.token'],
  ])('a malformed %j is named', async (auth, field) => {
    const rt = await startRealtime()
    const { data } = await rt.connect(auth).refusal()
    expect(data).toMatchObject({ code: 'bad-handshake', detail: expect.stringContaining(field) })
  })

  test.each([{}, { token: '' }, { token: null }])('%j has no token', async (auth) => {
    const rt = await startRealtime()
    expect((await rt.connect(auth).refusal()).data.code).toBe('token-missing')
  })

  test('a customer’s token is of no tenant, so asking for one is refused', async () => {
    const rt = await startRealtime()
    const client = rt.connect({ token: await customerToken('c-1'), tenant: 'demo' })
    expect((await client.refusal()).data.code).toBe('wrong-tenant')
  })

  test('after a refusal the same client may come with a better token', async () => {
    const rt = await startRealtime()
    const client = rt.connect({ token: 'bad' })
    await client.refusal()
    client.socket.auth = { token: await signToken({ tenant: 'demo' }) }
    client.socket.connect()
    await client.next('ready')
  })

  test('a namespace other than the root has nothing to give', async () => {
    const rt = await startRealtime()
    const client = rt.connect({ token: await signToken({ tenant: 'demo' }) })
    await client.next('ready')
    const other = client.socket.io.socket('/admin', { auth: { token: await signToken({ tenant: 'demo' }) } })
    const message = new Promise((resolve) => other.once('connect_error', (error) => resolve(error.message)))
    other.connect()
    expect(await message).toBe('Invalid namespace')
  })
})

describe('seats', () => {
  test('the server’s limit counts all, and a seat that was left is free again', async () => {
    const rt = await startRealtime({ SOCKETS_MAX: '2' })
    const first = await rt.join('demo')
    const customer = rt.connect({ token: await customerToken('c-1') })
    await customer.next('ready')
    const token = await signToken({ tenant: 'rival' })
    expect((await rt.connect({ token }).refusal()).data.code).toBe('too-many-sockets')
    first.socket.disconnect()
    await until(async () => (await rt.metric('connections{kind="tenant"}')) === 0, 'the seat to be free')
    await rt.connect({ token }).next('ready')
  })

  test('connections that show no token are bounded too', { timeout: 20_000 }, async () => {
    const rt = await startRealtime({ SOCKETS_MAX: '1' })
    await rt.realtime.ready()
    const open = async () => (await fetch(`${rt.url}/socket.io/?EIO=4&transport=polling`)).status
    for (let opened = 0; opened < 1000; opened++) expect(await open()).toBe(200) // the probe holds the other one
    expect(await open()).toBe(403)
  })

  test('asking twice over one connection gives one socket', async () => {
    const rt = await startRealtime({ TENANT_SOCKETS_MAX: '5' })
    const token = await signToken({ tenant: 'demo' })
    const client = rt.connect({ token }, { transports: ['websocket'], autoConnect: false })
    client.socket.io.on('open', () => {
      for (let again = 0; again < 5; again++) client.socket.io.engine.write(`0${JSON.stringify({ token })}`)
    })
    client.socket.connect()
    await until(async () => (await rt.metric('refused_handshakes_total{code="bad-handshake"}')) > 0, 'a refusal')
    await until(async () => (await rt.metric('connections{kind="tenant"}')) <= 1, 'at most one socket')
    expect(await rt.metric('connections{kind="tenant"}')).toBeLessThanOrEqual(1)
  })
})

describe('ready', () => {
  test('comes first, and says where the stream stands and when the token expires', async () => {
    const rt = await startRealtime()
    await rt.broadcast(loyaltyUpdated('demo', 41), loyaltyUpdated('demo', 42))
    const before = Date.now()
    const client = await rt.join('demo', { cursor: cursor(41) })
    await client.next('loyalty_updated')
    const [{ name, data }] = client.messages as [{ name: string; data: { expiresAt: string } }]
    expect(name).toBe('ready')
    expect(data).toEqual({ head: cursor(42), recovered: true, expiresAt: expect.any(String) })
    expect(Math.abs(Date.parse(data.expiresAt) - before - 600_000)).toBeLessThan(5000)
  })

  test('of a customer knows no head and recovers nothing', async () => {
    const rt = await startRealtime()
    const client = rt.connect({ token: await customerToken('c-1'), cursor: cursor(5) })
    expect(await client.next('ready')).toMatchObject({ head: null, recovered: false })
  })
})
