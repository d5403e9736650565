import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { createLoyaltyClient } from '@loyalty-live/client'
import { afterEach, expect, test } from 'vitest'
import { signIn, type Credentials } from '../../scripts/api-session.ts'
import { JOHN_DOE } from '../../scripts/demo/tenants.ts'
import { isAlive } from '../../scripts/postgres/processes.ts'
import { createDatabase } from '../harness/database.ts'
import { until } from '../harness/until.ts'
import { launch, makeMachine, npmStart, READY_MAX_MS, type Machine } from './npm-start.ts'
import { ROOT, runScript } from './run-script.ts'

const JOHN = '07306 506797'
const owner: Credentials = { kind: 'staff', tenant: 'demo', email: 'owner@demo.test', password: 'demo-pass-1' }
const till: Credentials = { kind: 'terminal', key: 'demo-terminal-key' }

const machines: Machine[] = []
afterEach(async () => {
  for (const machine of machines.splice(0)) await machine.remove()
})

async function newMachine(env: Record<string, string> = {}): Promise<Machine> {
  const machine = await makeMachine(env)
  machines.push(machine)
  return machine
}

test('M1 npm start on a fresh machine: everything runs, one can sign in and redeem; SIGTERM ends it, and the next start keeps all', async () => {
  const machine = await newMachine()
  const { apiUrl, realtimeUrl, dataDir } = machine
  const first = await npmStart(machine)
  expect(first.output).not.toContain('\u001B')
  for (const shown of [
    apiUrl,
    `${apiUrl}/docs`,
    `${apiUrl}/openapi.json`,
    realtimeUrl,
    `${realtimeUrl}/asyncapi.json`,
    'psql -h',
  ])
    expect(first.output).toContain(shown)
  for (const url of [`${apiUrl}/readyz`, `${realtimeUrl}/readyz`, `${apiUrl}/docs/`, `${realtimeUrl}/asyncapi.json`])
    expect({ url, status: (await fetch(url)).status }).toEqual({ url, status: 200 })
  expect(statSync(join(dataDir, 'secrets.json')).mode & 0o777).toBe(0o600)

  for (const [tenant, email] of [
    ['demo', 'owner'],
    ['demo', 'cashier'],
    ['rival', 'owner'],
  ] as const) {
    const session = await signIn(apiUrl, {
      kind: 'staff',
      tenant,
      email: `${email}@${tenant}.test`,
      password: 'demo-pass-1',
    })
    expect(session.user).toMatchObject({ tenant, role: email })
  }
  const earlier = await signIn(apiUrl, till)
  expect(earlier.user).toMatchObject({ tenant: 'demo', role: 'terminal', name: 'Till 1' })
  expect(await lookUpJohn(apiUrl)).toMatchObject({ balance: 275, earned: 275, redeemed: 0 })
  expect(await redeem(apiUrl, 75)).toMatchObject({ status: 201, body: { balance: 200, earned: 275, redeemed: 75 } })

  const report = await runScript('verify', [JOHN, 'demo'], machine.env)
  expect(report).toMatchObject({ code: 0 })
  expect(report.stdout).toMatch(/OK +balance +200 +sum of entries 200/)
  const all = [...machine.processes(), first.npmPid]
  process.kill(first.npmPid, 'SIGTERM')
  expect(await first.exited).toBe(0)
  expect({ left: all.filter(isAlive), ofFolder: machine.processes() }).toEqual({ left: [], ofFolder: [] })
  expect(existsSync(join(dataDir, 'api.pid'))).toBe(false)

  const second = await npmStart(machine)
  console.log(`npm start: ${Math.round(first.startMs)} ms the first time, ${Math.round(second.startMs)} ms the second`)
  expect(await lookUpJohn(apiUrl)).toMatchObject({ balance: 200, earned: 275, redeemed: 75 })
  // Tokens of before count: the keys are kept.
  expect((await earlier.ask({ method: 'GET', path: `/api/loyalty/phone-lookup?phone=${JOHN}` })).status).toBe(200)
  second.pressCtrlC()
  expect(await second.exited).toBe(0)
  expect(machine.processes()).toEqual([])
})

