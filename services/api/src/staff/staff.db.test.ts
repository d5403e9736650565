import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from '../../../../tests/harness/api.ts'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { makeTenant, type TestTenant } from '../../../../tests/harness/tenant.ts'

let database: TestDatabase
let api: TestApi
let tenant: TestTenant
let owner: string
let admin: string

beforeAll(async () => {
  database = await createDatabase()
  tenant = await makeTenant(database, 'demo')
  api = await startTestApi(database.url)
  owner = await api.signIn(tenant, 'owner')
  admin = await api.signIn(tenant, 'admin')
})
afterAll(async () => {
  await api.close()
  await database.drop()
})

const hire = (body: object, token = owner) =>
  api.call('POST', '/api/admin/staff', {
    token,
    body: { name: 'New', email: `${randomUUID()}@demo.test`, role: 'cashier', password: 'long-enough-1', ...body },
  })
const dismiss = (id: string, token = owner) => api.call('DELETE', `/api/admin/staff/${id}`, { token })

test('somebody who was taken on signs in, and is listed without the password', async () => {
  const { status, body } = await hire({ name: 'Nora', email: 'Nora@Demo.test' })
  expect([status, body['email']]).toEqual([201, 'nora@demo.test'])
  const login = await api.call('POST', '/api/auth/login', {
    body: { tenant: 'demo', email: 'nora@demo.test', password: 'long-enough-1' },
  })
  expect(login.status).toBe(200)
  const list = await api.call('GET', '/api/admin/staff', { token: owner })
  expect(list.body['items'][0]).toMatchObject({ name: 'Nora', role: 'cashier', revokedAt: null })
  expect(list.text).not.toMatch(/password|argon2/)
})

test('an address serves one person at a time', async () => {
  const { body } = await hire({ email: 'once@demo.test' })
  const again = await hire({ email: 'ONCE@demo.test' })
  expect([again.status, again.body['code']]).toEqual([409, 'email-taken'])
  await dismiss(body['id'])
  expect((await hire({ email: 'once@demo.test' })).status).toBe(201)
})

describe('authority', () => {
  test('an admin takes on and dismisses cashiers, and nobody above them', async () => {
    const cashier = await hire({ role: 'cashier' }, admin)
    expect(cashier.status).toBe(201)
    expect((await dismiss(cashier.body['id'], admin)).status).toBe(200)
    for (const role of ['admin', 'owner']) expect((await hire({ role }, admin)).body['code']).toBe('role-not-allowed')
    expect((await dismiss(tenant.ownerId, admin)).body['code']).toBe('role-not-allowed')
  })

  test('the last owner stays, also when two owners dismiss each other at once', async () => {
    expect((await dismiss(tenant.ownerId)).body['code']).toBe('last-owner')
    const { body: second } = await hire({ role: 'owner', email: 'second@demo.test' })
    const login = await api.call('POST', '/api/auth/login', {
      body: { tenant: 'demo', email: 'second@demo.test', password: 'long-enough-1' },
    })
    await Promise.all([dismiss(second['id'], owner), dismiss(tenant.ownerId, login.body['token'])])
    const left = await database.sql(`select from staff where role = 'owner' and revoked_at is null`)
    expect(left).toHaveLength(1)
  })
})

test('L17 whoever is revoked is out at once: their calls, their refresh token, their password', async () => {
  const shop = await makeTenant(database, 'shop')
  const boss = await api.signIn(shop, 'owner')
  const login = await api.call('POST', '/api/auth/login', {
    body: { tenant: 'shop', email: 'cashier@shop.test', password: 'test-pass-1' },
  })
  const { token, refreshToken, user } = login.body as { token: string; refreshToken: string; user: { id: string } }
  expect((await api.call('GET', '/api/loyalty/transactions', { token })).status).toBe(200)

  const revoked = await dismiss(user.id, boss)
  expect([revoked.status, revoked.body['revokedAt']]).toEqual([200, expect.any(String)])
  const call = await api.call('GET', '/api/loyalty/transactions', { token })
  expect([call.status, call.body['code']]).toEqual([401, 'token-revoked'])
  expect((await api.call('POST', '/api/auth/refresh', { body: { refreshToken } })).status).toBe(401)
  const again = await api.call('POST', '/api/auth/login', {
    body: { tenant: 'shop', email: 'cashier@shop.test', password: 'test-pass-1' },
  })
  expect(again.status).toBe(401)
})
