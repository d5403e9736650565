import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestTenant } from '../harness/tenant.ts'
import { openStageWithPhones, type StageWithPhones } from './phones.ts'
import { shows, type Window } from './window.ts'

let shop: StageWithPhones
let demo: TestTenant
beforeAll(async () => {
  shop = await openStageWithPhones()
  demo = await shop.stage.world.tenant('demo')
})
afterAll(() => shop.close())

const list = ({ page }: Window) => page.getByTestId('enrolments')
const choose = ({ page }: Window, status: string) => page.getByText(status, { exact: true }).first().click()

/** In the dialog: who has this number? */
async function find({ page }: Window, number: string): Promise<void> {
  await page.getByRole('button', { name: 'Enrol a customer' }).click()
  await page.getByLabel('Phone number').fill(number)
  await page.getByRole('button', { name: 'Find', exact: true }).click()
}

test('E3 enrolled by hand: the customer is asked, accepts, and every window has the card, live', async () => {
  const number = shop.newNumber()
  const office = await shop.stage.open({ tenant: demo, as: 'owner' }, 'enrolments')
  const floor = await shop.stage.open({ tenant: demo, as: 'admin' }, 'enrolments')
  const customers = await shop.stage.open({ tenant: demo, as: 'admin' })
  await shows(list(floor), 'Nobody is asked at the moment')
  await shows(floor.badge, 'Live')
  await shows(customers.badge, 'Live')

  await find(office, number)
  await shows(office.page.getByTestId('enrol-stranger'), 'No customer has this number')
  await office.page.getByLabel('Name').fill('Mandy Manual')
  await office.page.getByRole('button', { name: 'Ask to join' }).click()
  await shows(office.page.getByTestId('enrolment-awaited'), 'Waiting for Mandy Manual to answer')
  await shows(list(floor), /Mandy Manual[^]*Points[^]*asked by Olive Owner/)
  await shows(floor.toasts, 'Mandy Manual was asked to join Points')

  const phone = await shop.phoneOf(number)
  await phone.answer('accept')
  await shows(office.page.getByTestId('enrolment-accepted'), 'Mandy Manual has accepted')
  await shows(floor.toasts, 'Mandy Manual accepted: card in Points')
  await shows(list(floor), 'Nobody is asked at the moment')
  await choose(floor, 'Active')
  await shows(list(floor), /Mandy Manual[^]*accepted/)
  await shows(customers.row(phone), 'Mandy Manual')
  await shows(customers.balance(phone), '0')
  expect([...office.complaints, ...floor.complaints, ...customers.complaints]).toEqual([])
})

test('E4 declined: the business sees it live, asks again, and takes that request back', async () => {
  const number = shop.newNumber()
  const owner = await shop.stage.world.api.signIn(demo, 'owner')
  const body = { phone: number, name: 'Dee Cline' }
  await shop.stage.world.api.call('POST', '/api/admin/enrolments', { token: owner, body })
  const office = await shop.stage.open({ tenant: demo, as: 'owner' }, 'enrolments')
  const floor = await shop.stage.open({ tenant: demo, as: 'admin' }, 'enrolments?status=declined')
  await shows(list(office), 'Dee Cline')
  await shows(floor.badge, 'Live')

  const phone = await shop.phoneOf(number)
  await phone.answer('decline')
  await shows(list(floor), /Dee Cline[^]*declined/)
  expect(await floor.page.locator('[data-enrolment] [class*=flash]').count()).toBe(1)
  await shows(floor.toasts, 'Dee Cline declined: no card in Points')
  await shows(list(office), 'Nobody is asked at the moment')

  await floor.page.getByRole('button', { name: 'Ask Dee Cline again to join Points' }).click()
  await shows(list(office), /Dee Cline[^]*asked by Adam Admin/)
  await phone.hears('enrolment_request')
  await office.page.getByRole('button', { name: 'Cancel the request to Dee Cline to join Points' }).click()
  await shows(list(office), 'Nobody is asked at the moment')
  expect((await phone.answer('accept')).body['code']).toBe('already-decided')
  await choose(office, 'Cancelled')
  await shows(list(office), 'Dee Cline')
  expect([...office.complaints, ...floor.complaints]).toEqual([])
})

test('a request that the customer has answered meanwhile is not cancelled, and the list says so', async () => {
  const number = shop.newNumber()
  const api = shop.stage.world.api
  const token = await api.signIn(demo, 'owner')
  await api.call('POST', '/api/admin/enrolments', { token, body: { phone: number, name: 'Quick Quinn' } })
  const phone = await shop.phoneOf(number)
  const office = await shop.stage.open({ tenant: demo, as: 'owner' }, 'enrolments')
  const cancel = office.page.getByRole('button', { name: 'Cancel the request to Quick Quinn to join Points' })
  await cancel.waitFor()
  // The customer is quicker than the click: their answer is committed while it is on its way.
  await office.page.route('**/cancel', async (route) => {
    await phone.answer('accept')
    await route.continue()
  })
  await cancel.click()
  await shows(office.toasts, 'Quick Quinn has answered meanwhile.')
  await cancel.waitFor({ state: 'detached' })
  await choose(office, 'Active')
  await shows(list(office), 'Quick Quinn')
})

test('in the customer’s dialog: another programme is offered, asked for, and becomes a card', async () => {
  const number = shop.newNumber()
  const john = await demo.enrol({ name: 'John Doe', phone: number, points: 5 })
  const token = await shop.stage.world.api.signIn(demo, 'owner')
  await shop.stage.world.api.call('POST', '/api/admin/programs', {
    token,
    body: { name: 'Wine club', rules: { welcomeBonus: 25 } },
  })
  const phone = await shop.phoneOf(number)
  const { page, complaints } = await shop.stage.open({ tenant: demo, as: 'owner' }, `customers?customer=${john.id}`)
  const slots = page.getByTestId('enrolment-slots')
  await shows(slots, /Wine club[^]*Not enrolled/)
  await page.getByRole('button', { name: 'Ask to join Wine club' }).click()
  await shows(slots, 'no answer yet')
  await phone.answer('accept')
  await slots.waitFor({ state: 'detached' })
  await shows(page.getByTestId('card-balance').nth(1), '25')
  expect(complaints).toEqual([])
})
