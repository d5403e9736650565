import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestTenant } from '../harness/tenant.ts'
import { openStage, type Stage } from './console.ts'
import { shows, type Window } from './window.ts'

let stage: Stage
let demo: TestTenant
beforeAll(async () => {
  stage = await openStage()
  demo = await stage.world.tenant('demo')
})
afterAll(() => stage.close())

const programs = ({ page }: Window) => page.getByTestId('programs')
const dialog = ({ page }: Window) => page.getByRole('dialog')
const save = (window: Window) => dialog(window).getByRole('button', { name: 'Save', exact: true }).click()

async function make(name: string): Promise<void> {
  const token = await stage.world.api.signIn(demo, 'owner')
  await stage.world.api.call('POST', '/api/admin/programs', { token, body: { name } })
}

async function openForm(as: 'owner' | 'admin', name: string): Promise<Window> {
  const window = await stage.open({ tenant: demo, as }, 'programs')
  await window.page.getByRole('button', { name: `Change ${name}` }).click()
  await dialog(window).waitFor()
  await shows(window.badge, 'Live')
  return window
}

const stored = async (name: string) =>
  (
    await stage.world.database.sql('select name, points_per_scan, welcome_bonus from programs where name = $1', [name])
  )[0]

test('a programme is made and made the default; another window has it live, marked', async () => {
  const office = await stage.open({ tenant: demo, as: 'owner' }, 'programs')
  const floor = await stage.open({ tenant: demo, as: 'admin' }, 'programs')
  await shows(floor.badge, 'Live')
  await office.page.getByRole('button', { name: 'New programme' }).click()
  await office.page.getByRole('textbox', { name: 'Name', exact: true }).fill('Gold')
  await office.page.getByLabel('Points for each scan').fill('5')
  await office.page.getByLabel('Points for each GBP paid').fill('0.25')
  await office.page.getByLabel('Points on joining').fill('1200')
  await office.page.getByLabel('Let the card go below zero').check()
  await dialog(office).getByRole('button', { name: 'New programme' }).click()
  await shows(programs(floor), /Gold[^]*5 points a scan · 0.25 for each GBP · \+1,200 on joining/)
  expect(await floor.page.locator('[data-program] [class*=flash]').count()).toBe(1)

  await office.page.getByRole('button', { name: 'Change Gold' }).click()
  await office.page.getByLabel('The default programme').check({ force: true })
  await save(office)
  await shows(programs(floor), /Gold\s+Default/)
  const rows = await stage.world.database.sql(
    `select points_per_scan, points_per_currency_unit, welcome_bonus, debt_policy, is_default from programs where name = 'Gold'`,
  )
  expect(rows).toMatchObject([{ points_per_scan: '5', welcome_bonus: '1200', debt_policy: 'allow', is_default: true }])
  expect([...office.complaints, ...floor.complaints]).toEqual([])
})

test('C1 two people at one programme: the second hears what the first has made of it, and chooses; nothing is lost', async () => {
  await make('Silver')
  const first = await openForm('owner', 'Silver')
  const second = await openForm('admin', 'Silver')
  await second.page.getByLabel('Points for each scan').fill('9')
  await second.page.getByLabel('Points on joining').fill('50')

  // The second is cut off from the stream: what it learns, it learns from the refusal of the API.
  await second.page.route('**/api/events**', (route) => route.abort())
  await stage.world.stopRealtime()
  await first.page.getByLabel('Points for each scan').fill('3')
  await save(first)
  await dialog(first).waitFor({ state: 'detached' })

  await save(second)
  await shows(second.page.getByTestId('conflict'), 'Points for each scan: “3” by now.')
  expect(await second.page.getByLabel('Points for each scan').inputValue()).toBe('9')
  expect(await stored('Silver')).toMatchObject({ points_per_scan: '3', welcome_bonus: '0' })

  await second.page.unroute('**/api/events**')
  await second.page.getByRole('button', { name: 'Save mine all the same' }).click()
  await dialog(second).waitFor({ state: 'detached' })
  expect(await stored('Silver')).toMatchObject({ points_per_scan: '9', welcome_bonus: '50' })
  await stage.world.startRealtime()
  expect([...first.complaints, ...second.complaints]).toEqual([])
})

