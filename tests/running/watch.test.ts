import { spawn } from 'node:child_process'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { PASSWORD, type TestTenant } from '../harness/tenant.ts'
import { until } from '../harness/until.ts'
import { openWorld, type World } from '../harness/world.ts'
import { ROOT, runScript, shellEnvironment } from './run-script.ts'

let world: World
let tenant: TestTenant
let realtimeUrl: string

beforeAll(async () => {
  world = await openWorld()
  tenant = await world.tenant('busy')
  realtimeUrl = `http://127.0.0.1:${world.realtime!.port}`
})
afterAll(() => world.close())

type Line = {
  kind: 'event' | 'status' | 'note'
  state?: string
  ageMs?: number
  event?: { seq: number; type: string; data: { newBalance: number } }
}

const options = (...more: string[]) => ['--api', world.api.url, '--realtime', realtimeUrl, '--tenant', 'busy', ...more]

test('watch shows each change once, through a restart of the realtime server, and Ctrl-C ends it', async () => {
  const customer = await tenant.enrol({ points: 100 })
  const till = await world.api.signIn(tenant, 'terminal')
  const child = spawn(process.execPath, ['scripts/watch.ts', ...options('--json', '--password', PASSWORD)], {
    cwd: ROOT,
    env: shellEnvironment({}),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  const exited = new Promise((done) => child.once('exit', done))
  const lines = () =>
    stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line)
  const events = () => lines().flatMap(({ event }) => event ?? [])
  const becomes = (state: string) =>
    until(() => lines().findLast(({ kind }) => kind === 'status')?.state === state, state, 20_000)

  await becomes('live')
  await world.redeem(till, customer.id, 10)
  await until(() => events().length === 1)
  await world.stopRealtime()
  await becomes('polling')
  await world.redeem(till, customer.id, 20)
  await world.startRealtime()
  await becomes('live')
  await world.redeem(till, customer.id, 30)
  await until(() => events().length === 3)
  expect(events().map(({ type, data }) => [type, data.newBalance])).toEqual([
    ['loyalty_updated', 90],
    ['loyalty_updated', 70],
    ['loyalty_updated', 40],
  ])
  expect(lines().find(({ kind }) => kind === 'event')!.ageMs).toBeLessThan(5_000)
  child.kill('SIGINT')
  expect(await exited).toBe(0)
}, 60_000)

test('watch ends with one sentence when it cannot sign in', async () => {
  const { code, stderr } = await runScript('watch', options('--password', 'wrong-words'), {})
  expect(stderr).toMatch(/^owner@busy\.test of busy cannot sign in: 401 sign-in-failed[^\n]*\n$/)
  expect(code).toBe(1)
})
