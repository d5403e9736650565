import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestTenant } from '../harness/tenant.ts'
import { until } from '../harness/until.ts'
import { closeAfterTest } from './console.ts'
import { openCustomerStage, PHONE, type CustomerStage } from './customer-window.ts'
import { openPage, shows } from './window.ts'

let stage: CustomerStage
let harbour: TestTenant
let numbers = 0
beforeAll(async () => {
  stage = await openCustomerStage()
  harbour = await stage.world.tenant('harbour')
})
afterAll(() => stage.close())

const newNumber = () => `+4473065${50_000 + numbers++}`

/** A phone that is not signed in, where it lands. */
async function visit(path = '/cards'): Promise<Page> {
  const context = await stage.browser.newContext(PHONE)
  closeAfterTest(context)
  const { page } = await openPage(context)
  await page.goto(`${stage.world.api.url}${path}`)
  await page.getByLabel('Phone number').waitFor()
  return page
}

async function askForCode(page: Page, phone: string): Promise<string> {
  const before = stage.webhook.codesFor(phone).length
  await page.getByLabel('Phone number').fill(phone)
  await page.getByRole('button', { name: 'Send me a code' }).click()
  await page.getByLabel('Code').waitFor()
  return until(() => stage.webhook.codesFor(phone)[before], 'a code')
}

const anotherThan = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

test('a number without its country is told how to be typed; one that is known and one that is not read the same', async () => {
  const page = await visit()
  await page.getByLabel('Phone number').fill('07306 506797')
  await page.getByRole('button', { name: 'Send me a code' }).click()
  await shows(page.getByRole('alert'), 'Begin with + and the country’s code')

  const [known, unknown] = [(await harbour.enrol({ points: 1 })).phone, newNumber()]
  const read: string[] = []
  for (const phone of [known, unknown]) {
    await askForCode(page, phone)
    await page.getByLabel('Code').fill('000000')
    await shows(page.getByRole('alert'), 'That code does not count')
    const text = (await page.locator('main').innerText()).replace(phone, 'NUMBER')
    read.push(text.replace(/in \d+s/, 'in NN'))
    await page.getByRole('button', { name: 'Use another number' }).click()
  }
  expect(read[1]).toBe(read[0])
})

test('a code that is pasted signs in by itself, to the page that one came for; a wrong one before it is told', async () => {
  const { phone } = await harbour.enrol({ points: 7 })
  const page = await visit('/notifications')
  const code = await askForCode(page, phone)
  await page.getByLabel('Code').fill(anotherThan(code))
  await shows(page.getByRole('alert'), 'That code does not count')
  expect(await page.getByLabel('Code').inputValue()).toBe('')
  await page.getByLabel('Code').fill(` ${code.slice(0, 3)} ${code.slice(3)}`)
  await shows(page.locator('h1'), 'Notifications')
  await shows(page.locator('main'), '7 points to begin with')
})

test('another code can be sent after a while, and then the one before counts no more; too many are refused in words', async () => {
  const phone = newNumber()
  const page = await visit()
  await page.clock.install()
  const first = await askForCode(page, phone)
  const resend = page.getByRole('button', { name: /another code/i })
  await shows(resend, /Another code in \d+s/)
  await resend.click({ force: true }) // does nothing yet
  for (let sent = 2; sent <= 5; sent++) {
    await page.clock.runFor(31_000)
    await shows(resend, 'Send another code')
    await resend.click()
    await shows(page.getByRole('status'), 'The one before counts no more')
    expect(stage.webhook.codesFor(phone)).toHaveLength(sent)
  }
  const last = stage.webhook.codesFor(phone).at(-1)!
  if (first !== last) {
    await page.getByLabel('Code').fill(first)
    await shows(page.getByRole('alert'), 'That code does not count')
  }
  await page.clock.runFor(31_000)
  await resend.click()
  await shows(page.getByRole('status'), /Too many codes were sent lately. Try again in (59|60)m/)
  await page.getByLabel('Code').fill(last)
  await page.getByTestId('live-badge').waitFor()
})

