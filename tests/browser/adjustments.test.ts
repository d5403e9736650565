import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { CustomerPhone } from '../harness/customer-phone.ts'
import type { TestCustomer, TestTenant } from '../harness/tenant.ts'
import { openStageWithPhones, type StageWithPhones } from './phones.ts'
import { shows, type Window } from './window.ts'

let shop: StageWithPhones
let demo: TestTenant
let john: TestCustomer
let phone: CustomerPhone
beforeAll(async () => {
  shop = await openStageWithPhones()
  demo = await shop.stage.world.tenant('demo')
})
beforeEach(async () => {
  const number = shop.newNumber()
  john = await demo.enrol({ name: 'John Doe', phone: number, points: 50 })
  phone = await shop.phoneOf(number)
})
afterAll(() => shop.close())

const needApproval = (needed: boolean) =>
  shop.stage.world.database.sql(
    `update tenants set settings = settings || jsonb_build_object('adjustmentsNeedApproval', $1::boolean)`,
    [needed],
  )

const openDialog = (as: 'owner' | 'admin') => shop.stage.open({ tenant: demo, as }, `customers?customer=${john.id}`)
const adjustments = ({ page }: Window) => page.getByTestId('adjustments')
const card = ({ page }: Window) => page.getByTestId('card-balance')

/** Fills the form in, up to the button that sends it. */
async function fillIn({ page }: Window, direction: 'Add' | 'Deduct', points: number, reason: string): Promise<void> {
  await page.getByText('Adjust', { exact: true }).click()
  const form = page.getByTestId('adjust')
  await form.getByText(direction, { exact: true }).click()
  await form.getByLabel('Points').fill(String(points))
  await form.getByLabel('Reason').fill(reason)
}

test('E3 without approval: added and deducted by hand at once, with a reason, on both screens and on the customer’s phone', async () => {
  await needApproval(false)
  const office = await openDialog('owner')
  const floor = await openDialog('admin')
  await shows(floor.badge, 'Live')
  await fillIn(office, 'Deduct', 20, 'Broken plate')
  await office.page.getByRole('button', { name: 'Deduct 20' }).click()
  await shows(card(office), '30')
  await shows(card(floor), '30')
  await shows(adjustments(floor), /−20[^]*Broken plate[^]*Olive Owner[^]*Approved/)
  expect(await phone.hears('points_deducted')).toMatchObject({ points: -20 })

  await fillIn(office, 'Add', 5, 'Sorry')
  await office.page.getByRole('button', { name: 'Add 5' }).click()
  await shows(card(floor), '35')
  expect([...office.complaints, ...floor.complaints]).toEqual([])
})

test('E3 with approval: pending and unmoved until the customer approves; declined, it stays as it was; both seen live', async () => {
  await needApproval(true)
  const office = await openDialog('owner')
  const floor = await openDialog('admin')
  await shows(floor.badge, 'Live')
  await fillIn(office, 'Deduct', 20, 'Mistake')
  await office.page.getByRole('button', { name: 'Ask to deduct 20' }).click()
  await shows(office.toasts, 'John Doe is asked to approve −20')
  await shows(adjustments(floor), /−20[^]*Mistake[^]*until[^]*Waiting for the customer/)
  await shows(card(floor), '50')

  await phone.hears('adjustment_request')
  await phone.answer('accept')
  await shows(adjustments(floor), 'Approved')
  await shows(card(floor), '30')
  await shows(card(office), '30')

  await fillIn(office, 'Add', 7, 'Present')
  await office.page.getByRole('button', { name: 'Ask to add 7' }).click()
  await phone.hears('adjustment_request')
  await phone.answer('decline')
  await shows(adjustments(floor), 'Declined')
  await shows(floor.toasts, 'John Doe declined the adjustment of +7')
  await shows(card(floor), '30')
  expect([...office.complaints, ...floor.complaints]).toEqual([])
})

test('more than the card holds is refused in words, and a reason is required', async () => {
  await needApproval(false)
  const office = await openDialog('owner')
  await fillIn(office, 'Deduct', 51, '')
  expect(await office.page.getByRole('button', { name: 'Deduct 51' }).isDisabled()).toBe(true)
  await office.page.getByTestId('adjust').getByLabel('Reason').fill('Too much')
  await office.page.getByRole('button', { name: 'Deduct 51' }).click()
  await shows(office.page.getByTestId('refused'), 'the card holds 50')
  await shows(card(office), '50')
})