test('M1 a part that is killed starts again, and the others go on without it; a second Ctrl-C leaves nothing either', async () => {
  const machine = await newMachine()
  const { apiUrl, realtimeUrl } = machine
  const started = await npmStart(machine)
  const session = await signIn(apiUrl, owner)
  const client = createLoyaltyClient({
    apiUrl,
    realtimeUrl,
    getToken: () => session.token(),
    reconnect: { capMs: 500 },
  })
  const told: number[] = []
  client.on('loyalty_updated', ({ data }) => void told.push(data.newBalance))
  client.start()
  await until(() => client.status.state === 'live')

  const realtimePid = started.pid('realtime')
  process.kill(realtimePid, 'SIGKILL')
  await until(() => started.output.includes('realtime ended (SIGKILL); it starts again in 5 s'))
  await until(() => client.status.state === 'polling')
  expect(await redeem(apiUrl, 25)).toMatchObject({ status: 201, body: { balance: 250 } })
  process.kill(started.pid('postgres'), 'SIGKILL')
  await until(() => started.output.includes('PostgreSQL ended (SIGKILL); it starts again in 5 s'))
  expect((await fetch(`${apiUrl}/readyz`)).status).toBe(503)

  await until(() => client.status.state === 'live', 'the screen live again', 20_000)
  expect(started.pid('realtime')).not.toBe(realtimePid)
  await until(async () => (await fetch(`${apiUrl}/readyz`)).status === 200, 'the database back', 20_000)
  expect(await redeem(apiUrl, 50)).toMatchObject({ status: 201, body: { balance: 200 } })
  await until(() => told.length === 2)
  expect(told).toEqual([250, 200])

  // A request that never comes to its end: the first Ctrl-C would wait for it.
  const unfinished = connect(Number(new URL(apiUrl).port), '127.0.0.1').on('error', () => undefined)
  unfinished.write('GET /healthz HTTP/1.1\r\n')
  await once(unfinished, 'connect')
  const since = performance.now()
  started.pressCtrlC()
  // What comes within a second is the same Ctrl-C, passed on by npm.
  await until(() => performance.now() - since > 1_500)
  expect(isAlive(started.pid('api'))).toBe(true)
  started.pressCtrlC()
  expect(await started.exited).toBe(130)
  expect(performance.now() - since).toBeLessThan(4_000)
  expect(machine.processes()).toEqual([])
  await client.stop()
}, 90_000)

test('M1 after kill -9 of npm start the next one clears up what was left over, and goes on with the same data', async () => {
  const machine = await newMachine()
  const killed = await npmStart(machine)
  await redeem(machine.apiUrl, 100)
  const orphans = [killed.pid('api'), killed.pid('realtime'), killed.pid('postgres')]
  process.kill(-killed.npmPid, 'SIGKILL')
  await killed.exited
  expect(orphans.filter(isAlive)).toEqual(orphans)

  const next = await npmStart(machine)
  expect(next.output).toContain(`api (process ${orphans[0]}) was left over by an earlier start; stopped it`)
  expect(orphans.filter(isAlive)).toEqual([])
  expect(await lookUpJohn(machine.apiUrl)).toMatchObject({ balance: 175 })
  const audit = await runScript('verify', ['--all'], machine.env)
  expect(audit).toMatchObject({ code: 0 })

  const beside = await npmStart(machine, { API_PORT: '9', REALTIME_PORT: '10' })
  expect(await beside.exited).toBe(1)
  expect(beside.output).toContain(`is in use by process`)
  expect(next.pid('api')).toSatisfy(isAlive)
  next.pressCtrlC()
  expect(await next.exited).toBe(0)
})

test.each([
  ['while the database is prepared', 'db.owner'],
  ['while the services start', 'api.pid'],
])('M1 Ctrl-C %s leaves nothing running either', async (_moment, file) => {
  const machine = await newMachine()
  const started = launch(machine)
  await until(() => existsSync(join(machine.dataDir, file)), file, READY_MAX_MS)
  started.pressCtrlC()
  expect(await started.exited).toBe(0)
  expect(started.output).not.toContain('could not start')
  expect(machine.processes()).toEqual([])
})

