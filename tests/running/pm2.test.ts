import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLoyaltyClient } from '@loyalty-live/client'
import type { StreamEvent } from '@loyalty-live/events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeSecrets } from '../../scripts/start/secrets.ts'
import { isAlive } from '../../scripts/postgres/processes.ts'
import { createDatabase, type TestDatabase } from '../harness/database.ts'
import { freePort } from '../harness/free-port.ts'
import { makeTenant, type TestTenant } from '../harness/tenant.ts'
import { until } from '../harness/until.ts'
import { ROOT, runScript, shellEnvironment } from './run-script.ts'

const LOAD_TILLS = 4
const REDEMPTIONS_AROUND = 200

let database: TestDatabase
let tenant: TestTenant
let home: string
let env: Record<string, string>
let apiUrl: string
let realtimeUrl: string

beforeAll(async () => {
  database = await createDatabase()
  tenant = await makeTenant(database, 'demo')
  home = mkdtempSync(join(tmpdir(), 'loyalty-pm2-'))
  const [apiPort, realtimePort] = [await freePort(), await freePort()]
  apiUrl = `http://127.0.0.1:${apiPort}`
  realtimeUrl = `http://127.0.0.1:${realtimePort}`
  env = shellEnvironment({
    PM2_HOME: home,
    NO_COLOR: '1',
    ...makeSecrets(),
    DATABASE_URL: database.url,
    API_PORT: String(apiPort),
    REALTIME_PORT: String(realtimePort),
    WS_SERVER_URL: realtimeUrl,
    AUTH_JWKS_URL: `${apiUrl}/.well-known/jwks.json`,
    DRAIN_SECONDS: '1',
  })
})
afterAll(async () => {
  await pm2(['kill'])
  await database.drop()
  rmSync(home, { recursive: true, force: true })
})

test('M2 under pm2, a reload in the middle of the day fails no redemption and loses no event, and kill leaves nothing', async () => {
  await pm2(['start', 'ecosystem.config.json'])

  const token = await signIn()
  const customer = await tenant.enrol({ points: 1_000_000 })
  await until(everythingDelivered, 15_000, 'the enrolment delivered, before anybody looks')
  const screen = createLoyaltyClient({ apiUrl, realtimeUrl, getToken: async () => token })
  const told: StreamEvent<'loyalty_updated'>[] = []
  screen.on('loyalty_updated', (event) => void told.push(event))
  screen.start()
  await until(() => screen.status.state === 'live', 10_000, 'the screen live')

  const load = startLoad(token, customer.id)
  await until(() => load.done > REDEMPTIONS_AROUND)
  const before = await processIds()
  await pm2(['reload', 'ecosystem.config.json', '--update-env'])
  const after = await processIds()
  const doneAtReload = load.done
  await until(() => load.done > doneAtReload + REDEMPTIONS_AROUND)
  const failures = await load.end()

  expect(failures).toEqual([])
  expect(after).toHaveLength(before.length)
  expect(after.filter((pid) => before.includes(pid))).toEqual([])
  const [card] = await database.sql<{ balance: string }>('select balance from cards where customer_id = $1', [
    customer.id,
  ])
  expect(Number(card!.balance)).toBe(1_000_000 - load.done)
  await until(() => told.length >= load.done, 30_000, 'every event on the screen')
  await screen.stop()
  expect(told.map(({ data }) => data.newBalance)).toEqual(told.map((_, index) => 1_000_000 - 1 - index))
  await until(everythingDelivered, 15_000, 'every event delivered')
  const audit = await runScript('verify', ['--all'], { DATABASE_URL: database.url })
  expect(audit.stdout).toContain('OK: all')

  const daemon = Number(readFileSync(join(home, 'pm2.pid'), 'utf8'))
  await pm2(['kill'])
  await until(() => [daemon, ...after].every((pid) => !isAlive(pid)), 15_000, 'every process gone')
}, 120_000)

/** Redeems one point at a time from several tills, without ever trying again. */
function startLoad(token: string, customerId: string) {
  let running = true
  let done = 0
  const failures: string[] = []

  async function till(): Promise<void> {
    while (running) {
      try {
        const response = await fetch(`${apiUrl}/api/customer/loyalty/redeem`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${token}`,
            'content-type': 'application/json',
            'idempotency-key': randomUUID(),
          },
          body: JSON.stringify({ customerId, points: 1 }),
        })
        if (response.status === 201) done++
        else failures.push(`${response.status} ${await response.text()}`)
        await response.body?.cancel()
      } catch (error) {
        failures.push(String((error as Error).cause ?? error))
      }
    }
  }

  const tills = Array.from({ length: LOAD_TILLS }, till)
  return {
    get done() {
      return done
    },
    async end() {
      running = false
      await Promise.all(tills)
      return failures
    },
  }
}

async function signIn(): Promise<string> {
  const response = await fetch(`${apiUrl}/api/auth/terminal`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key: tenant.terminalKey }),
  })
  expect(response.status).toBe(200)
  return ((await response.json()) as { token: string }).token
}

async function everythingDelivered(): Promise<boolean> {
  const rows = await database.sql('select from streams s join deliveries d using (tenant_id) where s.head > d.seq')
  return rows.length === 0
}

/** Numbers of the services' processes, as pm2 knows them. */
async function processIds(): Promise<number[]> {
  const list = JSON.parse(await pm2(['jlist'])) as { pid: number }[]
  return list.map(({ pid }) => pid)
}

/** Runs the pinned pm2 with the Node that runs this test. Gives what it printed. */
async function pm2(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [join(ROOT, 'node_modules', 'pm2', 'bin', 'pm2'), ...args], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part))
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part))
  const code = await new Promise((done) => child.once('exit', done))
  if (code !== 0) throw new Error(`pm2 ${args.join(' ')}: exit code ${String(code)}\n${text}`)
  return text
}
