import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestTenant } from '../harness/tenant.ts'
import { openCustomerStage, type Business, type CustomerStage } from './customer-window.ts'
import { collectTold } from './told.ts'
import { shows } from './window.ts'

let stage: CustomerStage
let harbour: TestTenant
let till: Business
beforeAll(async () => {
  stage = await openCustomerStage()
  harbour = await stage.world.tenant('harbour')
  till = await stage.as(harbour, 'terminal')
})
afterAll(() => stage.close())

test('E8 L8 what is new is told live, and by polling while realtime is stopped, once; the unread count is right after each', async () => {
  const { phone, cardId } = await harbour.enrol({ points: 100 })
  const window = await stage.customer(phone)
  const { page, unread } = window
  await shows(window.badge, 'Live')
  await shows(unread, /^1$/) // of the enrolment
  const told = await collectTold(window.notices)

  await till.points(phone, 'add', 5)
  await shows(window.balance(cardId), '105')
  await shows(unread, /^2$/)
  await expect.poll(() => page.title()).toMatch(/^\(2\) Your cards/)

  await stage.world.stopRealtime()
  await shows(window.badge, /Polling\s+.*(now|sec)/, 10_000)
  await till.points(phone, 'redeem', 25)
  await shows(window.balance(cardId), '80', 20_000)
  await shows(unread, /^3$/)

  await stage.world.startRealtime()
  await shows(window.badge, 'Live', 35_000)
  await till.points(phone, 'add', 1)
  await shows(window.balance(cardId), '81')
  await shows(unread, /^4$/)
  expect(await told()).toEqual([
    'You earned 5 points at Tenant harbour',
    '25 points used at Tenant harbour',
    'You earned 1 point at Tenant harbour',
  ])

  await window.go('Notifications')
  await window.news('points_deducted').getByRole('button', { name: 'Mark as read' }).click()
  await shows(unread, /^3$/)
  await page.getByRole('button', { name: 'Mark all as read' }).click()
  await unread.waitFor({ state: 'detached' })
  expect(await page.title()).toMatch(/^Notifications/)
  await till.points(phone, 'add', 1)
  await shows(unread, /^1$/)
  expect(window.complaints).toEqual([])
})

test('L9 network gone: Offline, cards are greyed and dated, Refresh says so; back, everything is there by itself', async () => {
  const { phone, cardId } = await harbour.enrol({ points: 60 })
  const window = await stage.customer(phone)
  await shows(window.badge, 'Live')
  await shows(window.balance(cardId), '60')

  await window.context.setOffline(true)
  // Chromium leaves open sockets alone: the wire goes with the server's end of it.
  await stage.world.stopRealtime()
  await shows(window.badge, 'Offline', 35_000)
  await shows(window.page.getByTestId('stale-notice'), 'Not up to date: this is how things stood at')
  const look = () => window.page.locator('[data-stale]').evaluate((element) => getComputedStyle(element).filter)
  await expect.poll(look).toBe('grayscale(1)')
  await window.page.getByRole('button', { name: 'Refresh' }).click()
  await shows(window.notices, 'The server cannot be reached right now')

  await till.points(phone, 'redeem', 10)
  await stage.world.startRealtime()
  await window.context.setOffline(false)
  await shows(window.balance(cardId), '50', 20_000)
  await shows(window.badge, 'Live', 35_000)
  expect(await window.page.getByTestId('stale-notice').count()).toBe(0)
})

test('L6 fifty rapid changes of one card: it ends on the right balance and never shows an older one after a newer one', async () => {
  const { phone, cardId } = await harbour.enrol({ points: 100 })
  const window = await stage.customer(phone)
  await shows(window.badge, 'Live')
  await shows(window.balance(cardId), '100')
  await window.balance(cardId).evaluate((element) => {
    const seen: number[] = []
    Object.assign(globalThis, { seen })
    new MutationObserver(() => seen.push(Number(element.textContent))).observe(element, {
      childList: true,
      characterData: true,
      subtree: true,
    })
  })
  await till.points(phone, 'redeem', 1)
  await shows(window.balance(cardId), '99')
  await Promise.all(Array.from({ length: 49 }, () => till.points(phone, 'redeem', 1)))
  await shows(window.balance(cardId), /^50$/)
  await shows(window.unread, /^51$/)
  const seen = await window.page.evaluate(() => (globalThis as unknown as { seen: number[] }).seen)
  expect(seen.length).toBeGreaterThan(1)
  expect(seen).toEqual(seen.toSorted((one, other) => other - one))
})
