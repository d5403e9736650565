import { spawn } from 'node:child_process'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { audit, retentionStart } from '../../scripts/verify/audit.ts'
import { withSnapshot } from '../../scripts/verify/snapshot.ts'
import { startTestApi, type TestApi } from '../harness/api.ts'
import { createDatabase, type TestDatabase } from '../harness/database.ts'
import { makeTenant, PASSWORD } from '../harness/tenant.ts'
import { until } from '../harness/until.ts'
import { ROOT, runScript, shellEnvironment } from './run-script.ts'

let database: TestDatabase
let api: TestApi

beforeAll(async () => {
  database = await createDatabase()
  const tenant = await makeTenant(database, 'busy')
  for (let made = 0; made < 12; made++) await tenant.enrol({ name: `Grace ${made}`, points: 100 * made })
  api = await startTestApi(database.url)
})
afterAll(async () => {
  await api.close()
  await database.drop()
})

const options = (more: Record<string, string>) =>
  Object.entries({ '--api': api.url, '--tenant': 'busy', '--password': PASSWORD, '--seed': '42', ...more }).flat()

const openTills = () => database.sql(`select name from terminals where name like 'Simulated%' and revoked_at is null`)

test('simulated traffic is of every kind, is all answered as promised, and leaves a sound ledger and no till behind', async () => {
  const { code, stdout, stderr } = await runScript(
    'simulate',
    options({ '--rate': '150', '--duration': '3', '--tills': '4' }),
    {},
  )
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [, done, refused, unexpected] = /(\d+) done, (\d+) refused, \d+ retried, (\d+) unexpected/.exec(
    stdout.slice(stdout.indexOf('seed')),
  )!
  expect(Number(done)).toBeGreaterThan(200)
  expect(Number(refused)).toBeGreaterThan(3)
  expect(Number(unexpected)).toBe(0)
  const kinds = await database.sql<{ type: string }>('select distinct type from entries order by type')
  expect(kinds.map(({ type }) => type)).toEqual(['add', 'enrol', 'redeem', 'reverse'])
  const told = await database.sql<{ changes: string }>(
    `select distinct jsonb_object_keys((data->'changes')::jsonb) as changes from events where type = 'member_updated'`,
  )
  expect(told.map(({ changes }) => changes).toSorted((a, b) => a.localeCompare(b))).toEqual(['displayName', 'vip'])

  expect(await database.sql(`select from terminals where name like 'Simulated%'`)).toHaveLength(4)
  expect(await openTills()).toEqual([])
  const keptSince = retentionStart(new Date(), 7)
  const findings = await withSnapshot(database.url, (client) => audit(client, { tenant: null, keptSince }))
  expect(findings.filter(({ breaches }) => breaches > 0)).toEqual([])
}, 30_000)

test('Ctrl-C ends a simulation that has no end of its own, and revokes its tills', async () => {
  const args = ['scripts/simulate.ts', ...options({ '--rate': '50' })]
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: shellEnvironment({}),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  const exited = new Promise((done) => child.once('exit', done))
  await until(async () => (await openTills()).length === 3)
  await until(() => stdout.includes('Ctrl-C ends it'))
  child.kill('SIGINT')
  expect(await exited).toBe(0)
  expect(stdout).toContain('the tills are revoked')
  expect(await openTills()).toEqual([])
})

test('an answer that was not promised ends with exit code 1, and is shown', async () => {
  await database.sql('revoke execute on function apply_changes from loyalty_app')
  const { code, stderr } = await runScript('simulate', options({ '--rate': '20', '--duration': '1' }), {})
  await database.sql('grant execute on function apply_changes to loyalty_app')
  expect(stderr).toContain('unexpected: POST /api/loyalty/phone-lookup was answered 500 internal-error')
  expect(code).toBe(1)
  expect(await openTills()).toEqual([])
})

test('what keeps a simulation from starting is said in one sentence', async () => {
  const wrong = await runScript('simulate', options({ '--password': 'wrong-words' }), {})
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('owner@busy.test of busy cannot sign in') })
  const nobody = await runScript('simulate', options({ '--api': 'http://127.0.0.1:9' }), {})
  expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining('http://127.0.0.1:9 does not answer') })
})
