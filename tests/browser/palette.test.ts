import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestCustomer, TestTenant } from '../harness/tenant.ts'
import { findViolations } from './axe.ts'
import { openStage, type Stage } from './console.ts'
import { shows, type Window } from './window.ts'

let stage: Stage
let demo: TestTenant
let zoe: TestCustomer
beforeAll(async () => {
  stage = await openStage()
  demo = await stage.world.tenant('demo')
  zoe = await demo.enrol({ name: 'Zoë Quartz', points: 42 })
  await demo.enrol({ name: 'Ben Carter', points: 7 })
})
afterAll(() => stage.close())

const palette = ({ page }: Window) => page.getByRole('dialog', { name: 'Find a customer, or do anything' })
const field = (window: Window) => palette(window).getByRole('combobox')
const options = (window: Window) => palette(window).getByRole('option')
const chosen = (window: Window) => palette(window).locator('[aria-selected="true"]')

async function type(window: Window, text: string): Promise<void> {
  await window.page.keyboard.press('Control+k')
  await field(window).fill(text)
}

test('Ctrl K finds a customer by name or phone as one types, and Enter opens them', async () => {
  const window = await stage.open({ tenant: demo, as: 'owner' }, 'activity')
  const { page } = window
  await shows(window.badge, 'Live')
  for (const text of ['quartz', zoe.phone.slice(-6)]) {
    await type(window, text)
    await shows(options(window).first(), 'Zoë Quartz')
    expect(await options(window).count()).toBe(1)
    await page.keyboard.press('Escape')
    await palette(window).waitFor({ state: 'detached' })
  }
  await type(window, 'quartz')
  await shows(chosen(window), 'Zoë Quartz')
  await page.keyboard.press('Enter')
  await shows(page.getByTestId('customer-dialog').getByRole('heading', { level: 2 }), 'Zoë Quartz')
  expect(new URL(page.url()).pathname).toBe('/demo/admin/customers')
  expect(window.complaints).toEqual([])
})

test('the keyboard goes round the list, the field says which option is meant, and the focus comes back', async () => {
  const window = await stage.open({ tenant: demo, as: 'owner' })
  const { page } = window
  const opener = page.getByRole('button', { name: 'Find a customer, or do anything' })
  await opener.click()
  await field(window).waitFor()
  expect(await field(window).evaluate((element) => element === document.activeElement)).toBe(true)
  const meant = async () => {
    const id = await field(window).getAttribute('aria-activedescendant')
    expect(await chosen(window).getAttribute('id')).toBe(id)
    return chosen(window).innerText()
  }
  expect(await meant()).toBe('Go to Customers')
  await page.keyboard.press('ArrowDown')
  expect(await meant()).toBe('Go to Dashboard')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowUp')
  expect(await meant()).toBe('Sign out')
  await page.keyboard.press('ArrowDown')
  expect(await meant()).toBe('Go to Customers')
  expect(await findViolations(page)).toEqual([])
  await field(window).fill('no such thing at all')
  await shows(palette(window).getByRole('status'), 'Nothing fits.')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await palette(window).waitFor({ state: 'detached' })
  expect(await opener.evaluate((element) => element === document.activeElement)).toBe(true)
})

test('pages, looks, language, refresh and the way out are each a few letters and Enter away', async () => {
  const window = await stage.open({ tenant: demo, as: 'owner' })
  const { page } = window
  await shows(window.badge, 'Live')
  const run = async (text: string, meant: string) => {
    await type(window, text)
    await shows(chosen(window), meant)
    await page.keyboard.press('Enter')
    await palette(window).waitFor({ state: 'detached' })
  }
  await run('activ', 'Go to Activity')
  await page.waitForURL('**/admin/activity')
  await run('dark', 'Appearance: Dark')
  await page.locator('html[data-mantine-color-scheme=dark]').waitFor()
  await run('refr', 'Refresh')
  await shows(window.toasts, 'Everything is up to date')
  await run('deutsch', 'Language: Deutsch')
  await shows(page.getByRole('heading', { level: 1 }), 'Verlauf')
  await page.keyboard.press('Control+k')
  const inGerman = page.getByRole('dialog', { name: 'Kunden finden oder etwas tun' })
  await inGerman.getByRole('combobox').fill('abmelden')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/sign-in?**')
  expect(window.complaints).toEqual([])
})

test('a till is offered its own pages, and no customers', async () => {
  const window = await stage.open({ tenant: demo, as: 'terminal' }, 'phone-loyalty-pos')
  const asked: string[] = []
  window.page.on('request', (request) => asked.push(request.url()))
  await type(window, 'quartz')
  await shows(palette(window).getByRole('status'), 'Nothing fits.')
  await field(window).fill('go to')
  await shows(options(window).first(), 'Go to Point of sale')
  expect(await options(window).allInnerTexts()).toEqual(['Go to Point of sale', 'Go to Scan', 'Go to Realtime health'])
  expect(asked.filter((url) => url.includes('/api/admin/'))).toEqual([])
})

test('it does not come between somebody and an open dialog', async () => {
  const window = await stage.open({ tenant: demo, as: 'owner' }, `customers?customer=${zoe.id}`)
  await shows(window.page.getByTestId('customer-dialog').getByRole('heading', { level: 2 }), 'Zoë Quartz')
  await window.page.keyboard.press('Control+k')
  await window.page.keyboard.press('Escape')
  // Escape closes what is on top: that was the customer.
  await window.page.getByTestId('customer-dialog').waitFor({ state: 'detached' })
  expect(await palette(window).count()).toBe(0)
})
