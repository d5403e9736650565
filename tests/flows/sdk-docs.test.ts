import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as client from '@loyalty-live/client'
import * as query from '@loyalty-live/client/query'
import * as queryCore from '@tanstack/query-core'
import * as socketIo from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { connectErrors, type StreamEvent } from '@loyalty-live/events'
import { BROADCAST_SECRET } from '../harness/api.ts'
import { startTestRealtime } from '../harness/realtime.ts'
import type { TestTenant } from '../harness/tenant.ts'
import { until } from '../harness/until.ts'
import { openWorld, type World } from '../harness/world.ts'
import { loyaltyUpdated, post } from '../realtime/harness.ts'

const root = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const modules: Record<string, unknown> = {
  '@loyalty-live/client': client,
  '@loyalty-live/client/query': query,
  '@tanstack/query-core': queryCore,
  'socket.io-client': socketIo,
}

/** Runs the code under a marker of a page, as it stands there; answers what it exports. */
async function runExample<T>(page: string, marker: string, globals: object, exported: string): Promise<T> {
  const code = new RegExp(`<!-- ${marker} -->\\n\`\`\`\\w+\\n(.*?)\`\`\``, 's').exec(read(page))![1]!
  const body = code
    .replaceAll(
      /^import (\{.*\}) from '(.*)'$/gm,
      (_, names: string, from: string) => `const ${names} = modules['${from}']`,
    )
    .replaceAll(/^export /gm, '')
  const names = ['modules', ...Object.keys(globals)]
  // oxlint-disable-next-line typescript/no-implied-eval -- the example is a page of ours
  const run = new Function(...names, `return (async () => { ${body}\n return ${exported} })()`)
  return (await run(modules, ...Object.values(globals))) as T
}

let world: World
let tenant: TestTenant
let till: string
beforeAll(async () => {
  world = await openWorld()
  tenant = await world.tenant('docs')
  till = await world.api.signIn(tenant, 'terminal')
})
afterAll(() => world.close())

const addresses = () => ({ apiUrl: world.api.url, realtimeUrl: world.realtime!.url })
const getToken = () => world.api.signIn(tenant, 'owner')
const head = async () =>
  (await world.api.call('GET', '/api/events', { token: await getToken() })).body['cursor'] as string

describe('the protocol page', () => {
  test('its thirty lines give every event once and in order, though the realtime server is away for a while', async () => {
    const customer = await tenant.enrol({ points: 275 })
    type Follow = (options: object) => () => void
    const follow = await runExample<Follow>('docs/sdk.md', 'sequencer', {}, 'follow')
    const seqs: number[] = []
    const start = await head()
    const apply = ({ seq }: StreamEvent) => seqs.push(seq)
    const stop = follow({ ...addresses(), getToken, cursor: start, apply, reset: head })
    await world.redeem(till, customer.id, 75)
    await until(() => seqs.length === 1)
    await world.stopRealtime()
    await world.redeem(till, customer.id, 25)
    await world.redeem(till, customer.id, 25)
    await world.startRealtime()
    await until(() => seqs.length === 3)
    await world.redeem(till, customer.id, 25)
    await until(() => seqs.length === 4)
    const from = Number(start.split(':')[1])
    expect(seqs).toEqual([from + 1, from + 2, from + 3, from + 4])
    stop()
  })

  test('its listener drops what a restarted server tells again', async () => {
    type Listen = (socket: socketIo.Socket, handle: (event: StreamEvent) => void) => void
    const listen = await runExample<Listen>('docs/sdk.md', 'listener', {}, 'listen')
    // One that our API knows nothing of: what it is posted, and when, is up to the test.
    const start = (port?: number) =>
      startTestRealtime({ jwksUrl: `${world.api.url}/.well-known/jwks.json`, port: port ?? 0 })
    let realtime = await start()
    const { url, port } = realtime
    const tell = async (seq: number) => {
      const answer = await post(`${url}/broadcast`, loyaltyUpdated(tenant.id, seq), { secret: BROADCAST_SECRET })
      expect(answer.status).toBe(202)
    }
    const [told, handled]: [number[], number[]] = [[], []]
    const socket = socketIo.io(url, {
      transports: ['websocket'],
      auth: (give) => void getToken().then((token) => give({ token })),
      reconnectionDelay: 50,
    })
    const joined = () => new Promise((resolve) => socket.once('ready', resolve))
    socket.on('loyalty_updated', ({ seq }: StreamEvent) => told.push(seq))
    listen(socket, ({ seq }) => handled.push(seq))
    await joined()
    await tell(1)
    await until(() => told.length === 1)

    const back = joined()
    await realtime.close()
    realtime = await start(port)
    socket.connect()
    await back
    await tell(1)
    await tell(2)
    await until(() => told.length === 3)
    expect(told).toEqual([1, 1, 2])
    expect(handled).toEqual([1, 2])
    socket.close()
    await realtime.close()
  })

  test('has every code of a refusal, and whether to come back', () => {
    const rows = [...read('docs/sdk.md').matchAll(/^\| `([a-z-]+)` \| (yes|no) \|/gm)]
    const told = Object.fromEntries(rows.map(([, code, retry]) => [code, retry === 'yes']))
    expect(told).toEqual(Object.fromEntries(Object.entries(connectErrors).map(([code, { retry }]) => [code, retry])))
  })
})

describe('the README of the SDK', () => {
  test('L1 its example shows a redemption without asking again', async () => {
    const customer = await tenant.enrol({ points: 275 })
    const shown: number[] = []
    const states: string[] = []
    let asked = 0
    const loadCustomers = async () => {
      asked += 1
      return (await world.api.call('GET', '/api/admin/customers', { token: await getToken() })).body
    }
    const globals = {
      ...addresses(),
      account: { token: getToken, refresh: getToken },
      loadCustomers,
      show: (items: query.Customer[]) => shown.push(items.find(({ id }) => id === customer.id)!.points),
      badge: (state: string) => states.push(state),
    }
    const running = await runExample<client.LoyaltyClient>('packages/client/README.md', 'example', globals, 'client')
    await until(() => running.status.state === 'live' && shown.at(-1) === 275)
    await world.redeem(till, customer.id, 75)
    await until(() => shown.at(-1) === 200)
    expect(asked).toBe(1)
    expect(states).toContain('live')
    await running.stop()
  })

  test('its examples for React compile, one for each hook', () => {
    const page = read('packages/client/README.md')
    const examples = [...page.matchAll(/<!-- react: ([a-z-]+) -->\n```tsx\n(.*?)```/gs)]
    const shown = examples.map(([, , code]) => /\b(use\w+) \}/.exec(code!)![1])
    expect(shown).toEqual(['useDashboardData', 'useDashboardRealtime', 'useClientPaymentMonitor'])
    // Where the packages are found under their names, and nothing is kept.
    const folder = mkdtempSync(join(root, 'node_modules/.examples-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    for (const [, name, code] of examples) writeFileSync(join(folder, `${name}.tsx`), code!)
    writeFileSync(
      join(folder, 'api.d.ts'),
      'declare const api: { get<T>(path: string, init: { signal: AbortSignal }): Promise<T> }',
    )
    const config = {
      extends: join(root, 'apps/console/tsconfig.json'),
      compilerOptions: { types: [] },
      include: [],
      files: ['api.d.ts', ...examples.map(([, name]) => `${name}.tsx`)],
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const { status, stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' })
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
  })
})
