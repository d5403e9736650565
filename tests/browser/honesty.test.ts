import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { BROADCAST_SECRET } from '../harness/api.ts'
import { startProcess } from '../harness/process.ts'
import type { TestTenant } from '../harness/tenant.ts'
import { openStage, type Stage } from './console.ts'
import { recordShown } from './shown.ts'
import { shows } from './window.ts'

let stage: Stage
let demo: TestTenant
let till: string
beforeAll(async () => {
  stage = await openStage()
  demo = await stage.world.tenant('demo')
  till = await stage.world.api.signIn(demo, 'terminal')
})
afterAll(() => stage.close())

test('L8 a realtime server that hangs, with every connection open, is found out within 30 s; changes come by polling; then it is Live again', async () => {
  const alan = await demo.enrol({ name: 'Alan Turing', points: 100 })
  const { port } = stage.world.realtime!
  await stage.world.stopRealtime()
  const realtime = await startProcess('realtime', {
    REALTIME_PORT: String(port),
    BROADCAST_SECRET,
    AUTH_JWKS_URL: `${stage.world.api.url}/.well-known/jwks.json`,
    LOG_LEVEL: 'fatal',
  })
  onTestFinished(async () => {
    await realtime.end('SIGKILL')
    await stage.world.startRealtime()
  })
  const office = await stage.open({ tenant: demo, as: 'owner' }, 'customers?search=Alan')
  await shows(office.badge, 'Live')

  realtime.child.kill('SIGSTOP')
  await shows(office.badge, 'Polling', 30_000)
  await stage.world.redeem(till, alan.id, 30)
  await shows(office.balance(alan), '70', 20_000)
  realtime.child.kill('SIGCONT')
  await shows(office.badge, 'Live', 35_000)
  await stage.world.redeem(till, alan.id, 20)
  await shows(office.balance(alan), '50')
})

test('a page that was asleep while its connection broke has caught up before it says Live', async () => {
  const grace = await demo.enrol({ name: 'Grace Hopper', points: 100 })
  const office = await stage.open({ tenant: demo, as: 'owner' }, 'customers?search=Grace')
  await shows(office.badge, 'Live')
  await shows(office.balance(grace), '100')
  const shown = await recordShown(office.page, grace)

  const wake = await putToSleep(stage.browser)
  await stage.world.stopRealtime()
  await stage.world.redeem(till, grace.id, 25)
  await stage.world.startRealtime()
  const wokenAtMs = Date.now()
  wake()
  await shows(office.balance(grace), '75', 20_000)
  await shows(office.badge, 'Live', 35_000)

  const [asleep, ...awake] = await shown()
  expect(asleep).toMatchObject({ state: 'live', balance: '100' })
  // It did sleep, it noticed, and from then on it said Live with nothing but the new balance.
  expect(awake[0]!.atMs).toBeGreaterThanOrEqual(wokenAtMs)
  expect(awake.filter(({ state }) => state !== 'live').length).toBeGreaterThan(0)
  expect(awake.filter(({ state }) => state === 'live').map(({ balance }) => balance)).toEqual(['75'])
})

/** Stops every process that runs pages, as a closed lid does; the browser's own knows what the network does meanwhile. */
async function putToSleep(browser: Browser): Promise<() => void> {
  const devtools = await browser.newBrowserCDPSession()
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo')
  const renderers = processInfo.filter(({ type }) => type === 'renderer')
  const signal = (name: NodeJS.Signals) => {
    for (const { id } of renderers) process.kill(id, name)
  }
  const wake = () => signal('SIGCONT')
  onTestFinished(wake)
  signal('SIGSTOP')
  return wake
}
