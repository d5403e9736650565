import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { openCodeDesk } from '../../scripts/codes/desk.ts'
import type { CodeWebhook } from '../../scripts/codes/webhook.ts'
import { freePorts } from '../../scripts/free-ports.ts'
import { SANDBOX_SHORTCODE } from '../../scripts/mpesa/daraja.ts'
import { openPhones, type Fate, type Phones } from '../../scripts/mpesa/phones.ts'
import { audit, retentionStart } from '../../scripts/verify/audit.ts'
import { withSnapshot } from '../../scripts/verify/snapshot.ts'
import { startTestApi, type TestApi } from '../harness/api.ts'
import { createDatabase, type TestDatabase } from '../harness/database.ts'
import { PAYSTACK_KEY } from '../harness/providers/paystack.ts'
import { makeTenant, PASSWORD } from '../harness/tenant.ts'
import { until } from '../harness/until.ts'
import { ROOT, runScript, shellEnvironment } from './run-script.ts'

let database: TestDatabase
let api: TestApi
let desk: CodeWebhook
let phones: Phones
/** Where the codes are kept that are sent to customers. */
let dataDir: string

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'loyalty-simulate-'))
  desk = await openCodeDesk(dataDir, () => undefined)
  database = await createDatabase()
  const tenant = await makeTenant(database, 'busy')
  for (let made = 0; made < 12; made++) await tenant.enrol({ name: `Grace ${made}`, points: 100 * made })
  await database.sql(`update tenants set settings = settings || '{"currency":"KES"}'`)
  await database.sql('update programs set points_per_currency_unit = 0.01')
  const fates: Fate[] = ['paid', 'cancelled', 'told-twice', 'told-late', 'lost']
  let pushed = 0
  phones = await openPhones({ nextFate: () => fates[pushed++ % fates.length]!, answerMsMax: 200, lateMs: 300 })
  const [port] = await freePorts(1)
  api = await startTestApi(database.url, {
    ...desk.env,
    ...phones.env,
    API_PORT: String(port),
    API_PUBLIC_URL: `http://127.0.0.1:${port}`,
    PAYMENT_RECONCILE_SECONDS: '1',
    SECRETS_KEY: Buffer.alloc(32, 1).toString('base64'),
  })
  const token = await api.signIn(tenant, 'owner')
  const setUp = (provider: string, body: object) =>
    api.call('PUT', `/api/admin/payment-providers/${provider}`, { token, body })
  await setUp('paystack', { secretKey: PAYSTACK_KEY })
  const keys = { consumerKey: 'consumer-key', consumerSecret: 'consumer-secret', passkey: 'a-passkey' }
  await setUp('mpesa', { shortcode: SANDBOX_SHORTCODE, ...keys })
})
afterAll(async () => {
  await api.close()
  await phones.close()
  await desk.close()
  rmSync(dataDir, { recursive: true, force: true })
  await database.drop()
})

const options = (more: Record<string, string>) =>
  Object.entries({ '--api': api.url, '--tenant': 'busy', '--password': PASSWORD, '--seed': '42', ...more }).flat()

const openTills = () => database.sql(`select name from terminals where name like 'Simulated%' and revoked_at is null`)

test('simulated traffic is of every kind, is all answered as promised, and leaves a sound ledger and no till behind', async () => {
  const { code, stdout, stderr } = await runScript(
    'simulate',
    options({ '--rate': '150', '--duration': '3', '--tills': '4', '--paystack-key': PAYSTACK_KEY }),
    {},
  )
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  // The last line: on a slow machine there is one of the progress before it.
  const [, done, refused, unexpected] = [
    ...stdout.matchAll(/(\d+) done, (\d+) refused, \d+ retried, (\d+) unexpected/g),
  ].at(-1)!
  expect(Number(done)).toBeGreaterThan(200)
  expect(Number(refused)).toBeGreaterThan(3)
  expect(Number(unexpected)).toBe(0)
  const kinds = await database.sql<{ type: string }>('select distinct type from entries order by type')
  expect(kinds.map(({ type }) => type)).toEqual(['add', 'adjust', 'enrol', 'payment', 'redeem', 'reverse'])
  const providers = await database.sql<{ provider: string }>('select distinct provider from payments order by 1')
  expect(providers.map(({ provider }) => provider)).toEqual(['cash', 'mpesa', 'paystack'])
  await until(async () => (await database.sql('select from open_payments')).length === 0)
  const pushes = await database.sql<{ status: string; callbacks: number }>(
    `select distinct status, (
       select count(*)::int from provider_callbacks c where c.tenant_id = p.tenant_id and c.payment_id = p.id
     ) as callbacks
     from payments p where provider = 'mpesa' order by 1, 2`,
  )
  // What was lost was asked for; a repeat is no callback of its own.
  expect(pushes).toEqual([
    { status: 'failed', callbacks: 1 },
    { status: 'succeeded', callbacks: 0 },
    { status: 'succeeded', callbacks: 1 },
  ])
  expect((await database.sql('select from bookings')).length).toBeGreaterThan(0)
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

test('customers show codes, newcomers are enrolled or decline, points are adjusted, and each is counted', async () => {
  const { code, stdout, stderr } = await runScript('simulate', options({ '--rate': '60', '--duration': '10' }), {
    DATA_DIR: dataDir,
  })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const counts = /(\d+) scanned, (\d+) accepted, (\d+) declined, (\d+) adjusted; p50[^\n]*revoked/.exec(stdout)!
  const [scanned, accepted, declined, adjusted] = counts.slice(1).map(Number)
  const count = async (of: string) => (await database.sql<{ n: number }>(`select count(*)::int as n from ${of}`))[0]!.n
  expect(await count('qr_scans')).toBe(scanned)
  expect(await count(`enrolments where method = 'scan' and status = 'active'`)).toBe(accepted)
  expect(await count(`enrolments where status = 'declined'`)).toBe(declined)
  expect(scanned).toBeGreaterThan(10)
  expect(accepted! + declined!).toBeGreaterThan(0)
  expect(adjusted).toBeGreaterThan(0)
  expect(await count(`enrolments where status = 'pending'`)).toBe(0)
  const keptSince = retentionStart(new Date(), 7)
  const findings = await withSnapshot(database.url, (client) => audit(client, { tenant: null, keptSince }))
  expect(findings.filter(({ breaches }) => breaches > 0)).toEqual([])
}, 40_000)

test('where no codes can be had, it says so and goes on without customers', async () => {
  const { code, stdout } = await runScript('simulate', options({ '--rate': '20', '--duration': '1' }), {})
  expect(stdout).toContain('customers stay at home: no code for +44')
  expect(code).toBe(0)
})

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
