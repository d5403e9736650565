import { createLocalJWKSet } from 'jose'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { buildRealtime } from '../../services/realtime/src/app.ts'
import { systemClock } from '../../services/realtime/src/clock.ts'
import { parseConfig } from '../../services/realtime/src/config.ts'
import { createMetrics } from '../../services/realtime/src/metrics.ts'
import { until } from '../harness/until.ts'
import { connectRaw } from './raw-websocket.ts'
import { jwks, loyaltyUpdated, SECRET, signToken, startRealtime } from './harness.ts'

describe('closing', () => {
  test('spreads the sockets over the window, each told why and free to come back', { timeout: 15_000 }, async () => {
    const rt = await startRealtime({ DRAIN_SECONDS: '1.5' })
    const transports = [['websocket'], ['polling'], ['polling', 'websocket']]
    const clients = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        rt.join(`tenant-${index % 4}`, {}, { transports: transports[index % 3]! }),
      ),
    )
    const goneAtMs: number[] = []
    const startedAt = performance.now()
    for (const client of clients) client.socket.once('disconnect', () => goneAtMs.push(performance.now() - startedAt))
    await rt.realtime.close()
    const tookMs = performance.now() - startedAt
    await until(() => goneAtMs.length === 30, 'all clients to notice')
    for (const client of clients) {
      expect(client.messages.at(-1)).toEqual({ name: 'closing', data: { code: 'draining' } })
      expect(client.closes).not.toContain('io server disconnect')
    }
    expect(tookMs).toBeGreaterThan(1400)
    expect(tookMs).toBeLessThan(3500)
    expect(goneAtMs[0]).toBeLessThan(200)
    for (const window of [0, 500, 1000]) {
      const inWindow = goneAtMs.filter((at) => at >= window && at < window + 500).length
      expect(inWindow).toBeGreaterThan(5)
      expect(inWindow).toBeLessThan(16)
    }
    expect(await rt.metric('closes_total{code="draining"}')).toBe(30)
  })

  test('meanwhile is not ready, refuses newcomers, and serves those who remain', async () => {
    const rt = await startRealtime({ DRAIN_SECONDS: '2' })
    await rt.realtime.ready()
    const clients = await Promise.all(['a', 'a', 'a', 'a'].map((tenant) => rt.join(tenant)))
    const closed = rt.realtime.close()
    const readiness = await fetch(`${rt.url}/readyz`)
    expect(readiness.status).toBe(503)
    expect(await readiness.json()).toMatchObject({ ready: false, state: 'stopped' })
    expect((await fetch(`${rt.url}/healthz`)).status).toBe(200)
    const refusal = await rt.connect({ token: await signToken({ tenant: 'a' }) }).refusal()
    expect(refusal.data).toMatchObject({ code: 'draining', retry: true })
    await rt.broadcast(loyaltyUpdated('a', 1))
    // Who was closed before the event is known here only later: each is served or closed, and the last is served.
    const served = () => clients.filter((client) => client.seqs().length > 0)
    await until(() => clients.every((client) => client.closes.length > 0 || served().includes(client)), 'everyone')
    expect(served().length).toBeGreaterThan(0)
    await closed
    await expect(fetch(`${rt.url}/healthz`)).rejects.toThrow('fetch failed')
  })

  test('without sockets is immediate, and asked for again is the same', async () => {
    const rt = await startRealtime({ DRAIN_SECONDS: '60' })
    await rt.realtime.ready()
    const startedAt = performance.now()
    const closing = rt.realtime.close()
    expect(rt.realtime.close()).toBe(closing)
    await closing
    expect(performance.now() - startedAt).toBeLessThan(500)
  })

  test('does not wait for clients that never answer', async () => {
    const rt = await startRealtime({ DRAIN_SECONDS: '0.2' })
    const raw = await connectRaw(rt.port, { token: await signToken({ tenant: 'demo' }) })
    await connectRaw(rt.port, null)
    raw.tcp.pause()
    const startedAt = performance.now()
    await rt.realtime.close()
    expect(performance.now() - startedAt).toBeLessThan(2200)
    raw.tcp.resume()
    await until(() => raw.closed, 'the connection to be cut')
    expect(raw.texts.at(-1)).toBe('42["closing",{"code":"draining"}]')
  })

  test('before it ever listened does nothing', async () => {
    const config = parseConfig({ BROADCAST_SECRET: SECRET })
    const keys = createLocalJWKSet(jwks)
    const log = pino({ level: 'silent' })
    const realtime = buildRealtime({ config, log, metrics: createMetrics(), keys, clock: systemClock })
    await realtime.close()
    expect(realtime.server.listening).toBe(false)
  })
})