test('M1 with DATABASE_URL npm start uses that database, and in production it makes no demo data and keeps no codes', async () => {
  const database = await createDatabase()
  const machine = await newMachine({ DATABASE_URL: database.url, NODE_ENV: 'production' })
  const started = await npmStart(machine)
  expect(started.running).toBe(true)
  expect(started.output).not.toContain('demo-pass-1')
  expect((await fetch(`${machine.apiUrl}/readyz`)).status).toBe(200)
  expect(await database.sql('select from tenants')).toEqual([])
  expect(existsSync(join(machine.dataDir, 'db'))).toBe(false)
  const asked = await fetch(`${machine.apiUrl}/api/auth/customer/code`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ phone: JOHN_DOE.phone }),
  })
  expect(asked).toMatchObject({ status: 503 })
  process.kill(started.npmPid, 'SIGTERM')
  expect(await started.exited).toBe(0)
  await database.drop()
})

test.each(['API_PORT', 'REALTIME_PORT'])(
  'M1 a taken %s is said in one sentence, before anything is started',
  async (variable) => {
    const taken = await newMachine()
    const blocker = createServer().listen(Number(taken.env[variable]), '127.0.0.1')
    await once(blocker, 'listening')
    const started = await npmStart(taken)
    expect(await started.exited).toBe(1)
    expect(started.output).toContain(
      `port ${taken.env[variable]} is taken by another process; stop it, or set ${variable}`,
    )
    expect(started.output).not.toContain('    at ')
    expect(existsSync(join(taken.dataDir, 'db'))).toBe(false)
    expect(taken.processes()).toEqual([])
    blocker.close()
  },
)

test.each([
  {
    fault: 'a data folder that holds something else',
    breakIt: (dataDir: string) => mkdirSync(join(dataDir, 'db'), { recursive: true }),
    said: 'exists but is not a PostgreSQL folder',
  },
  {
    fault: 'a data folder of another PostgreSQL',
    breakIt: (dataDir: string) => {
      mkdirSync(join(dataDir, 'db'), { recursive: true })
      writeFileSync(join(dataDir, 'db', 'PG_VERSION'), '15\n')
    },
    said: 'was made by PostgreSQL 15, this is 18',
  },
  {
    fault: 'a data folder with parts missing',
    breakIt: (dataDir: string) => {
      mkdirSync(join(dataDir, 'db'), { recursive: true, mode: 0o700 })
      writeFileSync(join(dataDir, 'db', 'PG_VERSION'), '18\n')
    },
    said: 'PostgreSQL did not start in',
  },
  {
    fault: 'secrets that are not secrets',
    breakIt: (dataDir: string) => {
      mkdirSync(dataDir, { recursive: true })
      writeFileSync(join(dataDir, 'secrets.json'), '{}')
    },
    said: 'secrets.json cannot be read; move it away',
  },
  {
    fault: 'a database that does not answer',
    env: { DATABASE_URL: 'postgresql://somebody:secret@127.0.0.1:9/loyalty' },
    said: 'DATABASE_URL (127.0.0.1:9) does not answer',
  },
  { fault: 'a port that is none', env: { API_PORT: 'http' }, said: 'API_PORT: must be a port' },
])('M1 $fault is said in a sentence, and nothing is left running', async ({ breakIt, env = {}, said }) => {
  const machine = await newMachine(env)
  breakIt?.(machine.dataDir)
  const started = await npmStart(machine)
  expect(await started.exited).toBe(1)
  expect(started.output).toContain(said)
  expect(started.output).not.toContain('    at ')
  expect(started.output).not.toContain('secret@')
  expect(machine.processes()).toEqual([])
})

test('M1 an older Node is told in a sentence what is needed', () => {
  const pretend = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } })`
  const { status, stderr } = spawnSync(process.execPath, ['--import', pretend, 'scripts/require-node.js'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringContaining('needs Node 26 or newer, this is 20.20.2'),
  })
  // What every version can read: no syntax, no import that came later.
  expect(readFileSync(join(ROOT, 'scripts', 'require-node.js'), 'utf8')).not.toMatch(/import|\?\.|\?\?/)
})

async function lookUpJohn(apiUrl: string): Promise<unknown> {
  const session = await signIn(apiUrl, till)
  const { body } = await session.ask({ method: 'GET', path: `/api/loyalty/phone-lookup?phone=${JOHN}` })
  return (body['cards'] as unknown[])[0]
}

async function redeem(apiUrl: string, points: number) {
  const session = await signIn(apiUrl, till)
  return session.ask({
    method: 'POST',
    path: '/api/loyalty/phone-lookup',
    body: { phone: JOHN, action: 'redeem', points, orderId: '12345' },
    headers: { 'idempotency-key': randomUUID() },
  })
}