test('a reload stays signed in, where one was; signing out leaves nothing behind', async () => {
  const { phone } = await harbour.enrol({ name: 'Grace Hopper', points: 123_456 })
  const window = await stage.customer(phone, { path: 'notifications' })
  const { page } = window
  await shows(page.locator('main'), 'You joined')
  await page.reload()
  await shows(page.locator('h1'), 'Notifications')
  expect(new URL(page.url()).pathname).toBe('/notifications')
  expect(await page.evaluate(kept)).not.toMatch(/123.?456|Grace|\+44/)

  await page.getByRole('button', { name: 'Account' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('Phone number').waitFor()
  await page.goto(`${stage.world.api.url}/qr`)
  await page.getByLabel('Phone number').waitFor()
  expect(await page.evaluate(kept)).not.toContain('refresh-token')
  expect(window.complaints).toEqual([])
})

test('who stays signed in is so in every tab, also when all of them were closed, until they sign out, which ends it in every tab', async () => {
  const { phone, cardId } = await harbour.enrol({ points: 9 })
  const page = await visit()
  const code = await askForCode(page, phone)
  await page.getByLabel('Stay signed in on this device').check()
  await page.getByLabel('Code').fill(code)
  const balance = (tab: Page) => tab.locator(`[data-card="${cardId}"]`).getByTestId('balance')
  await shows(balance(page), '9')

  const open = async () => {
    const { page: tab } = await openPage(page.context())
    await tab.goto(`${stage.world.api.url}/cards`)
    await shows(balance(tab), '9')
    return tab
  }
  const [second, third] = [await open(), await open()]
  await Promise.all([page, second, third].map((tab) => tab.reload()))
  for (const tab of [page, second, third]) await shows(balance(tab), '9')
  for (const tab of [page, second]) await tab.close()
  const last = await open()
  await last.getByRole('button', { name: 'Account' }).click()
  await last.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click()
  await last.getByLabel('Phone number').waitFor()
  await third.getByLabel('Phone number').waitFor()
  expect(await third.evaluate(kept)).not.toContain('refresh-token')
})

test('a customer and the staff of a business are signed in beside each other in one tab, and neither is taken for the other', async () => {
  const { phone, cardId } = await harbour.enrol({ name: 'Ada Lovelace', points: 42 })
  const office = await stage.open({ tenant: harbour, as: 'owner' }, 'customers?search=Ada')
  await office.page.goto(`${stage.world.api.url}/cards`)
  const code = await askForCode(office.page, phone)
  await office.page.getByLabel('Code').fill(code)
  await shows(office.page.locator(`[data-card="${cardId}"]`).getByTestId('balance'), '42')
  await office.page.goto(`${stage.world.api.url}/harbour/admin/customers?search=Ada`)
  await shows(office.page.locator('[data-customer]'), 'Ada Lovelace')
  await office.page.goto(`${stage.world.api.url}/qr`)
  await office.page.getByTestId('qr').waitFor()
  expect(office.complaints).toEqual([])
})

test('everything is reached by keys alone: to a page, into a card and out of it, with the focus where one was', async () => {
  const { phone } = await harbour.enrol({ points: 5 })
  const { page } = await stage.customer(phone)
  const card = page.locator('[data-card]').getByRole('link')
  await card.focus()
  await page.keyboard.press('Enter')
  const sheet = page.getByRole('dialog')
  await sheet.locator('[data-transaction]').first().waitFor()
  expect(new URL(page.url()).pathname).toMatch(/^\/cards\/[\da-f-]{36}$/)
  await page.keyboard.press('Escape')
  await sheet.waitFor({ state: 'detached' })
  expect(await card.evaluate((link) => link === document.activeElement)).toBe(true)
  await page.goBack()
  await sheet.waitFor()
  await page.goBack()
  await sheet.waitFor({ state: 'detached' })

  await page.getByRole('link', { name: 'Notifications' }).focus()
  await page.keyboard.press('Enter')
  await shows(page.locator('h1:focus'), 'Notifications')
})

/** Runs in the page: everything that storage holds. */
function kept(): string {
  return JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie])
}
