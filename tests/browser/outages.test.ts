import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestTenant } from '../harness/tenant.ts'
import { openStage, type Stage } from './console.ts'
import { collectTold } from './told.ts'
import { shows } from './window.ts'

let stage: Stage
let demo: TestTenant
beforeAll(async () => {
  stage = await openStage()
  demo = await stage.world.tenant('demo')
})
afterAll(() => stage.close())

test('L8 realtime stopped: Polling within 5 s, changes still come; realtime back: Live, nothing missing, nothing told twice', async () => {
  const john = await demo.enrol({ name: 'John Doe', points: 275 })
  const office = await stage.open({ tenant: demo, as: 'owner' })
  await shows(office.badge, 'Live')
  await shows(office.balance(john), '275')
  const told = await collectTold(office.toasts)
  const till = await stage.world.api.signIn(demo, 'terminal')

  await stage.world.stopRealtime()
  await shows(office.badge, /Polling\s+.*(now|sec)/, 5_000)
  await stage.world.redeem(till, john.id, 25)
  await shows(office.balance(john), '250', 20_000)

  await stage.world.startRealtime()
  await shows(office.badge, 'Live', 35_000)
  await stage.world.redeem(till, john.id, 50)
  await shows(office.balance(john), '200')
  await shows(office.toasts, 'John Doe −50 by Till 1')
  expect(await told()).toEqual(['John Doe −25 by Till 1', 'John Doe −50 by Till 1'])
  expect(office.complaints).toEqual([])
})

test('L9 network gone: Offline, what is shown is greyed and dated, Refresh says so and works when the network is back', async () => {
  const ada = await demo.enrol({ name: 'Ada Lovelace', points: 100 })
  const office = await stage.open({ tenant: demo, as: 'owner' }, 'customers?search=Ada')
  await shows(office.badge, 'Live')
  await shows(office.balance(ada), '100')

  await office.context.setOffline(true)
  // Chromium leaves open sockets alone: the wire goes with the server's end of it.
  await stage.world.stopRealtime()
  await shows(office.badge, 'Offline', 35_000)
  await shows(office.page.getByTestId('stale-notice'), 'Not up to date: this is how things stood at')
  const look = await office.page.locator('[data-stale]').evaluate((element) => getComputedStyle(element).filter)
  expect(look).toBe('grayscale(1)')
  await shows(office.balance(ada), '100')
  await office.page.getByRole('button', { name: 'Refresh' }).click()
  await shows(office.toasts, 'The server cannot be reached right now')

  const till = await stage.world.api.signIn(demo, 'terminal')
  await stage.world.redeem(till, ada.id, 40)
  await office.context.setOffline(false)
  await office.page.getByRole('button', { name: 'Refresh' }).click()
  await shows(office.balance(ada), '60')
  await shows(office.toasts, 'Everything is up to date')
  await shows(office.badge, 'Polling')
  expect(await office.page.getByTestId('stale-notice').count()).toBe(0)
  await stage.world.startRealtime()
  await shows(office.badge, 'Live', 35_000)
})

test('a till whose answer is lost asks again under the same key: the points are taken once, and the till hears so', async () => {
  const alan = await demo.enrol({ name: 'Alan Turing', points: 100 })
  const till = await stage.open({ tenant: demo, as: 'terminal' }, 'phone-loyalty-pos')
  const { page } = till
  await page.getByRole('textbox', { name: 'Phone number' }).fill(alan.phone)
  await page.keyboard.press('Enter')
  await page.getByTestId('serve').waitFor()
  await page.getByLabel('Points', { exact: true }).fill('30')

  const keys: (string | undefined)[] = []
  await page.route('**/api/loyalty/phone-lookup', async (route) => {
    if (route.request().method() !== 'POST') return route.continue()
    keys.push(route.request().headers()['idempotency-key'])
    if (keys.length > 2) return route.continue()
    await route.fetch() // it reaches the server …
    await route.abort('connectionreset') // … and the answer does not reach the till
  })
  await page.getByRole('button', { name: 'Redeem 30' }).dblclick()
  await page.getByTestId('unknown-answer').waitFor()
  await shows(page.getByTestId('result-balance'), '70')
  expect(keys).toHaveLength(3)
  expect(new Set(keys).size).toBe(1)
  const entries = await stage.world.database.sql('select points from entries where card_id = $1 and type = $2', [
    alan.cardId,
    'redeem',
  ])
  expect(entries).toHaveLength(1)
})
