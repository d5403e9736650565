import { afterAll, beforeAll, expect, test } from 'vitest'
import { createQrCodes } from '../../services/api/src/http/qr-codes.ts'
import type { TestTenant } from '../harness/tenant.ts'
import { scanByHand } from './hand-scanner.ts'
import { CUSTOMER_SECRET, openStageWithPhones, type StageWithPhones } from './phones.ts'
import { shows, type Window } from './window.ts'

let shop: StageWithPhones
let demo: TestTenant
beforeAll(async () => {
  shop = await openStageWithPhones()
  demo = await shop.stage.world.tenant('demo')
})
afterAll(() => shop.close())

const pointsPerScan = (points: number) =>
  shop.stage.world.database.sql(`update programs set points_per_scan = $1 where tenant_id = 'demo'`, [points])

/** By keyboard, as whoever pastes it does. */
async function typeCode({ page }: Window, code: string): Promise<void> {
  await page.getByLabel('Code', { exact: true }).fill(code)
  await page.keyboard.press('Enter')
}

/** Somebody at the till, or at the page for scans; it is ready for a hand scanner. */
async function openCounter(as: 'cashier' | 'terminal' | 'owner', path: 'scan' | 'phone-loyalty-pos'): Promise<Window> {
  const window = await shop.stage.open({ tenant: demo, as }, path)
  await window.page.getByRole('textbox').waitFor()
  await shows(window.badge, 'Live')
  return window
}

test('E1 a new customer is scanned: asked, waited for, accepted, all of it on the cashier’s screen and in the office, live', async () => {
  const phone = await shop.phoneOf(shop.newNumber(), 'Erin Example')
  const cashier = await openCounter('cashier', 'scan')
  const office = await openCounter('owner', 'scan')
  await shows(office.page.getByTestId('recent-scans'), 'No scans yet')

  await typeCode(cashier, await phone.qr())
  await shows(cashier.page.getByTestId('enrolment-awaited'), /Asked to join Points[^]*Waiting for Erin Example/)
  await phone.hears('enrolment_request')
  await shows(office.page.getByTestId('recent-scans'), /Erin Example[^]*Cleo Cashier[^]*Asked to join/)

  await phone.answer('accept')
  await shows(cashier.page.getByTestId('enrolment-accepted'), 'Erin Example has accepted')
  // A cashier's screen is for the queue: what happens elsewhere is told in the office.
  expect(await cashier.page.getByTestId('recent-scans').count()).toBe(0)
  expect([...cashier.complaints, ...office.complaints]).toEqual([])
})

test('E2 at the till, an enrolled customer’s code gives the points of the rule, and the customer is served', async () => {
  await pointsPerScan(15)
  const number = shop.newNumber()
  await demo.enrol({ name: 'Rita Regular', phone: number, points: 100 })
  const phone = await shop.phoneOf(number)
  const till = await openCounter('terminal', 'phone-loyalty-pos')
  await scanByHand(till.page, await phone.qr())
  await shows(till.page.getByTestId('scan-notice'), 'Scanned: +15 points')
  await shows(till.page.getByTestId('serve'), 'Rita Regular')
  await shows(till.page.getByTestId('till-balance'), '115')
  expect(await phone.hears('points_added')).toMatchObject({ points: 15 })

  await till.page.getByLabel('Points', { exact: true }).fill('15')
  await till.page.getByRole('button', { name: 'Redeem 15' }).click()
  await shows(till.page.getByTestId('result-balance'), '100')
  expect(till.complaints).toEqual([])
})

test('at the till, a new customer’s code is waited for, and they are served once they have accepted', async () => {
  const phone = await shop.phoneOf(shop.newNumber(), 'Nora New')
  const till = await openCounter('terminal', 'phone-loyalty-pos')
  await scanByHand(till.page, await phone.qr())
  await shows(till.page.getByTestId('enrolment-awaited'), 'Nora New')
  await phone.answer('accept')
  await till.page.getByRole('button', { name: 'Serve now' }).click()
  await shows(till.page.getByTestId('till-balance'), '0')
  expect(till.complaints).toEqual([])
})

