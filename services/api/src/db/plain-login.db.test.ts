import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newKey, startTestApi, type TestApi } from '../../../../tests/harness/api.ts'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { makeTenant } from '../../../../tests/harness/tenant.ts'

let database: TestDatabase
let api: TestApi
let lastPartition: string
const login = `api_${randomUUID().replaceAll('-', '')}`

beforeAll(async () => {
  database = await createDatabase()
  lastPartition = (await partitions()).at(-1)!
  await database.sql(`drop table ${lastPartition}`)
  await database.sql(`create role ${login} login noinherit in role loyalty_app`)
  const url = new URL(database.url)
  url.username = login
  api = await startTestApi(url.href)
})
afterAll(async () => {
  await api.close()
  await database.drop()
})

test('a login that is a member of loyalty_app and nothing else is enough for the API, housekeeping included', async () => {
  const tenant = await makeTenant(database, 'demo')
  const { id } = await tenant.enrol({ points: 100 })
  const till = await api.signIn(tenant, 'terminal')
  const redeemed = await api.call('POST', '/api/customer/loyalty/redeem', {
    token: till,
    headers: newKey(),
    body: { customerId: id, points: 40 },
  })
  expect(redeemed).toMatchObject({ status: 201, body: { balance: 60 } })
  const owner = await api.signIn(tenant, 'owner')
  const vip = await api.call('PUT', `/api/admin/customers/${id}/vip`, { token: owner })
  expect(vip.status).toBe(200)
  expect((await api.call('GET', '/api/events?since=start', { token: owner })).status).toBeLessThan(500)
  expect((await api.call('GET', '/readyz')).status).toBe(200)
  expect(await partitions()).toContain(lastPartition)
})

/** Of the events, by day. */
async function partitions(): Promise<string[]> {
  const rows = await database.sql<{ relname: string }>(
    `select relname from pg_class where relname like 'events_20%' and relkind = 'r' order by relname`,
  )
  return rows.map(({ relname }) => relname)
}
