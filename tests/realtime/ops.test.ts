import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../services/realtime/src/clock.ts'
import { startProbe } from '../../services/realtime/src/probe.ts'
import { until } from '../harness/until.ts'
import { loyaltyUpdated, signToken, startRealtime } from './harness.ts'

describe('readiness', () => {
  test('is a probe that came back through the publish path', async () => {
    const rt = await startRealtime()
    await rt.realtime.ready()
    const response = await fetch(`${rt.url}/readyz`)
    expect(response.status).toBe(200)
    const body = (await response.json()) as { ready: boolean; probeMs: number }
    expect(body).toEqual({ ready: true, probeMs: expect.any(Number) })
    expect(body.probeMs).toBeGreaterThan(0)
    expect(body.probeMs).toBeLessThan(1000)
    expect(await rt.metric('ready')).toBe(1)
  })

  test('ends when probes stop coming back, and returns with the next that does', { timeout: 15_000 }, async () => {
    let skipMs = 0
    const clock = { ...systemClock, monotonicMs: () => performance.now() + skipMs }
    const rt = await startRealtime({}, undefined, clock)
    await rt.realtime.ready()
    skipMs = 11_000
    const response = await fetch(`${rt.url}/readyz`)
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ ready: false, state: 'failing', reason: expect.any(String) })
    await until(async () => (await fetch(`${rt.url}/readyz`)).status === 200, 'the next probe', 10_000)
  })

  test('is not there before the first probe, and says why', async () => {
    const unreachable = startProbe('http://127.0.0.1:9', 'secret', async () => {}, systemClock.monotonicMs)
    expect(unreachable.read()).toEqual({ state: 'starting', reason: 'no probe has come back yet' })
    await until(() => JSON.stringify(unreachable.read()).includes('cannot connect'), 'the reason')
    unreachable.stop()
    expect(unreachable.read()).toMatchObject({ state: 'stopped' })
  })

  test('is not there while probes cannot be published, and says why', async () => {
    const rt = await startRealtime()
    const publish = () => Promise.reject(new Error('the bus is gone'))
    const token = await signToken({ tenant: 'demo' })
    const probe = startProbe(rt.url, token, publish, systemClock.monotonicMs)
    await until(() => JSON.stringify(probe.read()).includes('the bus is gone'), 'the reason')
    expect(probe.read()).toMatchObject({ state: 'starting' })
    probe.stop()
  })

  test('the probe is nobody’s socket: no metric counts it', async () => {
    const rt = await startRealtime()
    await rt.realtime.ready()
    expect(await rt.metric('connections{kind="tenant"}')).toBe(0)
    expect(await rt.metric('rooms{kind="tenant"}')).toBe(0)
    expect(await rt.metric('deliveries_total')).toBe(0)
    expect(await rt.metric('writes_total{path="direct"}')).toBe(0)
    expect(await rt.metric('replays_total{outcome="no_cursor"}')).toBe(0)
    expect(await (await fetch(`${rt.url}/metrics`)).text()).not.toContain('kind="probe"')
  })

  test('nobody else is let in as the probe, nor hears it', async () => {
    const rt = await startRealtime()
    await rt.realtime.ready()
    const client = await rt.join('probe')
    await rt.broadcast(loyaltyUpdated('probe', 1))
    await client.next('loyalty_updated')
    expect(client.named('probe')).toEqual([])
  })
})

