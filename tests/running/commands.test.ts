import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ownerOf } from '../../scripts/postgres/ownership.ts'
import { parseConfig as parseApiConfig } from '../../services/api/src/config.ts'
import { parseConfig as parseRealtimeConfig } from '../../services/realtime/src/config.ts'
import { createDatabase, type TestDatabase } from '../harness/database.ts'
import { makeTenant } from '../harness/tenant.ts'
import { ROOT, runScript } from './run-script.ts'

let database: TestDatabase
let folder: string

beforeAll(async () => {
  database = await createDatabase()
  folder = mkdtempSync(join(tmpdir(), 'loyalty-commands-'))
})
afterAll(async () => {
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

test('M1 without DATABASE_URL the commands use the embedded database, and stop the server that they started', async () => {
  const env = { DATA_DIR: join(folder, 'embedded') }
  const cluster = join(env.DATA_DIR, 'db')
  const early = await runScript('verify', ['--all'], env)
  expect(early).toMatchObject({ code: 1, stderr: expect.stringContaining('run npm start once, or set DATABASE_URL') })
  expect(existsSync(env.DATA_DIR)).toBe(false)

  const first = await runScript('db-migrate', [], env)
  expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('ran 0001_tenants.sql') })
  expect((await runScript('db-migrate', [], env)).stdout).toBe('the schema is up to date\n')
  expect((await runScript('demo-seed', [], env)).stdout).toContain('made Harbour Kitchen and Rival Grill')
  expect((await runScript('demo-seed', [], env)).stdout).toContain('the demo data is there already')
  expect(await runScript('verify', ['--all'], env)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('OK: all'),
  })
  expect(ownerOf(cluster)).toBeNull()
  expect(existsSync(join(cluster, 'postmaster.pid'))).toBe(false)
}, 60_000)

test('L13 db:new-epoch lets every tenant go on in a later epoch, where it stood', async () => {
  const tenant = await makeTenant(database, 'restored')
  await tenant.enrol({ points: 10 })
  const stand = () =>
    database.sql<{ epoch: string; head: string }>(`select epoch, head from streams where tenant_id = 'restored'`)
  const [before] = await stand()
  const { code, stdout } = await runScript('db-new-epoch', [], { DATABASE_URL: database.url })
  const [after] = await stand()
  expect(code).toBe(0)
  expect(Number(after!.epoch)).toBeGreaterThan(Number(before!.epoch))
  expect(after!.head).toBe(before!.head)
  expect(stdout).toContain(`goes on in epoch ${after!.epoch}`)
  expect(stdout).toContain('fresh snapshots')
})

test('db:dump-schema writes what all migrations make, whatever the database itself holds', async () => {
  const file = join(folder, 'schema.sql')
  await database.sql('create table something_else (id int)')
  const { code } = await runScript('db-dump-schema', ['--file', file], { DATABASE_URL: database.url })
  expect(code).toBe(0)
  expect(readFileSync(file, 'utf8')).toBe(readFileSync(join(ROOT, 'services/api/migrations/schema.sql'), 'utf8'))
  const left = await database.sql(`select from pg_database where datname like 'schema\\_%'`)
  expect(left).toEqual([])
})

test('keys:new prints secrets that both services take, new ones every time', async () => {
  const read = async () => {
    const { stdout } = await runScript('keys-new', [], {})
    return Object.fromEntries([...stdout.matchAll(/^(\w+)='(.+)'$/gm)].map(([, name, value]) => [name!, value!]))
  }
  const [keys, others] = [await read(), await read()]
  expect(Object.keys(keys)).toEqual(['AUTH_SIGNING_KEY', 'BROADCAST_SECRET', 'SECRETS_KEY'])
  expect(Object.values(keys).filter((value) => Object.values(others).includes(value))).toEqual([])
  expect(() => parseApiConfig({ ...keys, DATABASE_URL: 'postgresql://x' })).not.toThrow()
  expect(() => parseRealtimeConfig(keys)).not.toThrow()
})

test.each([
  'db-migrate',
  'db-dump-schema',
  'db-new-epoch',
  'demo',
  'demo-seed',
  'keys-new',
  'tenant-create',
  'verify',
  'simulate',
  'watch',
])('%s explains itself, with examples, and names what it does not understand', async (name) => {
  const help = await runScript(name, ['--help'], {})
  expect(help.code).toBe(0)
  expect(help.stdout).toMatch(/Usage: npm run [a-z:-]+[\s\S]+Examples:\n {2}\$ /)
  const wrong = await runScript(name, ['--wrong'], {})
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringMatching(/^error: (unknown|required) option '--/) })
})

test.each([
  [
    'a server that is not there',
    'postgresql://x:secret@127.0.0.1:9/loyalty',
    'DATABASE_URL (127.0.0.1:9) does not answer',
  ],
  ['something else', 'loyalty', 'DATABASE_URL'],
])('%s as DATABASE_URL is named in one sentence, without its password', async (_what, url, said) => {
  const { code, stderr } = await runScript('verify', ['--all'], { DATABASE_URL: url })
  expect(stderr).toContain(said)
  expect(stderr).not.toContain('secret')
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(code).toBe(1)
})

test('a database that does not exist, and one without a schema, are told apart', async () => {
  const missing = await runScript('verify', ['--all'], { DATABASE_URL: `${database.url}_missing` })
  expect(missing.stderr).toContain('create it first')
  const empty = await runScript('verify', ['--all'], { DATABASE_URL: database.url.replace(/[^/]+$/, 'postgres') })
  expect(empty.stderr).toContain('run npm run db:migrate first')
})
