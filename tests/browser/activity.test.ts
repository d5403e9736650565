import { afterAll, beforeAll, expect, test } from 'vitest'
import { newKey } from '../harness/api.ts'
import type { TestCustomer, TestTenant } from '../harness/tenant.ts'
import { openStage, type Stage } from './console.ts'
import { shows, type Window } from './window.ts'

let stage: Stage
let demo: TestTenant
let john: TestCustomer
let till: string
let admin: string
beforeAll(async () => {
  stage = await openStage()
  demo = await stage.world.tenant('demo')
  john = await demo.enrol({ name: 'John Doe', points: 275 })
  till = await stage.world.api.signIn(demo, 'terminal')
  admin = await stage.world.api.signIn(demo, 'admin')
})
afterAll(() => stage.close())

const lines = ({ page }: Window) => page.getByTestId('activity')
const redeem = (points: number, more: object = {}) =>
  stage.world.api.call('POST', '/api/customer/loyalty/redeem', {
    token: till,
    headers: newKey(),
    body: { customerId: john.id, points, ...more },
  })

test('C3 who (person, till), what, why and before → after appear on an open activity page as they happen', async () => {
  const window = await stage.open({ tenant: demo, as: 'owner' }, 'activity')
  await shows(lines(window).first(), 'John Doe')
  await shows(window.badge, 'Live')

  await redeem(75, { orderId: '12345', reason: 'lunch' })
  const first = lines(window).first()
  await shows(first, '−75')
  for (const part of ['John Doe', 'Redeemed', 'Till 1', 'order 12345', '“lunch”']) await shows(first, part)
  await shows(first.getByTestId('before-after'), /275[^]*→[^]*200/)

  await stage.world.api.call('PUT', `/api/admin/customers/${john.id}/vip`, { token: admin })
  await shows(first, 'Added to the VIP list')
  await shows(first.getByTestId('actor'), 'Adam Admin')
  await shows(first.getByTestId('before-after'), /Not VIP[^]*→[^]*VIP/)

  await stage.world.database.sql('update cards set balance = balance + 5 where customer_id = $1', [john.id])
  await shows(first, '+5')
  await shows(first, 'by hand in the database · “changed by hand in SQL”')

  const live = await lines(window).allInnerTexts()
  await window.page.reload()
  await shows(lines(window).first(), '+5')
  const read = await lines(window).allInnerTexts()
  const withoutAge = (texts: string[]) => texts.map((text) => text.replaceAll(/\n.*(ago|now|sec|min).*$/gm, ''))
  expect(withoutAge(read)).toEqual(withoutAge(live))
  expect(window.complaints).toEqual([])
})

test('C3 filters show what was asked for, and only that joins it live', async () => {
  const window = await stage.open({ tenant: demo, as: 'owner' }, 'activity')
  await window.page.getByLabel('What', { exact: true }).selectOption({ label: 'Customers and VIP' })
  await expect.poll(async () => new Set(await typesOf(window))).toEqual(new Set(['member_updated']))
  const count = await lines(window).count()
  await redeem(1)
  await stage.world.api.call('DELETE', `/api/admin/customers/${john.id}/vip`, { token: admin })
  await shows(lines(window).first(), 'Removed from the VIP list')
  expect(await lines(window).count()).toBe(count + 1)
  expect(new Set(await typesOf(window))).toEqual(new Set(['member_updated']))

  await window.page.getByRole('button', { name: 'Show everything' }).click()
  await window.page.getByLabel('By whom').selectOption({ label: 'Till 1' })
  await expect
    .poll(async () => new Set(await lines(window).getByTestId('actor').allInnerTexts()))
    .toEqual(new Set(['Till 1']))

  await window.page.getByLabel('On which day').fill('2020-02-29')
  await window.page.getByText('Nothing like that').waitFor()
  expect(window.complaints).toEqual([])
})

test('C3 whoever reads further down is left in peace, and told how much is new', async () => {
  const balances: number[] = []
  for (let count = 0; count < 40; count++) balances.unshift((await redeem(1)).body['balance'])
  const window = await stage.open({ tenant: demo, as: 'owner' }, 'activity')
  await shows(lines(window).first(), 'John Doe')
  await shows(window.badge, 'Live')
  const list = window.page.getByRole('region', { name: 'Activity' })
  await list.evaluate((element) => element.scrollTo({ top: 640 }))
  // By what it says: which of the rows in the page it is, hangs on how many of them are drawn.
  const says = window.page.getByTestId('before-after').filter({ hasText: new RegExp(`after ${balances[14]}$`) })
  const reading = lines(window).filter({ has: says })
  const before = await reading.boundingBox()
  await redeem(2)
  await redeem(3)
  await window.page.getByRole('button', { name: '2 new lines' }).waitFor()
  expect(await reading.boundingBox()).toEqual(before)
  await window.page.getByRole('button', { name: '2 new lines' }).click()
  await shows(lines(window).first(), '−3')
  expect(window.complaints).toEqual([])
})

const typesOf = (window: Window) =>
  lines(window).evaluateAll((elements) => elements.map((element) => element.getAttribute('data-type')))
