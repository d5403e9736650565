import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import { join } from 'node:path'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { makeSigningKey, newKey, startTestApi, type TestApi } from '../harness/api.ts'
import type { TestTenant } from '../harness/tenant.ts'
import { until } from '../harness/until.ts'
import { openWorld, type World } from '../harness/world.ts'
import { missingForNginx, prepareNginx, type Nginx } from './nginx.ts'
import { ROOT } from './run-script.ts'

const SIGN_INS_A_MINUTE = 8

const conf = readText('ops/nginx/loyalty-live.conf')

/** The file says seconds; the services say milliseconds. */
const secondsOf = (directive: string, part = conf) =>
  [...part.matchAll(new RegExp(`${directive} (\\d+)s;`, 'g'))].map((match) => Number(match[1]))

describe('what can be seen without nginx', () => {
  test('it sends to every process that ops/pm2 runs, and those believe what it says of the client', () => {
    const { apps } = JSON.parse(readText('ops/pm2/two-apis.config.json')) as { apps: { env: Record<string, string> }[] }
    const servers = [...conf.matchAll(/server 127\.0\.0\.1:(\d+)/g)].map((match) => match[1])
    expect(new Set(servers)).toEqual(new Set(apps.map(({ env }) => env['API_PORT'] ?? env['REALTIME_PORT'])))
    expect(servers).toHaveLength(3)
    const apis = apps.filter(({ env }) => env['API_PORT'] !== undefined)
    expect(apis.map(({ env }) => env['TRUST_PROXY'])).toEqual(['true', 'true'])
  })

  test('it closes idle connections before the API does, and waits longer than the API and Socket.IO do', () => {
    const app = readText('services/api/src/app.ts')
    const apiKeepAliveMs = Number(/keepAliveTimeout: ([\d_]+)/.exec(app)![1]!.replaceAll('_', ''))
    const upstream = /upstream loyalty_api \{[^}]+\}/.exec(conf)![0]
    expect(secondsOf('keepalive_timeout', upstream)[0]! * 1000).toBeLessThan(apiKeepAliveMs)
    const sockets = readText('services/realtime/src/socket-server.ts')
    const [ping, patience] = ['pingInterval', 'pingTimeout'].map((name) =>
      Number(new RegExp(`${name}: ([\\d_]+)`).exec(sockets)![1]!.replaceAll('_', '')),
    )
    const [api, socket] = secondsOf('proxy_read_timeout')
    expect(socket! * 1000).toBeGreaterThan(ping! + patience!)
    expect(api).toBeGreaterThan(45)
  })

  test('it never adds a security header to those of the API, nor believes an address that a client has sent', () => {
    const directives = conf.replaceAll(/#.*/g, '')
    expect(directives).not.toContain('add_header')
    expect(directives).not.toContain('$proxy_add_x_forwarded_for')
    expect(directives).toContain('proxy_set_header X-Forwarded-For $remote_addr;')
  })
})

const missing = missingForNginx()

