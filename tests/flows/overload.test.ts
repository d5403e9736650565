import { readFileSync } from 'node:fs'
import { Agent, request, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { freePorts } from '../../scripts/free-ports.ts'
import { BROADCAST_SECRET, makeSigningKey, newKey } from '../harness/api.ts'
import { createDatabase, type TestDatabase } from '../harness/database.ts'
import { startProcess, type ServiceProcess } from '../harness/process.ts'
import { makeTenant, type TestTenant } from '../harness/tenant.ts'
import { until } from '../harness/until.ts'

// The API as a process of its own, so that its memory is its own, in front of a database that somebody holds up.

const QUEUE_MAX = 50
const TILLS = 2_000
/** More than may wait for a connection of the database. */
const READERS = 2_600
/** Some thousand connections cost some 20 KB each; what a request would hold on to comes on top of that. */
const RSS_GROWN_MAX = 120 * 2 ** 20

let database: TestDatabase

beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database.drop())

test('beyond capacity tills get 503 with Retry-After at once, memory stays, and the same keys succeed after', async () => {
  const tenant = await makeTenant(database, 'crowded')
  const customer = await tenant.enrol({ points: 100_000 })
  const api = await startApi({ LEDGER_QUEUE_MAX: String(QUEUE_MAX), RATE_LIMIT_PER_MINUTE: '100000' })
  const till = await signIn(api, tenant)
  const redeem = (key: Record<string, string>) =>
    api.ask('POST', '/api/customer/loyalty/redeem', {
      headers: { authorization: `Bearer ${till}`, ...key },
      body: { customerId: customer.id, points: 1 },
    })
  await Promise.all(Array.from({ length: 300 }, () => redeem(newKey()))) // what a first crowd costs is not what is measured
  const before = await stand(customer.cardId)

  // The lock that every writer of the tenant takes first.
  const release = await hold('select from streams where tenant_id = $1 for update', [tenant.id])
  const rssBefore = api.rssBytes()
  const keys = Array.from({ length: TILLS }, newKey)
  const refused: Answer[] = []
  const answers = keys.map(async (key) => {
    const answer = await redeem(key)
    if (answer.status !== 201) refused.push(answer)
    return answer
  })
  void Promise.allSettled(answers) // when the test ends early, so do they, and nobody looks
  await until(() => refused.length >= keys.length - QUEUE_MAX, 'everybody beyond the queue refused', 8_000)
  const rssGrown = api.rssBytes() - rssBefore

  // While the crowd waits: the process answers, and nothing of it was written.
  expect((await api.ask('GET', '/healthz')).status).toBe(200)
  expect((await api.ask('GET', '/readyz')).status).toBe(200)
  expect((await api.ask('GET', '/metrics')).body).toContain(`loyalty_api_changes_waiting ${QUEUE_MAX}`)
  expect(await stand(customer.cardId)).toEqual(before)
  expect(refused).toHaveLength(keys.length - QUEUE_MAX)
  for (const { status, headers, body } of refused) {
    expect([status, JSON.parse(body).code, headers['retry-after']]).toEqual([503, 'overloaded', '1'])
  }
  expect(rssGrown).toBeLessThan(RSS_GROWN_MAX)

  await release()
  const first = await Promise.all(answers)
  expect(first.filter(({ status }) => status === 201)).toHaveLength(QUEUE_MAX)
  expect((await stand(customer.cardId)).balance).toBe(before.balance - QUEUE_MAX)

  // As tills do: those who were told to try again do so under the same key, a few at a time.
  for (let from = 0; from < keys.length; from += QUEUE_MAX) {
    const again = await Promise.all(keys.slice(from, from + QUEUE_MAX).map(redeem))
    expect(again.map(({ status }) => status)).toEqual(again.map(() => 201))
    for (const [index, { body, headers }] of again.entries()) {
      const answered = first[from + index]!
      if (answered.status === 201) expect([body, headers['idempotency-replayed']]).toEqual([answered.body, 'true'])
      else expect(headers['idempotency-replayed']).toBeUndefined()
    }
  }
  expect(await stand(customer.cardId)).toEqual({
    balance: before.balance - keys.length,
    entries: before.entries + keys.length,
    events: before.events + keys.length,
  })
}, 60_000)