describe('routes', () => {
  test('healthz answers whenever the process does', async () => {
    const rt = await startRealtime()
    const response = await fetch(`${rt.url}/healthz?deep=1`)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ healthy: true })
  })

  test('asyncapi.json describes the server where it is', async () => {
    const rt = await startRealtime()
    const document = (await (await fetch(`${rt.url}/asyncapi.json`)).json()) as {
      asyncapi: string
      servers: { http: { host: string } }
      channels: object
    }
    expect(document.asyncapi).toBe('3.0.0')
    expect(document.servers.http.host).toBe(`127.0.0.1:${rt.port}`)
    expect(Object.keys(document.channels)).toEqual(['tenant', 'customer', 'broadcast', 'control'])
  })

  test.each(['/', '/broadcast/', '/Broadcast', '/socket.io', '/constructor', '/metrics/x'])(
    '%s is not there',
    async (path) => {
      const rt = await startRealtime()
      const response = await fetch(rt.url + path)
      expect(response.status).toBe(404)
      expect(response.headers.get('content-type')).toBe('application/problem+json')
      expect(await response.json()).toMatchObject({ type: 'urn:loyalty-live:error:route-not-found', status: 404 })
    },
  )

  test.each([
    ['GET', '/broadcast', 'POST'],
    ['PUT', '/control', 'POST'],
    ['DELETE', '/metrics', 'GET, HEAD'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['OPTIONS', '/readyz', 'GET, HEAD'],
  ])('%s %s is answered with what is allowed', async (method, path, allowed) => {
    const rt = await startRealtime()
    const response = await fetch(rt.url + path, { method })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe(allowed)
    expect(await response.json()).toMatchObject({ code: 'method-not-allowed' })
  })

  test('HEAD is GET without the body', async () => {
    const rt = await startRealtime()
    const response = await fetch(`${rt.url}/healthz`, { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-length')).toBe('16')
    expect(await response.text()).toBe('')
  })

  test('a path that is no URL does no harm', async () => {
    const rt = await startRealtime()
    const status = await new Promise((resolve, reject) => {
      request({ port: rt.port, path: '//%E0%A4%A?x=%', agent: false }, (response) =>
        resolve(response.resume().statusCode),
      )
        .on('error', reject)
        .end()
    })
    expect(status).toBe(404)
  })

  test('browsers of any origin may connect, or only those that were configured', async () => {
    const headers = { origin: 'https://console.test' }
    const poll = (url: string) => fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers })
    const open = await startRealtime()
    expect((await poll(open.url)).headers.get('access-control-allow-origin')).toBe('*')
    const closed = await startRealtime({ CORS_ORIGIN: 'https://a.test https://console.test' })
    expect((await poll(closed.url)).headers.get('access-control-allow-origin')).toBe('https://console.test')
    const other = await startRealtime({ CORS_ORIGIN: 'https://a.test https://b.test' })
    expect((await poll(other.url)).headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('metrics', () => {
  test('are all there, prefixed, and none has a tenant', async () => {
    const rt = await startRealtime()
    const client = await rt.join('demo')
    await rt.broadcast(loyaltyUpdated('demo', 1))
    await client.next('loyalty_updated')
    const response = await fetch(`${rt.url}/metrics`)
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    const text = await response.text()
    const names = [...text.matchAll(/^# TYPE loyalty_realtime_(\S+)/gm)].map((match) => match[1])
    expect(names).toEqual([
      'events_total',
      'events_skipped_total',
      'deliveries_total',
      'bytes_written_total',
      'writes_total',
      'coalesced_frames_total',
      'commit_to_emit_seconds',
      'replays_total',
      'refused_handshakes_total',
      'closes_total',
      'conflated_events_total',
      'token_refreshes_total',
      'inbound_floods_total',
      'inbound_ignored_total',
      'broadcast_requests_total',
      'connections',
      'rooms',
      'slow_sockets',
      'tenants',
      'history_events',
      'history_bytes',
      'held_bytes',
      'ready',
    ])
    expect(text).not.toContain('demo')
  })

  test('count what happened', async () => {
    const rt = await startRealtime()
    const clients = [await rt.join('demo'), await rt.join('demo'), await rt.join('rival')]
    await rt.broadcast(loyaltyUpdated('demo', 1), loyaltyUpdated('demo', 1), loyaltyUpdated('demo', 4))
    await rt.post('/broadcast', '{')
    await clients[0]!.next('loyalty_updated')
    await clients[1]!.next('loyalty_updated')
    expect(await rt.metric('events_total{outcome="delivered"}')).toBe(1)
    expect(await rt.metric('events_total{outcome="duplicate"}')).toBe(1)
    expect(await rt.metric('events_total{outcome="held"}')).toBe(1)
    expect(await rt.metric('connections{kind="tenant"}')).toBe(3)
    expect(await rt.metric('rooms{kind="tenant"}')).toBe(2)
    expect(await rt.metric('tenants')).toBe(1)
    expect(await rt.metric('history_events')).toBe(1)
    expect(await rt.metric('history_bytes')).toBeGreaterThan(500)
    expect(await rt.metric('held_bytes')).toBeGreaterThan(500)
    expect(await rt.metric('deliveries_total')).toBe(3 + 2) // three times ready, one event to two
    expect(await rt.metric('broadcast_requests_total{status="202"}')).toBe(1)
    expect(await rt.metric('broadcast_requests_total{status="400"}')).toBe(1)
    expect(await rt.metric('replays_total{outcome="no_cursor"}')).toBe(3)
    clients[2]!.socket.disconnect()
    await until(async () => (await rt.metric('closes_total{code="client"}')) === 1, 'the end to be counted')
  })
})