describe.skipIf(missing !== '')(`behind nginx${missing && ` (left out: ${missing} not installed)`}`, () => {
  let world: World
  let second: TestApi
  let tenant: TestTenant
  let nginx: Nginx

  beforeAll(async () => {
    const key = await makeSigningKey()
    const env = {
      AUTH_SIGNING_KEY: key,
      TRUST_PROXY: 'true',
      SIGN_IN_LIMIT_PER_MINUTE: String(SIGN_INS_A_MINUTE),
    }
    world = await openWorld(() => env)
    second = await startTestApi(world.database.url, env)
    tenant = await world.tenant('behind')
    nginx = await prepareNginx({ 9010: world.api.port, 9012: second.port, 9011: world.realtime!.port })
    expect(nginx.check()).toMatchObject({ status: 0, said: expect.stringContaining('syntax is ok') })
    await nginx.start()
  })
  afterAll(async () => {
    await nginx.close()
    await second.close()
    await world.close()
  })

  test('nginx has nothing to say against the file, not even a warning', () => {
    // Later ones want it written otherwise, in a way that this one does not know.
    const said = nginx.check().said.replaceAll(/.*"listen ... http2" directive is deprecated.*/g, '')
    expect(said).not.toMatch(/warn|emerg/)
  })

  test('a redemption through TLS appears on a socket through TLS, and the processes take turns', async () => {
    const customer = await tenant.enrol({ points: 100 })
    // Until the realtime server has heard of the stream, whichever process's event arrives first is where it begins.
    await until(async () => (await world.realtime!.metric('tenants')) === 1)
    const till = await signIn()
    const socket = io(nginx.httpsUrl, { transports: ['websocket'], auth: { token: till }, ca: nginx.certificate })
    onTestFinished(() => void socket.disconnect())
    const told: number[] = []
    socket.on('loyalty_updated', ({ data }) => void told.push(data.newBalance))
    await new Promise((ready) => socket.once('ready', ready))
    for (let points = 0; points < 4; points++) {
      const { status } = await redeem(till, customer.id)
      expect(status).toBe(201)
    }
    await until(() => told.at(-1) === 96)
    expect(told.slice(-4)).toEqual([99, 98, 97, 96])
    const took = new Set(redemptions().map(({ upstream }) => upstream))
    expect(took).toEqual(new Set([`127.0.0.1:${world.api.port}`, `127.0.0.1:${second.port}`]))
  })

  test('when one API process is gone, no request fails: what it refused is asked of the other', async () => {
    const customer = await tenant.enrol({ points: 100 })
    const till = await signIn()
    await second.close()
    const answers = []
    for (let time = 0; time < 10; time++) answers.push((await redeem(till, customer.id)).status)
    expect(answers).toEqual(Array(10).fill(201))
    expect(redemptions().some(({ upstream }) => upstream.includes(', '))).toBe(true)
  })

  test('http is sent on to https with its method; metrics, health and broadcasts are not for the outside', async () => {
    const sentOn = await fetch(`${nginx.httpUrl}/api/auth/terminal?x=1`, { method: 'POST', redirect: 'manual' })
    expect([sentOn.status, sentOn.headers.get('location')]).toEqual([308, 'https://localhost/api/auth/terminal?x=1'])
    for (const path of ['/metrics', '/healthz', '/readyz', '/broadcast', '/control']) {
      expect([path, (await ask('GET', path)).status]).toEqual([path, 404])
      expect([path, (await ask('POST', path)).status]).toEqual([path, 404])
    }
    expect((await ask('GET', '/openapi.json')).status).toBe(200)
  })

  test('security headers come once, and nginx does not say which version it is', async () => {
    const { headers } = await ask('GET', '/openapi.json')
    expect(headers['strict-transport-security']).toMatch(/^max-age=\d+[^,]*$/)
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['server']).toBe('nginx')
  })

  test('a body that is a little too large gets the API’s own words, one far too large does not reach it', async () => {
    const body = (bytes: number) => JSON.stringify({ key: 'x'.repeat(bytes) })
    const little = await ask('POST', '/api/auth/terminal', { body: body(70_000) })
    expect([little.status, JSON.parse(little.body).code]).toEqual([413, 'body-too-large'])
    const large = await ask('POST', '/api/auth/terminal', { body: body(200_000) })
    expect([large.status, large.headers['server']]).toEqual([413, 'nginx'])
    expect(large.body).not.toContain('body-too-large')
  })

  test('whoever writes another address into every request is limited all the same', async () => {
    const statuses: number[] = []
    for (let time = 0; time <= SIGN_INS_A_MINUTE; time++) {
      const headers = { 'x-forwarded-for': `203.0.113.${time}` }
      const { status } = await ask('POST', '/api/auth/terminal', { headers, body: '{"key":"guessed-again"}' })
      statuses.push(status)
    }
    expect(statuses).toEqual([...Array(SIGN_INS_A_MINUTE).fill(401), 429])
  })

  test('the log of nginx names no phone', async () => {
    const { phone } = await tenant.enrol({ points: 1 })
    const path = `/api/loyalty/phone-lookup?phone=${encodeURIComponent(phone)}`
    const { status } = await ask('GET', path, { headers: { authorization: `Bearer ${await signIn()}` } })
    expect(status).toBe(200)
    // nginx writes its line after it has answered.
    await until(() => nginx.accessLog().includes('GET /api/loyalty/phone-lookup" 200'), 'the request in the log')
    expect(nginx.accessLog()).not.toContain(phone.slice(1))
  })

  async function signIn(): Promise<string> {
    const { status, body } = await ask('POST', '/api/auth/terminal', {
      body: JSON.stringify({ key: tenant.terminalKey }),
    })
    expect(status).toBe(200)
    return (JSON.parse(body) as { token: string }).token
  }

  function redeem(token: string, customerId: string) {
    return ask('POST', '/api/customer/loyalty/redeem', {
      headers: { authorization: `Bearer ${token}`, ...newKey() },
      body: JSON.stringify({ customerId, points: 1 }),
    })
  }

  /** Redemptions as nginx has seen them, with the processes that it asked. */
  function redemptions(): { upstream: string }[] {
    return nginx
      .accessLog()
      .split('\n')
      .filter((line) => line.includes('/api/customer/loyalty/redeem'))
      .map((line) => ({ upstream: /[\d.]+ (127\S+(?:, 127\S+)*) [\d, ]+$/.exec(line)![1]! }))
  }

  type Asked = { headers?: Record<string, string>; body?: string }

  async function ask(method: string, path: string, { headers = {}, body }: Asked = {}) {
    const sent = request(`${nginx.httpsUrl}${path}`, {
      method,
      ca: nginx.certificate,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    })
    sent.end(body)
    const response = await new Promise<IncomingMessage>((resolve, reject) =>
      sent.once('response', resolve).once('error', reject),
    )
    return { status: response.statusCode!, headers: response.headers, body: await text(response) }
  }
})

function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}
