import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, type TestApi } from '../harness/api.ts'
import { createDatabase, type TestDatabase } from '../harness/database.ts'
import { runScript } from './run-script.ts'

let database: TestDatabase
let api: TestApi

beforeAll(async () => {
  database = await createDatabase()
  api = await startTestApi(database.url)
})
afterAll(async () => {
  await api.close()
  await database.drop()
})

const options = {
  '--id': 'blue-bistro',
  '--name': 'Blue Bistro',
  '--owner-email': 'Ann@blue.example',
  '--country': 'KE',
  '--currency': 'KES',
}

function create(more: Record<string, string> = {}) {
  return runScript('tenant-create', Object.entries({ ...options, ...more }).flat(), { DATABASE_URL: database.url })
}

test('tenant:create makes a business whose owner can sign in with the password that is shown once', async () => {
  const { code, stdout } = await create()
  expect(code).toBe(0)
  const password = /password, shown this once: (\S+)/.exec(stdout)![1]!
  const { status, body } = await api.call('POST', '/api/auth/login', {
    body: { tenant: 'blue-bistro', email: 'ann@blue.example', password },
  })
  expect(status).toBe(200)
  expect(body['user']).toMatchObject({ role: 'owner', tenant: 'blue-bistro', tenantName: 'Blue Bistro' })
  const programs = await api.call('GET', '/api/admin/programs', { token: body['token'] })
  expect(programs.body['items']).toMatchObject([{ name: 'Points', isDefault: true, active: true }])
  const [tenant] = await database.sql('select settings from tenants where id = $1', ['blue-bistro'])
  expect(tenant).toEqual({
    settings: { defaultCountry: 'KE', currency: 'KES', adjustmentsNeedApproval: false, timeZone: 'Africa/Nairobi' },
  })

  const again = await create()
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('there is a tenant blue-bistro already') })
})

test('tenant:create takes a password and a programme of your own, and does not repeat the password', async () => {
  const { code, stdout } = await create({ '--id': 'own', '--password': 'my-own-words', '--program': 'Stars' })
  expect(code).toBe(0)
  expect(stdout).not.toContain('password')
  const body = { tenant: 'own', email: 'ann@blue.example', password: 'my-own-words' }
  expect((await api.call('POST', '/api/auth/login', { body })).status).toBe(200)
  expect(await database.sql(`select name from programs where tenant_id = 'own'`)).toEqual([{ name: 'Stars' }])
})

test('tenant:create takes the time zone of a country that has one, and asks for none where there are several', async () => {
  const zoneOf = async (id: string, more: Record<string, string>) => {
    expect((await create({ '--id': id, '--password': 'my-own-words', ...more })).code).toBe(0)
    const [tenant] = await database.sql<{ zone: string }>(
      `select settings ->> 'timeZone' as zone from tenants where id = $1`,
      [id],
    )
    return tenant!.zone
  }
  expect(await zoneOf('paris', { '--country': 'FR' })).toBe('Europe/Paris')
  expect(await zoneOf('somewhere', { '--country': 'US' })).toBe('UTC')
  expect(await zoneOf('chicago', { '--country': 'US', '--time-zone': 'America/Chicago' })).toBe('America/Chicago')
})

test.each([
  ['--time-zone', 'Mars/Base', 'must be an IANA time zone'],
  ['--id', 'Blue Bistro', 'must be a tenant slug'],
  ['--country', 'Kenya', 'must be an ISO 3166-1 country code'],
  ['--currency', 'shilling', 'must be an ISO 4217 currency code'],
  ['--owner-email', 'ann', 'Invalid email'],
  ['--password', 'short', 'Too small'],
])('tenant:create refuses %s %s, and makes nothing', async (option, value, said) => {
  const { code, stderr } = await create({ '--id': 'refused', [option]: value })
  expect(code).toBe(1)
  expect(stderr).toContain(option)
  expect(stderr).toContain(said)
  expect(await database.sql(`select from tenants where id = 'refused'`)).toEqual([])
})