test('at the till, a number that nobody has is enrolled on the spot, and its card appears by itself', async () => {
  const number = shop.newNumber()
  const till = await openCounter('cashier', 'phone-loyalty-pos')
  await till.page.getByRole('textbox', { name: 'Phone number' }).fill(number)
  await till.page.keyboard.press('Enter')
  await shows(till.page.getByTestId('enrol-stranger'), 'No customer has this number')
  await till.page.getByLabel('Name').fill('Stan Stranger')
  await till.page.getByRole('button', { name: 'Ask to join' }).click()
  await shows(till.page.getByTestId('enrolment-slots'), 'no answer yet')
  const phone = await shop.phoneOf(number)
  await phone.answer('accept')
  await shows(till.page.getByTestId('till-balance'), '0')
  expect(till.complaints).toEqual([])
})

test('E7 a used, an old and a foreign code are each told in words, with what to do', async () => {
  const number = shop.newNumber()
  await demo.enrol({ name: 'Una Used', phone: number, points: 1 })
  const phone = await shop.phoneOf(number)
  const used = await phone.qr()
  const cashier = await openCounter('cashier', 'scan')
  const refused = cashier.page.getByTestId('scan-refused')

  await scanByHand(cashier.page, used)
  await shows(cashier.page.getByTestId('scan-done'), 'Una Used')
  // The scanner reads it once more: it is the same scan, and its outcome stays.
  await scanByHand(cashier.page, used)
  await shows(cashier.page.getByTestId('scan-done'), 'Una Used')
  expect(await refused.count()).toBe(0)
  await cashier.page.getByRole('button', { name: 'Next code' }).click()
  await scanByHand(cashier.page, used)
  await shows(refused, /This code was scanned before[^]*scan that/)

  const minutesAgo = Date.now() - 5 * 60_000
  const old = createQrCodes([CUSTOMER_SECRET], () => minutesAgo).issue(phone.id).qr
  await scanByHand(cashier.page, old)
  await shows(refused, /This code is too old[^]*not a picture of it/)
  await typeCode(cashier, 'A'.repeat(64))
  await shows(refused, 'This is not a customer’s code')
  expect(cashier.complaints).toEqual([])
})

test('an answer that is lost is asked for again under the same key: one scan, its points once', async () => {
  await pointsPerScan(10)
  const number = shop.newNumber()
  const { cardId } = await demo.enrol({ name: 'Lola Lost', phone: number, points: 0 })
  const phone = await shop.phoneOf(number)
  const cashier = await openCounter('cashier', 'scan')
  const keys: (string | undefined)[] = []
  await cashier.page.route('**/api/admin/qr-scans', async (route) => {
    keys.push(route.request().headers()['idempotency-key'])
    const answer = await route.fetch()
    await (keys.length === 1 ? route.abort() : route.fulfill({ response: answer }))
  })
  await typeCode(cashier, await phone.qr())
  await shows(cashier.page.getByTestId('unknown-answer'), 'it cannot happen twice')
  await shows(cashier.page.getByTestId('scan-done'), /Lola Lost[^]*\+10 points[^]*10/)
  expect([keys.length, new Set(keys).size]).toEqual([2, 1])
  const [card] = await shop.stage.world.database.sql('select balance from cards where id = $1', [cardId])
  expect(card).toEqual({ balance: '10' })
})

test('an owner gives other points than the rule’s, in another programme', async () => {
  const number = shop.newNumber()
  await demo.enrol({ name: 'Cho Ice', phone: number, points: 3 })
  const phone = await shop.phoneOf(number)
  const token = await shop.stage.world.api.signIn(demo, 'owner')
  await shop.stage.world.api.call('POST', '/api/admin/programs', { token, body: { name: 'Wine club' } })
  const office = await openCounter('owner', 'scan')
  await office.page.getByRole('button', { name: 'Points and programme' }).click()
  await office.page.getByLabel('Points instead of the rule').fill('40')
  await typeCode(office, await phone.qr())
  await shows(office.page.getByTestId('scan-done'), /Cho Ice[^]*\+40 points/)
  await shows(office.page.getByTestId('big-figure'), '43')

  await office.page.getByRole('combobox', { name: 'Programme' }).click()
  await office.page.getByRole('option', { name: 'Wine club' }).click()
  await typeCode(office, await phone.qr())
  await shows(office.page.getByTestId('enrolment-awaited'), 'Asked to join Wine club')
  expect(office.complaints).toEqual([])
})