test('C2 what others change while a form is open shows in it: other fields follow, the same field is for its author to decide', async () => {
  await make('Bronze')
  const first = await openForm('owner', 'Bronze')
  const second = await openForm('admin', 'Bronze')
  await second.page.getByRole('textbox', { name: 'Name', exact: true }).fill('Bronze club')

  await first.page.getByLabel('Points on joining').fill('7')
  await save(first)
  await expect.poll(() => second.page.getByLabel('Points on joining').inputValue()).toBe('7')
  expect(await second.page.getByRole('textbox', { name: 'Name', exact: true }).inputValue()).toBe('Bronze club')
  expect(await second.page.getByTestId('changed-meanwhile').count()).toBe(0)

  await first.page.getByRole('button', { name: 'Change Bronze' }).click()
  await first.page.getByRole('textbox', { name: 'Name', exact: true }).fill('Bronze circle')
  await save(first)
  await shows(second.page.getByTestId('changed-meanwhile'), 'Name: “Bronze circle” by now.')
  await second.page.getByRole('button', { name: 'Take theirs' }).click()
  expect(await second.page.getByRole('textbox', { name: 'Name', exact: true }).inputValue()).toBe('Bronze circle')
  expect(await stored('Bronze circle')).toMatchObject({ welcome_bonus: '7' })
  expect([...first.complaints, ...second.complaints]).toEqual([])
})

test('the owner changes the settings, an admin sees them within seconds and changes nothing', async () => {
  const office = await stage.open({ tenant: demo, as: 'owner' }, 'programs')
  const floor = await stage.open({ tenant: demo, as: 'admin' }, 'programs')
  const approval = (window: Window) => window.page.getByLabel('Adjustments need the customer’s approval')
  await shows(floor.page.getByTestId('settings'), 'Only an owner changes these.')
  expect(await approval(floor).isDisabled()).toBe(true)

  await approval(office).check({ force: true })
  await office.page.getByRole('combobox', { name: 'Country' }).fill('Kenya')
  await office.page.getByRole('option', { name: 'Kenya' }).click()
  await office.page.getByTestId('settings').getByRole('button', { name: 'Save' }).click()
  await shows(office.toasts, 'The settings are saved')
  const [tenant] = await stage.world.database.sql(`select settings from tenants where id = 'demo'`)
  expect(tenant!['settings']).toMatchObject({ adjustmentsNeedApproval: true, defaultCountry: 'KE', currency: 'GBP' })
  await expect.poll(() => approval(floor).isChecked(), { timeout: 15_000 }).toBe(true)
  expect([...office.complaints, ...floor.complaints]).toEqual([])
})

test('C1 two owners at the settings: the second is not overwritten, and does not overwrite', async () => {
  const first = await stage.open({ tenant: demo, as: 'owner' }, 'programs')
  const second = await stage.open({ tenant: demo, as: 'owner' }, 'programs')
  const name = ({ page }: Window) => page.getByLabel('Name of the business')
  const press = ({ page }: Window) =>
    page.getByTestId('settings').getByRole('button', { name: 'Save', exact: true }).click()
  await name(second).fill('By the second')
  await name(first).fill('By the first')
  await press(first)
  await shows(first.toasts, 'The settings are saved')
  await press(second)
  await shows(second.page.getByTestId('settings').getByRole('alert'), 'Name of the business: “By the first” by now.')
  await second.page.getByRole('button', { name: 'Save mine all the same' }).click()
  await shows(second.toasts, 'The settings are saved')
  const [tenant] = await stage.world.database.sql(`select name from tenants where id = 'demo'`)
  expect(tenant).toEqual({ name: 'By the second' })
  expect([...first.complaints, ...second.complaints]).toEqual([])
})
