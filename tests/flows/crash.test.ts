import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { freePorts } from '../../scripts/free-ports.ts'
import { migrate } from '../../services/api/src/db/migrate.ts'
import { BROADCAST_SECRET, makeSigningKey } from '../harness/api.ts'
import { createDatabase, type TestDatabase } from '../harness/database.ts'
import { startProcess, type ServiceProcess } from '../harness/process.ts'
import { openScreen } from '../harness/screen.ts'
import { startScriptedServer } from '../harness/scripted-server.ts'
import { makeTenant, PASSWORD, type TestTenant } from '../harness/tenant.ts'
import { until } from '../harness/until.ts'

let database: TestDatabase
let tenant: TestTenant
let signingKey: string
const running: ServiceProcess[] = []

beforeAll(async () => {
  database = await createDatabase()
  tenant = await makeTenant(database, 'demo')
  signingKey = await makeSigningKey()
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.end('SIGKILL')))
})
afterAll(() => database.drop())

async function startApiProcess(port: number, env: Record<string, string> = {}): Promise<ServiceProcess> {
  const api = await startProcess('api', {
    NODE_ENV: 'test',
    API_PORT: String(port),
    DATABASE_URL: database.url,
    BROADCAST_SECRET,
    AUTH_SIGNING_KEY: signingKey,
    WS_SERVER_URL: 'http://127.0.0.1:9',
    LOG_LEVEL: 'warn',
    ...env,
  })
  running.push(api)
  return api
}

async function startRealtimeProcess(port: number, apiPort: number): Promise<ServiceProcess> {
  const realtime = await startProcess('realtime', {
    REALTIME_PORT: String(port),
    BROADCAST_SECRET,
    AUTH_JWKS_URL: `http://127.0.0.1:${apiPort}/.well-known/jwks.json`,
    LOG_LEVEL: 'warn',
    DRAIN_SECONDS: '1',
  })
  running.push(realtime)
  return realtime
}

async function post(port: number, path: string, body: object, headers: Record<string, string> = {}) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as Record<string, any> }
}

const signInTill = async (port: number) =>
  (await post(port, '/api/auth/terminal', { key: tenant.terminalKey })).body['token'] as string
const signInOwner = async (port: number) =>
  (await post(port, '/api/auth/login', { tenant: 'demo', email: tenant.ownerEmail, password: PASSWORD })).body[
    'token'
  ] as string

test('L11 killed between the commit and the POST: the event is delivered after the restart', async () => {
  const { id, cardId } = await tenant.enrol({ points: 100 })
  const [apiPort, realtimePort] = await freePorts(2)
  // Takes the POST and never answers: the process dies with the event neither delivered nor given up.
  const blackHole = await startScriptedServer()
  blackHole.answer = 'hang'
  const doomed = await startApiProcess(apiPort, { WS_SERVER_URL: blackHole.url })
  await startRealtimeProcess(realtimePort, apiPort)
  const token = await signInTill(apiPort)
  const owner = await signInOwner(apiPort)
  const page = await openScreen({
    apiUrl: `http://127.0.0.1:${apiPort}`,
    realtimeUrl: `http://127.0.0.1:${realtimePort}`,
    getToken: async () => owner,
    pollIntervalMs: 600_000,
  })
  await page.becomes('live')

  const answer = await post(
    apiPort,
    '/api/customer/loyalty/redeem',
    { customerId: id, points: 30 },
    {
      authorization: `Bearer ${token}`,
      'idempotency-key': randomUUID(),
    },
  )
  expect(answer.status).toBe(201)
  expect(await doomed.end('SIGKILL')).toBe('SIGKILL')
  expect(page.cards.get(cardId)!.balance).toBe(100)

  await startApiProcess(apiPort, { WS_SERVER_URL: `http://127.0.0.1:${realtimePort}` })
  await page.shows(cardId, 70, 15_000)
  await page.close()
  await blackHole.close()
})

