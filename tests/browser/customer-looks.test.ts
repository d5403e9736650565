import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestCustomer, TestTenant } from '../harness/tenant.ts'
import { openCustomerStage, PHONE, type Business, type CustomerStage } from './customer-window.ts'
import { judgeLooks } from './judge-looks.ts'
import { shows } from './window.ts'

const SIZES = {
  phone: PHONE,
  desktop: { viewport: { width: 1280, height: 800 }, hasTouch: false, isMobile: false, deviceScaleFactor: 1 },
} as const

let stage: CustomerStage
let harbour: TestTenant
let john: TestCustomer
let till: Business
let owner: Business
beforeAll(async () => {
  stage = await openCustomerStage()
  const { world } = stage
  harbour = await world.tenant('harbour')
  const rival = await world.tenant('rival')
  const bakery = await world.tenant('bakery')
  for (const [id, name, program] of [
    ['harbour', 'Harbour Kitchen', 'Points'],
    ['rival', 'Rival Grill', 'Grill points'],
    ['bakery', 'Bäckerei Morgenstern', 'Frühstücksclub'],
  ]) {
    await world.database.sql('update tenants set name = $2 where id = $1', [id, name])
    await world.database.sql('update programs set name = $2 where tenant_id = $1', [id, program])
  }
  john = await harbour.enrol({ name: 'John Doe', points: 1275 })
  await rival.enrol({ name: 'John Doe', phone: john.phone, points: 20 })
  await bakery.enrol({ name: 'John Doe', phone: john.phone, points: 48 })
  till = await stage.as(harbour, 'terminal')
  owner = await stage.as(harbour, 'owner')
  for (const points of [75, 120, 30]) await till.points(john.phone, 'redeem', points)
  for (const points of [40, 15]) await till.points(john.phone, 'add', points)
  await world.database.sql(
    `update tenants set settings = settings || '{"adjustmentsNeedApproval": true}' where id = 'harbour'`,
  )
})
afterAll(() => stage.close())

describe.each(['phone', 'desktop'] as const)('on a %s', (size) => {
  const options = SIZES[size]

  test('both steps of the sign-in have no axe violation and fit the screen', async () => {
    const context = await stage.browser.newContext({ ...PHONE, ...options })
    const page = await context.newPage()
    await page.goto(`${stage.world.api.url}/cards`)
    await page.getByLabel('Phone number').fill('+44 7306 506797')
    await judgeLooks(page, `my-sign-in-${size}`)
    await page.getByRole('button', { name: 'Send me a code' }).click()
    await page.getByLabel('Code').waitFor()
    await judgeLooks(page, `my-sign-in-code-${size}`)
    await context.close()
  })

  test('cards, ledger, news and QR code have no axe violation and fit the screen', async () => {
    const window = await stage.customer(john.phone, { options })
    const { page } = window
    await shows(window.badge, 'Live')
    await judgeLooks(page, `my-cards-${size}`, async () => {
      await till.points(john.phone, 'add', 5)
      await shows(window.card(john.cardId).getByTestId('delta'), '+5')
    })
    await window.card(john.cardId).getByRole('link').click()
    await page.locator('[data-transaction]').first().waitFor()
    await judgeLooks(page, `my-ledger-${size}`)
    await page.keyboard.press('Escape')

    await owner.post('adjustments', { customerId: john.id, points: -20, reason: 'The dessert was never served' })
    await shows(window.asked, 'wants to take 20 points')
    await judgeLooks(page, `my-cards-asked-${size}`)
    await window.go('Notifications')
    await window.news('adjustment_request').first().waitFor()
    await judgeLooks(page, `my-news-${size}`)
    await window.news('adjustment_request').first().getByRole('button', { name: 'Decline' }).click()
    await window.asked.waitFor({ state: 'detached' })

    await window.go('QR code')
    await page.getByTestId('qr').waitFor()
    await judgeLooks(page, `my-qr-${size}`)
    await page.getByRole('button', { name: 'Account' }).click()
    await judgeLooks(page, `my-account-${size}`)
    await page.getByText('Deutsch').click()
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Karten' }).click()
    await shows(page.locator('h1'), 'Deine Karten')
    expect(await page.locator('html').getAttribute('lang')).toBe('de')
    await judgeLooks(page, `my-cards-german-${size}`)
    expect(window.complaints).toEqual([])
  })

  test('somebody without a card is told how to get one', async () => {
    const window = await stage.customer(size === 'phone' ? '+447306560001' : '+447306560002', {
      name: 'Nora New',
      options,
    })
    await shows(window.page.locator('main'), 'No cards yet')
    await judgeLooks(window.page, `my-cards-none-${size}`)
    await window.go('Notifications')
    await judgeLooks(window.page, `my-news-none-${size}`)
  })
})
