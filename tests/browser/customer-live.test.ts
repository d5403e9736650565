import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestTenant } from '../harness/tenant.ts'
import { openCustomerStage, type Business, type CustomerStage } from './customer-window.ts'
import { shows } from './window.ts'

let stage: CustomerStage
let harbour: TestTenant
let rival: TestTenant
let till: Business
let owner: Business
let numbers = 0

beforeAll(async () => {
  stage = await openCustomerStage()
  harbour = await stage.world.tenant('harbour')
  rival = await stage.world.tenant('rival')
  await stage.world.database.sql(`update tenants set name = 'Harbour Kitchen' where id = 'harbour'`)
  await stage.world.database.sql(`update tenants set name = 'Rival Grill' where id = 'rival'`)
  till = await stage.as(harbour, 'terminal')
  owner = await stage.as(harbour, 'owner')
})
afterAll(() => stage.close())

const newNumber = () => `+4473065${40_000 + numbers++}`

const setRule = (rule: 'points_per_scan' | 'welcome_bonus', points: number) =>
  stage.world.database.sql(`update programs set ${rule} = $1 where tenant_id = 'harbour'`, [points])

const needApproval = (needed: boolean) =>
  stage.world.database.sql(
    `update tenants set settings = settings || jsonb_build_object('adjustmentsNeedApproval', $1::boolean) where id = 'harbour'`,
    [needed],
  )

test('E1 scanned for the first time: told at once, asked, accepts; the card is there and on the business list, and points earned are told', async () => {
  const number = newNumber()
  const office = await stage.open({ tenant: harbour, as: 'owner' })
  const cashier = await stage.open({ tenant: harbour, as: 'cashier' }, 'scan')
  const phone = await stage.customer(number, { path: 'qr', name: 'Erin Example' })
  await shows(phone.badge, 'Live')
  await shows(cashier.badge, 'Live')

  await cashier.page.getByLabel('Code', { exact: true }).fill(await phone.qr())
  await cashier.page.keyboard.press('Enter')
  await shows(cashier.page.getByTestId('enrolment-awaited'), 'Waiting for Erin Example')
  await shows(phone.page.getByTestId('scanned'), 'Scanned by Harbour Kitchen')
  await shows(phone.asked, 'Harbour Kitchen asks you to join Points')
  await phone.asked.getByRole('button', { name: 'Accept' }).click()
  await shows(phone.notices, 'You joined Points at Harbour Kitchen')
  await phone.asked.waitFor({ state: 'detached' })
  await shows(cashier.page.getByTestId('enrolment-accepted'), 'Erin Example has accepted')

  await phone.go('Cards')
  const card = phone.page.locator('[data-card]')
  await shows(card, 'Harbour Kitchen')
  await shows(card.getByTestId('balance'), /^0$/)
  await shows(office.page.locator('[data-customer]'), 'Erin Example')

  await till.points(number, 'add', 40)
  await shows(phone.notices, 'You earned 40 points at Harbour Kitchen')
  await shows(card.getByTestId('balance'), /^40$/)
  await shows(card.getByTestId('delta'), '+40')
  expect([...phone.complaints, ...cashier.complaints, ...office.complaints]).toEqual([])
})

test('E2 who has a card is told of the scan, then of the points of the rule, and the card moves', async () => {
  const number = newNumber()
  const { cardId } = await harbour.enrol({ points: 100, phone: number })
  await setRule('points_per_scan', 15)
  const phone = await stage.customer(number)
  await shows(phone.balance(cardId), '100')
  await phone.go('QR code')
  await shows(phone.badge, 'Live')
  expect((await till.scan(await phone.qr())).body).toMatchObject({ outcome: 'points_awarded' })
  await shows(phone.page.getByTestId('scanned'), 'Scanned by Harbour Kitchen')
  await shows(phone.notices, 'You earned 15 points at Harbour Kitchen')
  await setRule('points_per_scan', 0)
  await phone.go('Cards')
  await shows(phone.balance(cardId), '115')
  expect(phone.complaints).toEqual([])
})

test('E3 enrolled by hand, accepted; then points added and deducted, each told, and in the ledger that is open', async () => {
  const number = newNumber()
  const phone = await stage.customer(number, { name: 'Mandy Manual' })
  await shows(phone.badge, 'Live')
  expect((await owner.post('enrolments', { phone: number, name: 'Mandy' })).status).toBe(201)
  await shows(phone.notices, 'Harbour Kitchen asks you to join Points')
  await phone.asked.getByRole('button', { name: 'Accept' }).click()
  const card = phone.page.locator('[data-card]')
  await card.getByRole('link').click()
  const sheet = phone.page.getByRole('dialog')
  await shows(sheet, 'Joined')

  const { id } = (
    await stage.world.database.sql<{ id: string }>('select id from customers where phone = $1', [number])
  )[0]!
  await owner.post('adjustments', { customerId: id, points: 30, reason: 'Waited too long' })
  await shows(sheet.locator('[data-transaction]').first(), /Waited too long[^]*\+30/)
  await shows(sheet.getByTestId('ledger-balance'), /^30$/)
  await owner.post('adjustments', { customerId: id, points: -10, reason: 'Counted twice' })
  await shows(sheet.locator('[data-transaction]').first(), /Counted twice[^]*−10/)
  await shows(sheet.getByTestId('ledger-balance'), /^20$/)
  await phone.page.keyboard.press('Escape')
  await phone.go('Notifications')
  await shows(phone.news('points_added'), 'You earned 30 points at Harbour Kitchen')
  await shows(phone.news('points_deducted'), '10 points used at Harbour Kitchen')
  expect(phone.complaints).toEqual([])
})

