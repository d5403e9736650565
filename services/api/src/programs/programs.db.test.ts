import { parseEvent } from '@loyalty-live/events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, type TestApi } from '../../../../tests/harness/api.ts'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { makeTenant, type TestTenant } from '../../../../tests/harness/tenant.ts'

let database: TestDatabase
let api: TestApi
let tenant: TestTenant
let owner: string

beforeAll(async () => {
  database = await createDatabase()
  tenant = await makeTenant(database, 'demo')
  api = await startTestApi(database.url)
  owner = await api.signIn(tenant, 'owner')
})
afterAll(async () => {
  await api.close()
  await database.drop()
})

const create = (body: object) => api.call('POST', '/api/admin/programs', { token: owner, body })
const patch = (id: string, body: object, ifMatch = '*') =>
  api.call('PATCH', `/api/admin/programs/${id}`, { token: owner, body, headers: { 'if-match': ifMatch } })

async function eventsAfter(cursor: string) {
  const { body } = await api.call('GET', `/api/events?after=${cursor}`, { token: owner })
  return body['events'].map((event: unknown) => {
    expect(parseEvent(event).kind).toBe('known')
    return event
  })
}

test('a programme is created with rules, listed by name, and told to the stream', async () => {
  const before = (await api.call('GET', '/api/events', { token: owner })).body['cursor']
  const { status, body, headers } = await create({
    name: 'Gold',
    rules: { pointsPerScan: 5, welcomeBonus: 25, pointsPerCurrencyUnit: 0.01, debtPolicy: 'allow' },
  })
  expect([status, headers.get('etag')]).toEqual([201, '"1"'])
  expect(body).toMatchObject({
    name: 'Gold',
    active: true,
    isDefault: false,
    version: 1,
    rules: { pointsPerScan: 5, welcomeBonus: 25, pointsPerCurrencyUnit: 0.01, debtPolicy: 'allow' },
  })
  const list = await api.call('GET', '/api/admin/programs?limit=1', { token: owner })
  const rest = await api.call('GET', `/api/admin/programs?limit=1&pageAfter=${list.body['nextCursor']}`, {
    token: owner,
  })
  expect([...list.body['items'], ...rest.body['items']].map((item) => item.name)).toEqual(['Gold', 'Points'])
  expect(await eventsAfter(before)).toMatchObject([
    { type: 'program_updated', data: { programId: body['id'], name: 'Gold', programVersion: 1, isDefault: false } },
  ])
})

test('a name is taken once, in any case', async () => {
  await create({ name: 'Silver' })
  const again = await create({ name: 'SILVER' })
  expect([again.status, again.body['code']]).toEqual([409, 'name-taken'])
  const { body } = await create({ name: 'Bronze' })
  const renamed = await patch(body['id'], { name: 'silver' })
  expect([renamed.status, renamed.body['code']]).toEqual([409, 'name-taken'])
})

test('only what is given changes, and only for whoever read the version', async () => {
  const { body } = await create({ name: 'Patch', rules: { pointsPerScan: 5 } })
  const changed = await patch(body['id'], { rules: { welcomeBonus: 10 }, active: false }, '"1"')
  expect([changed.status, changed.body]).toMatchObject([
    200,
    { name: 'Patch', active: false, version: 2, rules: { pointsPerScan: 5, welcomeBonus: 10 } },
  ])
  const late = await patch(body['id'], { active: true }, '"1"')
  expect([late.status, late.body['current']]).toMatchObject([412, { version: 2, active: false }])
})

test('there is one default programme: a new one takes the place of the old, and both are told', async () => {
  const { body } = await create({ name: 'New default' })
  const changed = await patch(body['id'], { isDefault: true })
  expect([changed.status, changed.body['isDefault']]).toEqual([200, true])
  const events = await eventsAfter(body['cursor'])
  expect(events.map(({ data }: any) => [data.name, data.isDefault])).toEqual([
    ['Points', false],
    ['New default', true],
  ])
  const defaults = await database.sql('select name from programs where is_default')
  expect(defaults).toEqual([{ name: 'New default' }])
})

test('two that become the default at once leave one', async () => {
  const made = await Promise.all(['Left', 'Right'].map((name) => create({ name })))
  const answers = await Promise.all(made.map(({ body }) => patch(body['id'], { isDefault: true })))
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  expect(await database.sql('select from programs where is_default')).toHaveLength(1)
})
