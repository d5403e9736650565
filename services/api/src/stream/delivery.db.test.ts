import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { BROADCAST_SECRET, newKey, startTestApi, type TestApi } from '../../../../tests/harness/api.ts'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { startScriptedServer, type ScriptedServer } from '../../../../tests/harness/scripted-server.ts'
import { makeTenant, type TestCustomer, type TestTenant } from '../../../../tests/harness/tenant.ts'
import { until } from '../../../../tests/harness/until.ts'

let database: TestDatabase
let tenant: TestTenant
let customer: TestCustomer
let server: ScriptedServer
let api: TestApi
let till: string

beforeAll(async () => {
  database = await createDatabase()
  tenant = await makeTenant(database, 'demo')
  customer = await tenant.enrol({ points: 1_000_000 })
})
afterAll(() => database.drop())

beforeEach(async () => {
  server = await startScriptedServer()
  api = await startTestApi(database.url, { WS_SERVER_URL: server.url })
  till = await api.signIn(tenant, 'terminal')
  await until(async () => (await behind()) === 0, 'everything delivered', 5_000)
  server.posts.length = 0
})
afterEach(async () => {
  await api.close()
  await server.close()
})

const redeem = (of = api) =>
  of.call('POST', '/api/customer/loyalty/redeem', {
    token: till,
    headers: newKey(),
    body: { customerId: customer.id, points: 1 },
  })

/** How many events are committed and not marked as delivered. */
async function behind(): Promise<number> {
  const [row] = await database.sql<{ behind: string }>(
    'select sum(s.head - d.seq) as behind from streams s join deliveries d using (tenant_id, epoch)',
  )
  return Number(row!.behind)
}

const broadcasts = (of = server) => of.posts.filter(({ path }) => path === '/broadcast')
const seqs = (of = server) =>
  broadcasts(of).flatMap(({ body }) => JSON.parse(body).map(({ seq }: { seq: number }) => seq))
const seqOf = (answer: { body: Record<string, any> }) => Number(answer.body['cursor'].split(':')[1])

test('an event goes out straight after its commit, signed per Standard Webhooks, and is marked as delivered', async () => {
  const answer = await redeem()
  const post = await until(() => broadcasts()[0])
  new Webhook(BROADCAST_SECRET).verify(post.body, post.headers as Record<string, string>)
  expect(JSON.parse(post.body)).toMatchObject([
    { type: 'loyalty_updated', seq: seqOf(answer), data: { pointsChange: -1 } },
  ])
  await until(async () => (await behind()) === 0)
})

test('what is committed while a POST is under way is the next batch, in order', async () => {
  const answers = await Promise.all(Array.from({ length: 100 }, () => redeem()))
  const expected = answers.map(seqOf).toSorted((a, b) => a - b)
  await until(() => seqs().length === 100)
  expect(seqs()).toEqual(expected)
  expect(broadcasts().length).toBeLessThan(60)
})

test('L10 while nobody takes events the answers are the same and as fast; once somebody does they all arrive (I7)', async () => {
  for (const bad of [{ status: 503, body: {} }, { status: 401, body: {} }, 'hang'] as const) {
    server.answer = bad
    const began = performance.now()
    const answers = await Promise.all(Array.from({ length: 10 }, () => redeem()))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201))
    expect(performance.now() - began).toBeLessThan(2_000)
    server.answer = { status: 202, body: { accepted: 1, duplicates: 0, instance: 'one' } }
    const last = Math.max(...answers.map(seqOf))
    await until(async () => seqs().includes(last) && (await behind()) === 0, 'the marks to catch up', 20_000)
    expect(seqs()).toEqual(expect.arrayContaining(answers.map(seqOf)))
  }
}, 60_000)

test('an event that a server will never take is let go, and does not hold up the ones behind it', async () => {
  server.answer = { status: 400, body: { code: 'invalid-event' } }
  await redeem()
  await until(async () => (await behind()) === 0)
  server.answer = { status: 202, body: { accepted: 1, duplicates: 0, instance: 'one' } }
  const answer = await redeem()
  await until(() => seqs().includes(seqOf(answer)))
})

test('what a process committed and could not send, another one sends (L11)', async () => {
  const nobody = await startTestApi(database.url, {
    AUTH_SIGNING_KEY: '',
    AUTH_JWKS_URL: `${api.url}/.well-known/jwks.json`,
    WS_SERVER_URL: 'http://127.0.0.1:9',
  })
  const answer = await redeem(nobody)
  expect(answer.status).toBe(201)
  await nobody.close()
  await until(() => seqs().includes(seqOf(answer)))
  await until(async () => (await behind()) === 0)
})

test('a change made by hand in SQL is sent too (L15)', async () => {
  await database.sql('update cards set balance = balance + 7')
  await until(() => broadcasts().some(({ body }) => body.includes('"actor":{"type":"sql"')))
})

test('with two servers given, the second takes over when the first is gone', async () => {
  const second = await startScriptedServer()
  const both = await startTestApi(database.url, {
    AUTH_SIGNING_KEY: '',
    AUTH_JWKS_URL: `${api.url}/.well-known/jwks.json`,
    WS_SERVER_URL: `${server.url} ${second.url}`,
  })
  await redeem(both)
  await until(() => broadcasts().length > 0)
  await server.close()
  const answer = await redeem(both)
  await until(() => seqs(second).includes(seqOf(answer)))
  await both.close()
  await second.close()
})

test('heads are announced again and again, and all of them at once to a server that started anew', async () => {
  const controls = () => server.posts.filter(({ path }) => path === '/control').map(({ body }) => JSON.parse(body))
  const answer = await redeem()
  const stated = await until(() => controls().find(({ heads }) => heads[0]?.seq === seqOf(answer)))
  expect(stated).toEqual({
    heads: [{ tenant: 'demo', epoch: Number(answer.body['cursor'].split(':')[0]), seq: seqOf(answer) }],
    revoked: [],
  })
  await database.sql(`update streams set last_at = now() - interval '1 day'`)
  server.answer = { status: 202, body: { accepted: 1, duplicates: 0, instance: 'two' } }
  server.posts.length = 0
  await until(() => controls().some(({ heads }) => heads.length === 1), 'the quiet stream announced')
})

test('a revocation is told to the realtime server at once', async () => {
  const owner = await api.signIn(tenant, 'owner')
  const { body } = await api.call('POST', '/api/admin/terminals', { token: owner, body: { name: 'Stolen' } })
  server.posts.length = 0
  await api.call('DELETE', `/api/admin/terminals/${body['id']}`, { token: owner })
  const post = await until(
    () => server.posts.find((each) => each.body.includes(body['id'])),
    'the revocation to be posted',
    1_000,
  )
  expect(JSON.parse(post.body).revoked).toEqual([{ tenant: 'demo', subject: body['id'], until: expect.any(String) }])
})