test('E3 with approval required: nothing moves until it is approved, and nothing when it is declined', async () => {
  const number = newNumber()
  const { id, cardId } = await harbour.enrol({ points: 50, phone: number })
  const phone = await stage.customer(number, { path: 'notifications' })
  await shows(phone.badge, 'Live')
  await needApproval(true)
  try {
    await owner.post('adjustments', { customerId: id, points: -20, reason: 'Wrong order' })
    const [request] = [phone.news('adjustment_request').first()]
    await shows(request, 'Harbour Kitchen wants to take 20 points')
    await shows(request, 'Reason: Wrong order')
    await shows(request, 'Answer until')
    await phone.go('Cards')
    await shows(phone.balance(cardId), '50')
    await phone.asked.getByRole('button', { name: 'Accept' }).click()
    await shows(phone.balance(cardId), '30')

    await owner.post('adjustments', { customerId: id, points: -5, reason: 'Once more' })
    await shows(phone.asked, 'wants to take 5 points')
    await phone.go('Notifications')
    await request.getByRole('button', { name: 'Decline' }).click()
    await shows(request.getByTestId('status'), 'Declined')
    await shows(phone.news('adjustment_request').nth(1).getByTestId('status'), 'Approved')
    await phone.go('Cards')
    await shows(phone.balance(cardId), '30')
  } finally {
    await needApproval(false)
  }
  expect(phone.complaints).toEqual([])
})

test('E4 E5 accepted in two windows at once: one card, and both show it; an answer that comes too late is told so', async () => {
  const number = newNumber()
  const one = await stage.customer(number, { name: 'Two Devices' })
  const other = await stage.customer(number)
  await shows(one.badge, 'Live')
  await shows(other.badge, 'Live')
  await setRule('welcome_bonus', 25)
  await owner.post('enrolments', { phone: number, name: 'Two' })
  const accept = ({ asked }: typeof one) => asked.getByRole('button', { name: 'Accept' })
  await Promise.all([accept(one).waitFor(), accept(other).waitFor()])
  await Promise.all([accept(one).click(), accept(other).click()])
  for (const { page } of [one, other]) {
    await shows(page.locator('[data-card]').getByTestId('balance'), /^25$/)
    expect(await page.locator('[data-card]').count()).toBe(1)
  }
  await setRule('welcome_bonus', 0)

  const club = await owner.post('programs', { name: 'Late club', rules: {} })
  await owner.post('enrolments', { phone: number, name: 'Two', programId: club.body['id'] })
  await Promise.all([accept(one).waitFor(), accept(other).waitFor()])
  let declined = () => {}
  const isDeclined = new Promise<void>((resolve) => (declined = resolve))
  await other.page.route('**/accept', (route) => isDeclined.then(() => route.continue()))
  await accept(other).click()
  await one.asked.getByRole('button', { name: 'Decline' }).click()
  await one.asked.waitFor({ state: 'detached' })
  declined()
  await shows(other.notices, 'This was decided already: Declined.')
  await other.go('Notifications')
  await shows(other.news('enrolment_request').first().getByTestId('status'), 'Declined')
  expect([...one.complaints, ...other.complaints]).toEqual([])
})

test('E6 three programmes at two businesses are three cards, with what they are together', async () => {
  const number = newNumber()
  const { id, cardId } = await harbour.enrol({ points: 10, phone: number })
  const { cardId: theirs } = await rival.enrol({ points: 20, phone: number })
  const club = await owner.post('programs', { name: 'Wine club', rules: { welcomeBonus: 5 } })
  await owner.post('enrolments', { customerId: id, programId: club.body['id'] })
  const phone = await stage.customer(number)
  await shows(phone.balance(theirs), '20')
  await phone.asked.getByRole('button', { name: 'Accept' }).click()
  await shows(phone.page.getByTestId('total'), /^35$/)
  await shows(phone.page.locator('main'), '3 cards at 2 businesses')
  expect(await phone.page.locator('[data-card] h2').allInnerTexts()).toEqual([
    'Harbour Kitchen',
    'Harbour Kitchen',
    'Rival Grill',
  ])
  await till.points(number, 'redeem', 4)
  await shows(phone.balance(cardId), '6')
  await shows(phone.page.getByTestId('total'), /^31$/)
  await shows(phone.page.getByTestId('total-redeemed'), /^4$/)
  expect(phone.complaints).toEqual([])
})