test('a lock that somebody else holds: tills are told in time, and the same key tells what became of it', async () => {
  const tenant = await makeTenant(database, 'locked')
  const customer = await tenant.enrol({ points: 100 })
  const api = await startApi({})
  const till = await signIn(api, tenant)
  const redeem = (key: Record<string, string>) =>
    api.ask('POST', '/api/customer/loyalty/redeem', {
      headers: { authorization: `Bearer ${till}`, ...key },
      body: { customerId: customer.id, points: 1 },
    })
  const before = await stand(customer.cardId)
  const release = await hold('select from streams where tenant_id = $1 for update', [tenant.id])
  const keys = [newKey(), newKey()]
  const begun = performance.now()
  const sent = redeem(keys[0]!)
  const waits = async () => (await api.ask('GET', '/metrics')).body.includes('loyalty_api_changes_waiting 1')
  await until(waits, 'the first to be at the lock')
  const queued = redeem(keys[1]!)

  const answers = await Promise.all([sent, queued])
  // Ten seconds for the lock, and what a busy machine adds; one wait after the other would be twenty.
  expect(performance.now() - begun).toBeLessThan(15_000)
  expect(answers.map(({ status, headers }) => [status, headers['retry-after']])).toEqual([
    [503, '1'],
    [503, '1'],
  ])
  // Of the first nobody knows yet. The second was never sent, or just so: which of the two is for lanes.test.ts to tell.
  const [first, second] = answers.map(({ body }) => JSON.parse(body).code)
  expect(first).toBe('database-unavailable')
  expect(['overloaded', 'database-unavailable']).toContain(second)
  await release()
  expect((await Promise.all(keys.map(redeem))).map(({ status }) => status)).toEqual([201, 201])
  expect((await stand(customer.cardId)).balance).toBe(before.balance - 2)
}, 60_000)

test('readers of a database that stands still get 503 with Retry-After, then what they asked for, and memory stays', async () => {
  const tenant = await makeTenant(database, 'read')
  await tenant.enrol({ points: 1 })
  const api = await startApi({ DATABASE_CONNECTIONS: '2', RATE_LIMIT_PER_MINUTE: '100000' })
  const till = await signIn(api, tenant)
  const read = () => api.ask('GET', '/api/loyalty/transactions', { headers: { authorization: `Bearer ${till}` } })
  await Promise.all(Array.from({ length: 300 }, read))

  const release = await hold('lock table entries in access exclusive mode')
  const rssBefore = api.rssBytes()
  const answers = Array.from({ length: READERS }, read)
  void Promise.allSettled(answers)
  await Promise.race(answers) // somebody is refused: there are too many, or they have waited for too long
  await release()

  for (const { status, headers } of await Promise.all(answers)) {
    expect([status, headers['retry-after']]).toEqual(status === 200 ? [200, undefined] : [503, '1'])
  }
  expect((await read()).status).toBe(200)
  expect(api.rssBytes() - rssBefore).toBeLessThan(RSS_GROWN_MAX)
}, 60_000)

type Answer = { status: number; headers: Record<string, string | string[] | undefined>; body: string }
type Asked = { headers?: Record<string, string>; body?: unknown }
type Api = {
  ask(method: string, path: string, options?: Asked): Promise<Answer>
  rssBytes(): number
}

async function startApi(env: Record<string, string>): Promise<Api> {
  const [port] = await freePorts(1)
  const api: ServiceProcess = await startProcess('api', {
    API_PORT: String(port),
    DATABASE_URL: database.url,
    BROADCAST_SECRET,
    WS_SERVER_URL: 'http://127.0.0.1:9',
    AUTH_SIGNING_KEY: await makeSigningKey(),
    LOG_LEVEL: 'fatal',
    ...env,
  })
  const agent = new Agent({ keepAlive: true, maxSockets: TILLS })
  onTestFinished(async () => {
    agent.destroy()
    await api.end()
  })
  return {
    async ask(method, path, { headers = {}, body } = {}) {
      const sent = request(`http://127.0.0.1:${port}${path}`, {
        method,
        agent,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      })
      sent.end(body === undefined ? undefined : JSON.stringify(body))
      const response = await new Promise<IncomingMessage>((resolve, reject) =>
        sent.once('response', resolve).once('error', reject),
      )
      return { status: response.statusCode!, headers: response.headers, body: await text(response) }
    },
    rssBytes: () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${api.child.pid}/status`, 'utf8'))![1]) * 1024,
  }
}

async function signIn(api: Api, tenant: TestTenant): Promise<string> {
  const { body } = await api.ask('POST', '/api/auth/terminal', { body: { key: tenant.terminalKey } })
  return (JSON.parse(body) as { token: string }).token
}

/** Takes a lock as somebody at a prompt would, until it is released, or the test ends. */
async function hold(lock: string, values: readonly string[] = []): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  let held = true
  async function release(): Promise<void> {
    if (held) await client.end()
    held = false
  }
  onTestFinished(release)
  await client.query('begin')
  await client.query(lock, [...values])
  return release
}

async function stand(cardId: string): Promise<{ balance: number; entries: number; events: number }> {
  const [row] = await database.sql<{ balance: number; entries: number; events: number }>(
    `select balance::float8 as balance,
       (select count(*) from entries where card_id = $1)::float8 as entries,
       (select count(*) from events where data->>'cardId' = $1::text)::float8 as events
     from cards where id = $1`,
    [cardId],
  )
  return row!
}
