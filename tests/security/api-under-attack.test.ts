import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePorts } from '../../scripts/free-ports.ts'
import { makeSigningKey, newKey } from '../harness/api.ts'
import { createDatabase, type TestDatabase } from '../harness/database.ts'
import { startProcess, type ServiceProcess } from '../harness/process.ts'
import { makeTenant, type TestCustomer, type TestTenant } from '../harness/tenant.ts'
import { until } from '../harness/until.ts'
import { openHttp } from './raw-http.ts'

let database: TestDatabase
let tenant: TestTenant
let customer: TestCustomer
let api: ServiceProcess
let url: string
let token: string

beforeAll(async () => {
  database = await createDatabase()
  tenant = await makeTenant(database, 'demo')
  customer = await tenant.enrol({ points: 1000 })
  const [port] = await freePorts(1)
  url = `http://127.0.0.1:${port}`
  api = await startProcess('api', {
    DATABASE_URL: database.url,
    BROADCAST_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}`,
    AUTH_SIGNING_KEY: await makeSigningKey(),
    API_PORT: String(port),
    WS_SERVER_URL: 'http://127.0.0.1:9',
  })
  const response = await fetch(`${url}/api/auth/terminal`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key: tenant.terminalKey }),
  })
  token = ((await response.json()) as { token: string }).token
})
afterAll(async () => {
  await api.end()
  await database.drop()
})

async function send(
  body: string | Buffer,
  headers: Record<string, string> = {},
  path = '/api/customer/loyalty/redeem',
) {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...newKey(), ...headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  })
  return { status: response.status, text: await response.text() }
}

const sound = () => ({ customerId: customer.id, points: 1 })

/** Resident memory of the process, in MiB, as it says itself. */
async function residentMiB(): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(metrics)![1]) / 2 ** 20
}

/** It serves a till as if nothing had happened. */
async function expectSound(): Promise<void> {
  expect((await send(JSON.stringify(sound()))).status).toBe(201)
  expect(api.child.exitCode).toBe(null)
}

describe('a body', () => {
  test.each(['gzip', 'deflate', 'br', 'zstd', 'x-unknown'])(
    'that says it is %s is not unpacked: 400',
    async (encoding) => {
      const bomb = gzipSync(Buffer.alloc(40 * 2 ** 20, ' '))
      expect(bomb.length).toBeLessThan(64 * 1024)
      const { status, text } = await send(bomb, { 'content-encoding': encoding })
      expect([status, JSON.parse(text).code]).toEqual([400, 'malformed-json'])
      await expectSound()
    },
  )

  test('of 64 KiB of brackets is refused like any other that does not fit', async () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const depth = Math.floor(60_000 / (open.length + close.length))
      const { status } = await send(`${open.repeat(depth)}1${close.repeat(depth)}`)
      expect(status).toBe(400)
      const inside = JSON.stringify(sound()).replace('}', `,"orderId":${open.repeat(depth)}1${close.repeat(depth)}}`)
      expect((await send(inside)).status).toBe(400)
    }
    await expectSound()
  })

  test('with __proto__ or constructor as keys changes no object of ours', async () => {
    for (const key of ['__proto__', 'constructor']) {
      const poison = `{"customerId":"${customer.id}","points":1,"${key}":{"prototype":{"polluted":1},"polluted":1}}`
      const { status, text } = await send(poison)
      expect(status, text).toBe(400)
    }
    expect((await send(JSON.stringify(sound()))).text).not.toContain('polluted')
  })

  test('with thousands of unknown fields, or one of an endless name, is refused in few words', async () => {
    const fields = Array.from({ length: 5000 }, (_, number) => `"f${number}":1`)
    const { status, text } = await send(`{${fields.join()}}`)
    expect(status).toBe(400)
    expect(text.length).toBeLessThan(8192)
    expect(JSON.parse(text).errors.length).toBeLessThanOrEqual(20)
    expect(JSON.parse(text).detail).toContain('more')
    const endless = await send(`{"${'x'.repeat(60_000)}":1}`)
    expect([endless.status, endless.text.length < 2048]).toEqual([400, true])
  })

  test('with numbers of a thousand digits is refused', async () => {
    for (const points of ['9'.repeat(1000), `1e${'9'.repeat(300)}`, `0.${'0'.repeat(1000)}1`, '-0']) {
      expect((await send(`{"customerId":"${customer.id}","points":${points}}`)).status).toBe(400)
    }
  })

  test('that is too large is refused by what it declares, and by what it turns out to be', async () => {
    const head = ['POST /api/auth/login HTTP/1.1', 'Host: x', 'Content-Type: application/json']
    const declared = await openHttp(url)
    declared.write([...head, 'Content-Length: 1000000000', '\r\n'].join('\r\n'))
    expect(await declared.status()).toBe(413)
    const chunked = await openHttp(url)
    chunked.write([...head, 'Transfer-Encoding: chunked', '\r\n'].join('\r\n'))
    for (let sent = 0; sent < 20; sent++) chunked.write(`2000\r\n${'x'.repeat(0x2000)}\r\n`)
    expect(await chunked.status()).toBe(413)
  })
})

describe('a head', () => {
  test.each([
    ['a URL of 20 KiB', `GET /api/events?after=${'1'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
    ['a header of 20 KiB', `GET /healthz HTTP/1.1\r\nHost: x\r\nx-a: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['ten thousand headers', `GET /healthz HTTP/1.1\r\nHost: x\r\n${'a: b\r\n'.repeat(10_000)}\r\n`, 431],
    ['two lengths', 'POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 400],
    [
      'a length and chunks',
      'POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a line feed for a line end', 'GET /healthz HTTP/1.1\nHost: x\n\n', 400],
    ['no host', 'GET /healthz HTTP/1.1\r\n\r\n', 400],
    ['no HTTP', 'EHLO example\r\n\r\n', 400],
  ])('with %s is refused', async (_, request, status) => {
    const raw = await openHttp(url)
    raw.write(request)
    expect(await raw.status()).toBe(status)
    expect(raw.received()).toContain('application/problem+json')
    await expectSound()
  })

  test('of a rejected request says nothing of the inside', async () => {
    const raw = await openHttp(url)
    raw.write('GET /%c0%ae HTTP/1.1\r\nHost: x\r\n\r\n')
    await raw.status()
    expect(raw.received()).not.toMatch(/node_modules|\bat .*\.ts|x-powered-by/i)
    expect(raw.received()).toContain('"code":"invalid-request"')
  })
})

test('two hundred requests in one write are answered in order', async () => {
  const raw = await openHttp(url)
  raw.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(200))
  await until(() => raw.received().split('{"status":"ok"}').length === 201, '200 answers')
})

test('five hundred connections that say nothing do not keep a till waiting', async () => {
  const before = await residentMiB()
  const silent = await Promise.all(Array.from({ length: 500 }, () => openHttp(url)))
  const startedAt = performance.now()
  await expectSound()
  expect(performance.now() - startedAt).toBeLessThan(2000)
  expect((await residentMiB()) - before).toBeLessThan(100)
  for (const { tcp } of silent) tcp.destroy()
})

test('a client that trickles in a head, or a body, is cut off', { timeout: 60_000 }, async () => {
  const head = await openHttp(url)
  head.write('GET /healthz HTTP/1.1\r\nHost: x\r\n')
  const body = await openHttp(url)
  body.write(
    'POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{',
  )
  const trickle = setInterval(() => {
    head.write('x-a: b\r\n')
    body.write(' ')
  }, 500)
  await until(() => head.closed(), 'the one to be cut', 15_000)
  await until(() => body.closed(), 'the other to be cut', 40_000).finally(() => clearInterval(trickle))
  expect([await head.status(), await body.status()]).toEqual([408, 408])
})
