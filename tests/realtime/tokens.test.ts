import { createLocalJWKSet } from 'jose'
import { describe, expect, test } from 'vitest'
import { until } from '../harness/until.ts'
import { customerToken, jwks, loyaltyUpdated, signToken, startRealtime, type Client } from './harness.ts'

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString()

const refresh = (client: Client, payload: unknown): Promise<Record<string, unknown>> =>
  client.socket.timeout(3000).emitWithAck('refresh_token', payload)

describe('expiry', () => {
  test('is warned of, then, after the grace, the socket is closed so that it may come back', async () => {
    const rt = await startRealtime({ TOKEN_WARNING_SECONDS: '1', TOKEN_GRACE_SECONDS: '0.5' })
    const expiresAt = Date.now() + 1600
    const client = rt.connect({ token: await signToken({ tenant: 'demo', expiresInSeconds: 1.6 }) })
    await client.next('ready')
    expect(client.named('token_expiring')).toEqual([])
    const warning = await client.next('token_expiring')
    expect(Date.now()).toBeLessThan(expiresAt)
    expect(Math.abs(Date.parse(warning['expiresAt'] as string) - expiresAt)).toBeLessThan(100)
    await client.disconnected()
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt + 500)
    expect(client.messages.at(-1)).toEqual({ name: 'closing', data: { code: 'token-expired' } })
    expect(client.closes).toEqual(['transport close'])
    expect(await rt.metric('closes_total{code="token-expired"}')).toBe(1)
  })

  test('is warned of at once when little is left, and events still come', async () => {
    const rt = await startRealtime()
    const client = rt.connect({ token: await signToken({ tenant: 'demo', expiresInSeconds: 10 }) })
    await client.next('token_expiring')
    expect(client.messages.map(({ name }) => name)).toEqual(['ready', 'token_expiring'])
    await rt.broadcast(loyaltyUpdated('demo', 1))
    await client.next('loyalty_updated')
  })
})

describe('refresh', () => {
  test('keeps the socket past the expiry of its first token, without a break', async () => {
    const rt = await startRealtime({ TOKEN_WARNING_SECONDS: '5', TOKEN_GRACE_SECONDS: '0.2' })
    const client = rt.connect({ token: await signToken({ tenant: 'demo', expiresInSeconds: 1 }) })
    await client.next('token_expiring')
    const answer = await refresh(client, { token: await signToken({ tenant: 'demo', expiresInSeconds: 600 }) })
    expect(answer).toEqual({ ok: true, expiresAt: expect.any(String) })
    expect(Date.parse(answer['expiresAt'] as string)).toBeGreaterThan(Date.now() + 590_000)
    const expiredAndMore = Date.now() + 1800 // the token, the grace and a bucket of the timer
    await until(() => Date.now() > expiredAndMore || client.closes.length > 0, 'the first token to be over')
    await rt.broadcast(loyaltyUpdated('demo', 1))
    await client.next('loyalty_updated')
    expect(client.closes).toEqual([])
  })

  test.each([
    ['another tenant', () => signToken({ tenant: 'rival' }), 'wrong-tenant'],
    ['another subject', () => signToken({ tenant: 'demo', sub: 'staff-2' }), 'token-invalid'],
    ['a customer', () => customerToken('staff-1'), 'wrong-tenant'],
    ['the past', () => signToken({ tenant: 'demo', expiresInSeconds: -5 }), 'token-expired'],
    ['nobody', async () => 'x', 'token-invalid'],
  ])('a token of %s is refused, and the one before stays in force', async (_, token, code) => {
    const rt = await startRealtime()
    const client = await rt.join('demo')
    expect(await refresh(client, { token: await token() })).toEqual({ ok: false, code, detail: expect.any(String) })
    await rt.broadcast(loyaltyUpdated('demo', 1))
    await client.next('loyalty_updated')
    expect(await rt.metric('token_refreshes_total{outcome="refused"}')).toBe(1)
  })

  test('a customer may refresh, not for somebody else', async () => {
    const rt = await startRealtime()
    const client = rt.connect({ token: await customerToken('c-1') })
    await client.next('ready')
    expect(await refresh(client, { token: await customerToken('c-1') })).toMatchObject({ ok: true })
    expect(await refresh(client, { token: await customerToken('c-2') })).toMatchObject({ code: 'token-invalid' })
  })

  test('of a malformed payload names what is wrong', async () => {
    const rt = await startRealtime()
    const client = await rt.join('demo')
    expect(await refresh(client, { token: 7 })).toMatchObject({
      code: 'bad-handshake',
      detail: expect.stringMatching(/^token/),
    })
    expect(await refresh(client, 'x')).toMatchObject({ ok: false, code: 'bad-handshake' })
  })

  test('while keys cannot be fetched says so, and the socket stays', async () => {
    const local = createLocalJWKSet(jwks)
    let available = true
    const rt = await startRealtime({}, async (header, token) => {
      if (available) return local(header, token)
      throw new Error('no route to host')
    })
    const client = await rt.join('demo')
    available = false
    const answer = await refresh(client, { token: await signToken({ tenant: 'demo' }) })
    expect(answer).toMatchObject({ ok: false, code: 'keys-unavailable' })
    await rt.broadcast(loyaltyUpdated('demo', 1))
    await client.next('loyalty_updated')
  })
})

describe('revocation', () => {
  test('closes the subject’s sockets at once and for good, and no one else’s', async () => {
    const rt = await startRealtime()
    const token = await signToken({ tenant: 'demo', sub: 'till-2' })
    const tills = [rt.connect({ token }, { reconnection: true }), rt.connect({ token }, { transports: ['websocket'] })]
    const namesake = rt.connect({ token: await signToken({ tenant: 'rival', sub: 'till-2' }) })
    const other = await rt.join('demo')
    await Promise.all([...tills, namesake].map((client) => client.next('ready')))
    await rt.control({ revoked: [{ tenant: 'demo', subject: 'till-2', until: inAnHour() }] })
    for (const till of tills) {
      await till.disconnected()
      expect(till.messages.at(-1)).toEqual({ name: 'closing', data: { code: 'token-revoked' } })
      // This reason, unlike any other, makes socket.io-client stay away.
      expect(till.closes).toEqual(['io server disconnect'])
      expect(till.socket.active).toBe(false)
    }
    await rt.broadcast(loyaltyUpdated('demo', 1), loyaltyUpdated('rival', 1))
    await Promise.all([other.next('loyalty_updated'), namesake.next('loyalty_updated')])
    expect(tills.flatMap((till) => till.named('loyalty_updated'))).toEqual([])
    expect((await rt.connect({ token }).refusal()).data.code).toBe('token-revoked')
    expect(await rt.metric('closes_total{code="token-revoked"}')).toBe(2)
  })

  test('is also looked at when a token is refreshed, and ends with its time', async () => {
    const rt = await startRealtime()
    const revoke = (end: Date) =>
      rt.control({ revoked: [{ tenant: 'demo', subject: 'staff-1', until: end.toISOString() }] })
    await revoke(new Date(Date.now() - 1000))
    const client = await rt.join('demo')
    const soon = Date.now() + 300
    const gone = client.disconnected()
    await revoke(new Date(soon))
    await gone
    const token = await signToken({ tenant: 'demo' })
    expect((await rt.connect({ token }).refusal()).data.code).toBe('token-revoked')
    await until(() => Date.now() > soon, 'the revocation to be over')
    await rt.connect({ token }).next('ready')
  })
})
