import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makePeople } from '../../scripts/demo/people.ts'
import { Random } from '../../scripts/random.ts'
import { newKey } from '../harness/api.ts'
import type { TestCustomer, TestTenant } from '../harness/tenant.ts'
import { openStage, type Stage } from './console.ts'
import { judgeLooks } from './judge-looks.ts'
import { shows, type Window } from './window.ts'

/** The same in every picture. */
const people = makePeople(new Random(7), 47)

const NOBODY = '+447306548888'

const SIZES = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 360, height: 760 }, hasTouch: true, isMobile: true },
} as const

let stage: Stage
let demo: TestTenant
let john: TestCustomer
/** Somebody who was asked to enrol, and has not answered. */
let nora: string
beforeAll(async () => {
  stage = await openStage()
  demo = await stage.world.tenant('demo')
  john = await demo.enrol({ name: 'John Doe', points: 2275 })
  for (const [index, person] of people.entries()) await demo.enrol({ ...person, points: 40 + ((index * 385) % 2_300) })
  const token = await stage.world.api.signIn(demo, 'terminal')
  for (const points of [75, 120, 30]) await stage.world.redeem(token, john.id, points)
  await stage.world.database.sql(
    `insert into bookings (tenant_id, customer_id, starts_at, amount_minor, currency)
     select 'demo', customer_id, now() - interval '1 day' * length(display_name), 2500, 'KES' from members
     where length(display_name) % 3 = 0`,
  )
  await stage.world.database.sql(`update members set vip = true where display_name = any($1)`, [
    ['John Doe', ...people.slice(0, 3).map(({ name }) => name)],
  ])
  await stage.world.database.sql(`update tenants set name = 'Harbour Kitchen'`)
  nora = await askCustomers()
})
afterAll(() => stage.close())

