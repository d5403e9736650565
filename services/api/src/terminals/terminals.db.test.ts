import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeSigningKey, startTestApi, type TestApi } from '../../../../tests/harness/api.ts'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { makeTenant, type TestTenant } from '../../../../tests/harness/tenant.ts'
import { until } from '../../../../tests/harness/until.ts'

let database: TestDatabase
let api: TestApi
let beside: TestApi
let tenant: TestTenant
let owner: string

beforeAll(async () => {
  database = await createDatabase()
  tenant = await makeTenant(database, 'demo')
  const key = await makeSigningKey()
  api = await startTestApi(database.url, { AUTH_SIGNING_KEY: key })
  beside = await startTestApi(database.url, { AUTH_SIGNING_KEY: key })
  owner = await api.signIn(tenant, 'owner')
})
afterAll(async () => {
  await api.close()
  await beside.close()
  await database.drop()
})

const create = (name: string) => api.call('POST', '/api/admin/terminals', { token: owner, body: { name } })
const signIn = (key: string) => api.call('POST', '/api/auth/terminal', { body: { key } })

test('a terminal’s key is shown once, signs it in, and is stored as a hash only', async () => {
  const { status, body } = await create('Till 7')
  expect(status).toBe(201)
  expect(body['key']).toMatch(/^ltk_[A-Za-z0-9_-]{43}$/)
  expect((await signIn(body['key'])).body['user']).toMatchObject({ id: body['id'], name: 'Till 7', role: 'terminal' })
  const list = await api.call('GET', '/api/admin/terminals', { token: owner })
  expect(list.body['items'][0]).toEqual({
    id: body['id'],
    name: 'Till 7',
    createdAt: expect.any(String),
    revokedAt: null,
  })
  expect(JSON.stringify(await database.sql('select * from terminals'))).not.toContain(body['key'])
})

test('L17 a revoked terminal is out at once, at the API process beside as well; revoking twice changes nothing', async () => {
  const { body } = await create('Till 8')
  const session = (await signIn(body['key'])).body
  const ask = (server: TestApi) => server.call('GET', '/api/loyalty/transactions', { token: session['token'] })
  expect([(await ask(api)).status, (await ask(beside)).status]).toEqual([200, 200])

  const revoke = () => api.call('DELETE', `/api/admin/terminals/${body['id']}`, { token: owner })
  const first = await revoke()
  expect((await ask(api)).body['code']).toBe('token-revoked')
  await until(async () => (await ask(beside)).status === 401, 'the other process to refuse the token', 2_000)
  expect((await revoke()).body).toEqual(first.body)
  expect((await signIn(body['key'])).status).toBe(401)
  expect(
    (await api.call('POST', '/api/auth/refresh', { body: { refreshToken: session['refreshToken'] } })).status,
  ).toBe(401)
})

test('a process that starts later knows who was revoked before', async () => {
  const { body } = await create('Till 9')
  const { token } = (await signIn(body['key'])).body as { token: string }
  await api.call('DELETE', `/api/admin/terminals/${body['id']}`, { token: owner })
  const later = await startTestApi(database.url, {
    AUTH_SIGNING_KEY: '',
    AUTH_JWKS_URL: `${api.url}/.well-known/jwks.json`,
  })
  const { body: answer } = await later.call('GET', '/api/loyalty/transactions', { token })
  await later.close()
  expect(answer['code']).toBe('token-revoked')
})

test('a terminal of nobody is not found', async () => {
  const { status, body } = await api.call('DELETE', `/api/admin/terminals/${randomUUID()}`, { token: owner })
  expect([status, body['code']]).toEqual([404, 'terminal-not-found'])
})