test('I4 killed over and over under load: whatever was sent again under its key applied once, and nothing acknowledged is lost', async () => {
  const { id, cardId } = await tenant.enrol({ points: 1_000_000 })
  const [port] = await freePorts(1)
  let api = await startApiProcess(port)
  const token = await signInTill(port)
  const acknowledged = new Map<string, string>()
  let stopping = false

  /** A till that does not give up: it repeats a request under its key until it has an answer. */
  async function till(): Promise<void> {
    while (!stopping) {
      const key = randomUUID()
      for (;;) {
        const answer = await post(
          port,
          '/api/customer/loyalty/redeem',
          { customerId: id, points: 1 },
          {
            authorization: `Bearer ${token}`,
            'idempotency-key': key,
          },
        ).catch(() => null)
        if (answer?.status === 201) {
          acknowledged.set(key, answer.body['transactionId'])
          break
        }
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
  }

  const tills = Array.from({ length: 8 }, till)
  for (let round = 0; round < 3; round++) {
    const before = acknowledged.size
    await until(() => acknowledged.size > before + 50, 'tills at work', 15_000)
    await api.end('SIGKILL')
    api = await startApiProcess(port)
  }
  stopping = true
  await Promise.all(tills)

  const entries = await database.sql<{ id: string; idempotency_key: string }>(
    `select id, idempotency_key from entries where card_id = $1 and type = 'redeem'`,
    [cardId],
  )
  expect(new Map(entries.map((entry) => [entry.idempotency_key, entry.id]))).toEqual(acknowledged)
  const [card] = await database.sql<{ balance: string }>('select balance from cards where id = $1', [cardId])
  expect(Number(card!.balance)).toBe(1_000_000 - acknowledged.size)
})

test('SIGTERM under load: every request that was begun is answered, and the process ends by itself', async () => {
  const { id } = await tenant.enrol({ points: 1_000_000 })
  const [port] = await freePorts(1)
  const api = await startApiProcess(port)
  const token = await signInTill(port)
  let answered = 0
  let refused = 0
  const failures: unknown[] = []
  let stopping = false
  const tills = Array.from({ length: 8 }, async () => {
    while (!stopping) {
      try {
        const { status } = await post(
          port,
          '/api/customer/loyalty/redeem',
          { customerId: id, points: 1 },
          {
            authorization: `Bearer ${token}`,
            'idempotency-key': randomUUID(),
          },
        )
        if (status === 201) answered++
        else failures.push(status)
      } catch (error) {
        // Nobody listens any more: the request was never begun. Anything else was cut off.
        if ((error as { cause?: { code?: string } }).cause?.code === 'ECONNREFUSED') refused++
        else failures.push(error)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
  })
  await until(() => answered > 200, '200 answers', 15_000)
  expect(await api.end('SIGTERM')).toBe(0)
  stopping = true
  await Promise.all(tills)
  expect(failures).toEqual([])
  expect(refused).toBeGreaterThan(0)
})

test('a faulty environment is told in full, and exits with 78', async () => {
  const failed = await startProcess('api', { API_PORT: 'x' }).catch((error: Error) => error.message)
  expect(failed).toContain('(78)')
  for (const name of ['API_PORT', 'DATABASE_URL', 'BROADCAST_SECRET']) expect(failed).toContain(name)
})

test('a port that is taken is named, with what to do', async () => {
  const [port] = await freePorts(1)
  await startApiProcess(port)
  const failed = await startApiProcess(port).catch((error: Error) => error.message)
  expect(failed).toContain(`port ${port} is taken by another process`)
  expect(failed).toContain('API_PORT')
})

test('the API starts before its database, says so, and works once it is there', async () => {
  const [port] = await freePorts(1)
  const name = `later_${randomUUID().slice(0, 8)}`
  const absent = database.url.replace(/[^/]+$/, name)
  const api = await startApiProcess(port, { DATABASE_URL: absent })
  const ready = await fetch(`http://127.0.0.1:${port}/readyz`)
  expect([ready.status, await ready.json()]).toEqual([503, { ready: false, reason: 'database-login-refused' }])
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(503)
  const told = () =>
    api
      .output()
      .split('\n')
      .filter((line) => line.includes('"not ready"'))
  await until(() => told().length > 0)
  expect(told()).toEqual([expect.stringContaining(`database \\"${name}\\" does not exist`)])
  const answer = await post(port, '/api/auth/terminal', { key: tenant.terminalKey })
  expect([answer.status, answer.body['code']]).toEqual([503, 'database-unavailable'])
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)

  await database.sql(`create database ${name}`)
  const unmigrated = await post(port, '/api/auth/terminal', { key: tenant.terminalKey })
  expect([unmigrated.status, unmigrated.body['code']]).toEqual([503, 'database-unavailable'])
  await migrate(absent)
  await until(async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200)
  expect((await post(port, '/api/auth/terminal', { key: tenant.terminalKey })).body['code']).toBe('sign-in-failed')
  expect(await api.end()).toBe(0)
  await database.sql(`drop database ${name} with (force)`)
})