describe.each(['desktop', 'phone'] as const)('on a %s', (size) => {
  const options = SIZES[size]

  const judge = ({ page }: Pick<Window, 'page'>, what: string, prepare?: () => Promise<unknown>) =>
    judgeLooks(page, `${what}-${size}`, prepare)

  test('sign-in has no axe violation and fits the screen', async () => {
    const context = await stage.browser.newContext({ locale: 'en-GB', ...options })
    const page = await context.newPage()
    await page.goto(stage.world.api.url)
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    await judge({ page }, 'sign-in')
    await context.close()
  })

  test('the customers page and the customer dialog have no axe violation and fit the screen', async () => {
    const window = await stage.open({ tenant: demo, as: 'owner' }, 'customers?sort=points&order=desc', options)
    await shows(window.balance(john), /\d/)
    await shows(window.badge, 'Live')
    const token = await stage.world.api.signIn(demo, 'terminal')
    await judge(window, 'customers', async () => {
      await stage.world.redeem(token, john.id, 1)
      await shows(window.row(john).getByTestId('delta'), '−1')
    })

    await window.page.getByRole('button', { name: 'Open John Doe' }).click()
    await window.page.locator('[data-transaction]').first().waitFor()
    await judge(window, 'customer')
    expect(window.complaints).toEqual([])
  })

  test('VIP, activity, terminals and health have no axe violation and fit the screen', async () => {
    const window = await stage.open({ tenant: demo, as: 'owner' }, 'vip', options)
    const { page } = window
    const go = (path: string) => page.goto(`${stage.world.api.url}/${demo.id}/admin/${path}`)
    await shows(page.getByTestId('candidates'), /1 booking/)
    await shows(window.badge, 'Live')
    await judge(window, 'vip')

    await go('activity')
    await shows(page.getByTestId('activity').first(), /./)
    await shows(window.badge, 'Live')
    await judge(window, 'activity')

    await go('terminals')
    await shows(page.getByTestId('staff'), 'Olive Owner')
    await judge(window, 'terminals')
    await page.getByRole('button', { name: 'New terminal' }).click()
    await page.getByLabel('Name').fill('Till 2')
    await page.getByRole('dialog').getByRole('button', { name: 'New terminal' }).click()
    await page.getByTestId('terminal-key').waitFor()
    await judge(window, 'terminal-key')

    await go('health')
    await page.getByTestId('latency').waitFor()
    await shows(window.badge, 'Live')
    const token = await stage.world.api.signIn(demo, 'terminal')
    for (let count = 0; count < 25; count++) await stage.world.redeem(token, john.id, 1)
    await shows(page.getByTestId('channels'), '7 of 7 work', 30_000)
    await page.getByTestId('latency').locator('circle').nth(24).waitFor()
    await judge(window, 'health')
    expect(window.complaints).toEqual([])
  })

  test('enrolments, programmes, settings and what is asked of one customer have no axe violation and fit the screen', async () => {
    const window = await stage.open({ tenant: demo, as: 'owner' }, 'enrolments', options)
    const { page } = window
    const go = (path: string) => page.goto(`${stage.world.api.url}/${demo.id}/admin/${path}`)
    await shows(page.getByTestId('enrolments'), 'Nora New')
    await shows(window.badge, 'Live')
    await judge(window, 'enrolments')
    await page.getByRole('button', { name: 'Enrol a customer' }).click()
    await page.getByRole('textbox', { name: 'Phone number' }).fill(NOBODY)
    await page.keyboard.press('Enter')
    await page.getByTestId('enrol-stranger').waitFor()
    await judge(window, 'enrol')

    await go('programs')
    await shows(page.getByTestId('programs'), 'Wine club')
    await page.getByRole('textbox', { name: 'Name of the business' }).waitFor()
    await judge(window, 'programs')
    await page.getByRole('button', { name: 'Change Wine club' }).click()
    await page.getByRole('textbox', { name: 'Name', exact: true }).waitFor()
    await judge(window, 'program')

    await go(`customers?customer=${john.id}`)
    await shows(page.getByTestId('adjustments'), 'Waiting for the customer')
    await page.getByText('Adjust', { exact: true }).click()
    await page.getByTestId('adjust').getByLabel('Points').fill('20')
    await judge(window, 'adjust')
    expect(window.complaints).toEqual([])
  })

  test('what comes of a code has no axe violation and fits the screen', async () => {
    const window = await stage.open({ tenant: demo, as: 'owner' }, 'scan', options)
    const { page } = window
    const code = page.getByRole('textbox', { name: 'Code' })
    const scan = async (customerId: string) => {
      const token = await stage.world.api.customerToken(customerId)
      await code.fill((await stage.world.api.call('GET', '/api/me/qr', { token })).body['qr'])
      await page.keyboard.press('Enter')
    }
    await shows(page.getByTestId('recent-scans'), 'John Doe')
    await shows(window.badge, 'Live')
    await judge(window, 'scan')
    await scan(john.id)
    await page.getByTestId('scan-done').waitFor()
    await judge(window, 'scan-points')
    await scan(nora)
    await page.getByTestId('enrolment-awaited').waitFor()
    await judge(window, 'scan-awaited')
    await code.fill('not a code')
    await page.keyboard.press('Enter')
    await page.getByTestId('scan-refused').waitFor()
    await judge(window, 'scan-refused')
    expect(window.complaints).toEqual([])
  })

  test('every step at the till has no axe violation and fits the screen', async () => {
    const window = await stage.open({ tenant: demo, as: 'terminal' }, 'phone-loyalty-pos', options)
    const { page } = window
    await page.getByRole('textbox', { name: 'Phone number' }).waitFor()
    await shows(window.badge, 'Live')
    await judge(window, 'till')
    await page.getByRole('textbox', { name: 'Phone number' }).fill(john.phone)
    await page.keyboard.press('Enter')
    await page.getByTestId('serve').waitFor()
    await page.getByLabel('Points', { exact: true }).fill('5')
    await judge(window, 'till-serve')
    await page.getByRole('button', { name: 'Redeem 5' }).click()
    await page.getByTestId('result').waitFor()
    await judge(window, 'till-result')
    expect(window.complaints).toEqual([])
  })
})

/** What the business asks of customers: enrolments in every state, scans, a correction that waits. Gives Nora's id. */
async function askCustomers(): Promise<string> {
  const { api, database } = stage.world
  await database.sql('update programs set points_per_scan = 10')
  const token = await api.signIn(demo, 'owner')
  const till = await api.signIn(demo, 'terminal')
  const ask = async (path: string, body: object, as = token) =>
    (await api.call('POST', `/api/admin/${path}`, { token: as, headers: newKey(), body })).body
  const wine = await ask('programs', {
    name: 'Wine club',
    rules: { pointsPerScan: 25, pointsPerCurrencyUnit: 0.01, welcomeBonus: 100, debtPolicy: 'allow' },
  })
  const programId = wine['id']
  const members = await database.sql<{ id: string }>('select customer_id as id from members order by sort_name')
  for (const { id } of members.slice(0, 9)) await ask('enrolments', { customerId: id, programId }, till)
  const asked = await ask('enrolments', { phone: '+447306549999', name: 'Nora New' })
  for (const { id } of [...members.slice(10, 13), john]) {
    const qr = await api.call('GET', '/api/me/qr', { token: await api.customerToken(id) })
    await ask('qr-scans', { qr: qr.body['qr'] }, till)
  }
  await ask('adjustments', { customerId: john.id, points: 40, reason: 'Waited an hour for the main course' })
  await api.call('PATCH', '/api/admin/settings', {
    token,
    headers: { 'if-match': '*' },
    body: { adjustmentsNeedApproval: true },
  })
  await ask('adjustments', { customerId: john.id, points: -20, reason: 'Counted twice' })
  return asked['customerId']
}
