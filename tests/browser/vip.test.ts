import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestCustomer, TestTenant } from '../harness/tenant.ts'
import { openStage, type Stage } from './console.ts'
import { shows, type Window } from './window.ts'

let stage: Stage
let demo: TestTenant
beforeAll(async () => {
  stage = await openStage()
  demo = await stage.world.tenant('demo')
})
afterAll(() => stage.close())

/** A customer who has booked: a candidate. */
async function guest(name: string): Promise<TestCustomer> {
  const customer = await demo.enrol({ name, points: 10 })
  await stage.world.database.sql(
    `insert into bookings (tenant_id, customer_id, starts_at, amount_minor, currency) values ('demo', $1, now(), 1000, 'GBP')`,
    [customer.id],
  )
  return customer
}

const vips = ({ page }: Window) => page.getByTestId('vips')
const candidates = ({ page }: Window) => page.getByTestId('candidates')
const vipSwitch = (window: Window, customer: TestCustomer) => window.row(customer).getByRole('switch')
const lacks = (part: ReturnType<typeof vips>, customer: TestCustomer) =>
  part.locator(`[data-customer="${customer.id}"]`).waitFor({ state: 'detached' })

test('V1 V2 V3 V4 in two browsers, the customers page and the VIP page agree about who is VIP and who may become one', async () => {
  const ann = await guest('Ann Vip')
  const bob = await guest('Bob Plain')
  const office = await stage.open({ tenant: demo, as: 'owner' })
  const floor = await stage.open({ tenant: demo, as: 'admin' }, 'vip')
  await shows(candidates(floor), 'Ann Vip')
  await shows(floor.badge, 'Live')
  await shows(office.badge, 'Live')

  // V1, V3: added on one page, it is on the list of the other, and no candidate any more.
  await office.page.getByLabel('Ann Vip is VIP').click({ force: true })
  await shows(vips(floor), 'Ann Vip')
  await lacks(candidates(floor), ann)
  await shows(floor.toasts, 'Ann Vip added to the VIP list')
  await shows(office.toasts, 'Ann Vip added to the VIP list')
  await shows(candidates(floor), 'Bob Plain')

  // And the other way: taken in on the VIP page, it is marked on the customers page.
  expect(await vipSwitch(office, bob).isChecked()).toBe(false)
  await floor.page.getByRole('button', { name: 'Add Bob Plain to the VIP list' }).click()
  await shows(vips(floor), 'Bob Plain')
  await expectChecked(office, bob, true)

  // V2, V3: removed on either page, it is gone from the list, the mark is off, and it is a candidate again.
  await office.page.getByLabel('Ann Vip is VIP').click({ force: true })
  await lacks(vips(floor), ann)
  await shows(candidates(floor), 'Ann Vip')
  await floor.page.getByRole('button', { name: 'Remove Bob Plain from the VIP list' }).click()
  await expectChecked(office, bob, false)
  await shows(office.toasts, 'Bob Plain removed from the VIP list')

  await floor.page.reload()
  await shows(vips(floor), 'Nobody is VIP yet')
  await shows(candidates(floor), /Ann Vip[^]*Bob Plain|Bob Plain[^]*Ann Vip/)
  expect([...office.complaints, ...floor.complaints]).toEqual([])
})

test('V4 two tabs of one browser share one socket, and both pages follow', async () => {
  const cleo = await guest('Cleo Tabs')
  const customers = await stage.open({ tenant: demo, as: 'owner' })
  await shows(customers.badge, 'Live')
  const sockets = () => stage.world.realtime!.metric('connections{kind="tenant"}')
  const before = await sockets()
  const vip = await stage.tab(customers, { tenant: demo, as: 'owner' }, 'vip')
  await shows(vip.badge, 'Live')
  await shows(candidates(vip), 'Cleo Tabs')
  expect(await sockets()).toBe(before)

  await vip.page.getByRole('button', { name: 'Add Cleo Tabs to the VIP list' }).click()
  await shows(vips(vip), 'Cleo Tabs')
  await expectChecked(customers, cleo, true)
  await customers.page.getByLabel('Cleo Tabs is VIP').click({ force: true })
  await lacks(vips(vip), cleo)
  expect([...customers.complaints, ...vip.complaints]).toEqual([])
})

test('the VIP page opens the customer, and Back closes it', async () => {
  const dora = await guest('Dora Dialog')
  const { page, complaints } = await stage.open({ tenant: demo, as: 'owner' }, 'vip')
  await page.getByRole('button', { name: 'Open Dora Dialog' }).click()
  await shows(page.getByTestId('customer-dialog'), dora.phone)
  await page.goBack()
  await page.getByTestId('customer-dialog').waitFor({ state: 'detached' })
  expect(complaints).toEqual([])
})

async function expectChecked(window: Window, customer: TestCustomer, checked: boolean): Promise<void> {
  await expect.poll(() => vipSwitch(window, customer).isChecked(), { timeout: 10_000 }).toBe(checked)
}
