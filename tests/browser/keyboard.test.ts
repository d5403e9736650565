import { afterAll, beforeAll, expect, test } from 'vitest'
import { newKey } from '../harness/api.ts'
import type { TestTenant } from '../harness/tenant.ts'
import { openStage, type Stage } from './console.ts'
import { shows, type Window } from './window.ts'

let stage: Stage
let demo: TestTenant
beforeAll(async () => {
  stage = await openStage()
  demo = await stage.world.tenant('demo')
  const { id: customerId } = await demo.enrol({ name: 'John Doe', points: 275 })
  const token = await stage.world.api.signIn(demo, 'owner')
  const make = (path: string, body: object) =>
    stage.world.api.call('POST', `/api/admin/${path}`, { token, headers: newKey(), body })
  await make('payments', { provider: 'cash', amountMinor: 90_000, customerId })
  await make('bookings', { amountMinor: 90_000, customerId, startsAt: new Date(Date.now() + 3_600_000).toISOString() })
})
afterAll(() => stage.close())

const focusIn = ({ page }: Window) =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent)

test.each([
  ['customers', 'Open John Doe'],
  ['payments', 'Open the payment of £900 by John Doe'],
  ['bookings?view=list', /^Open the booking of John Doe/],
  ['dashboard', 'Open John Doe'],
])('on %s, whoever opens a dialog by keyboard is back where they were when it closes', async (path, name) => {
  const window = await stage.open({ tenant: demo, as: 'owner' }, path)
  const opener = window.page.getByRole('button', { name, exact: true }).first()
  await opener.focus()
  const before = await focusIn(window)
  await window.page.keyboard.press('Enter')
  const dialog = window.page.getByRole('dialog')
  await expect.poll(() => dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true)
  await window.page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await expect.poll(() => focusIn(window)).toBe(before)
  expect(window.complaints).toEqual([])
})

const BUTTON = /^(Account|Konto)$/

test('preferences are chosen by keyboard, told as choices, and leave the focus where it was', async () => {
  const window = await stage.open({ tenant: demo, as: 'owner' })
  const { page } = window
  for (const [chosen, heading] of [
    ['Deutsch', 'Kunden'],
    ['English', 'Customers'],
  ] as const) {
    await page.locator('header').getByRole('button', { name: BUTTON }).focus()
    await page.keyboard.press('Enter')
    const choice = page.getByRole('menuitemradio', { name: chosen })
    await choice.waitFor()
    expect(await choice.getAttribute('aria-checked')).toBe('false')
    await expect.poll(() => focusIn(window)).not.toMatch(BUTTON)
    for (let before = await focusIn(window); before !== chosen; before = await focusIn(window)) {
      await page.keyboard.press('ArrowDown')
      await expect.poll(() => focusIn(window)).not.toBe(before)
    }
    await page.keyboard.press('Enter')
    await shows(page.getByRole('heading', { level: 1 }), heading)
    await expect.poll(() => focusIn(window)).toMatch(BUTTON)
  }
  expect(window.complaints).toEqual([])
})
