import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestTenant } from '../harness/tenant.ts'
import { until } from '../harness/until.ts'
import { openStageWithProviders, type StageWithProviders } from './providers.ts'
import { shows, type Window } from './window.ts'

let shop: StageWithProviders
beforeAll(async () => {
  shop = await openStageWithProviders()
})
afterAll(() => shop.close())

/** The dashboard of an owner, live, of this period. */
async function openDashboard(tenant: TestTenant, period = 'today'): Promise<Window> {
  const window = await shop.stage.open({ tenant, as: 'owner' }, `dashboard?period=${period}`)
  await shows(window.badge, 'Live')
  await window.page.getByTestId('points-figure').waitFor()
  return window
}

const figure = ({ page }: Window, name: string) => page.getByTestId(`${name}-figure`)
const recent = ({ page }: Window) => page.getByTestId('recent-payments')
const book = (tenant: TestTenant, customerId: string, amountMinor: number) =>
  shop.asOwner(tenant, 'POST', 'bookings', { customerId, amountMinor, startsAt: new Date().toISOString() })

test('P1 a Paystack charge moves an open dashboard: revenue, clients, recent payments, booking, points, and a toast', async () => {
  const harbour = await shop.tenant('harbour')
  const jane = await harbour.enrol({ name: 'Jane Wanjiru', points: 5 })
  const booking = await book(harbour, jane.id, 150_000)
  const office = await openDashboard(harbour)
  const customers = await shop.stage.open({ tenant: harbour, as: 'admin' })
  await shows(customers.badge, 'Live')
  await shows(figure(office, 'revenue'), 'None')
  await shows(recent(office), 'No payments yet')
  await shows(office.page.getByTestId('bookings'), '1 open')

  await shop.paystackTells(harbour, { amount: 150_000, metadata: { bookingId: booking['id'] } })
  await shows(office.toasts, 'KES 1,500 from Jane Wanjiru by Paystack, 15 points')
  await shows(recent(office), /Jane Wanjiru[^]*Paystack · \+15 points[^]*KES 1,500/)
  expect(await recent(office).locator('[class*=flash]').count()).toBe(1)
  await shows(figure(office, 'revenue-KES'), /^KES 1,500$/)
  await shows(figure(office, 'payments'), /^1$/)
  await shows(figure(office, 'clients'), /^1$/)
  await shows(office.page.getByTestId('clients'), '1 new · 0 returning')
  await shows(figure(office, 'points'), /^20$/)
  await shows(customers.balance(jane), /^20$/)
  expect((await shop.asOwner(harbour, 'GET', `bookings/${booking['id']}`))['paymentStatus']).toBe('paid')

  // A second of the same customer: nobody new.
  await shop.paystackTells(harbour, { amount: 50_050, metadata: { customerId: jane.id } })
  await shows(figure(office, 'revenue-KES'), /^KES 2,000\.50$/)
  await shows(figure(office, 'clients'), /^1$/)
  expect([...office.complaints, ...customers.complaints]).toEqual([])
})

test('P2 P6 an M-Pesa push: paid, it counts; cancelled, it is told and counts nothing', async () => {
  const kiosk = await shop.tenant('kiosk')
  const amos = await kiosk.enrol({ name: 'Amos Otieno', phone: '+254708374149', points: 0 })
  const office = await openDashboard(kiosk)
  const push = async (amountMinor: number, told: { code?: number }) => {
    await shop.asOwner(kiosk, 'POST', 'payments/mpesa', { amountMinor, phone: '0708 374 149' })
    await shop.providers.mpesa.callBack(shop.providers.mpesa.pushes.at(-1)!, { at: new Date(), ...told })
  }

  await push(80_000, {})
  await shows(office.toasts, 'KES 800 from Amos Otieno by M-Pesa, 8 points')
  await shows(figure(office, 'revenue-KES'), /^KES 800$/)
  await shows(recent(office), /Amos Otieno[^]*M-Pesa/)

  await push(70_000, { code: 1032 })
  await shows(office.toasts, 'A payment of KES 700 by Amos Otieno has failed')
  // Another one follows, so that what the failed one might have changed would be on the screen.
  await push(30_000, {})
  await shows(figure(office, 'revenue-KES'), /^KES 1,100$/)
  await shows(figure(office, 'payments'), /^2$/)
  await shows(figure(office, 'points'), /^11$/)
  expect(await recent(office).locator('[data-payment]').count()).toBe(2)
  await office.page.getByRole('button', { name: 'Open Amos Otieno' }).first().click()
  await shows(office.page.getByTestId('customer-dialog'), amos.phone)
  expect(office.complaints).toEqual([])
})

test('P3 P8 after a mix of payments and refunds by hand, in two currencies, the figures are the sums of what happened', async () => {
  const bistro = await shop.tenant('bistro')
  const guests = await Promise.all(
    ['Ann', 'Ben', 'Cat'].map((name, index) => bistro.enrol({ name, points: 10 * index })),
  )
  const office = await openDashboard(bistro, '30d')
  const pay = (provider: string, amountMinor: number, more: object = {}) =>
    shop.asOwner(bistro, 'POST', 'payments', { provider, amountMinor, ...more })
  await pay('cash', 120_000, { customerId: guests[0]!.id })
  await pay('card', 45_050, { customerId: guests[1]!.id })
  await pay('cash', 9_900)
  await pay('bank_transfer', 700, { currency: 'JPY', reference: 'T-1' })
  const bad = await pay('cash', 60_000, { customerId: guests[2]!.id })
  await shop.asOwner(bistro, 'POST', `payments/${bad['id']}/refund`, { amountMinor: 20_000, reason: 'cold soup' })

  await shows(figure(office, 'revenue-KES'), /^KES 2,149\.50$/)
  await shows(office.page.getByTestId('revenue-KES'), /KES 200 given back/)
  await shows(recent(office), /Cat[^]*KES 600[^]*KES 200 given back/)
  await shows(figure(office, 'revenue-JPY'), /^JP¥700$/)
  await shows(figure(office, 'payments'), /^5$/)
  await shows(office.page.getByTestId('payments'), /Cash 3 · (Card 1 · Bank transfer 1|Bank transfer 1 · Card 1)/)
  await shows(figure(office, 'clients'), /^3$/)
  // 30 on joining, 12 + 4 + 6 for what was paid, 2 taken back.
  const [ledger] = await shop.stage.world.database.sql<{ issued: number; outstanding: number }>(
    `select (select sum(points) from entries where tenant_id = 'bistro' and type <> 'redeem')::int as issued,
            (select sum(balance) from cards where tenant_id = 'bistro')::int as outstanding`,
  )
  expect(ledger).toEqual({ issued: 50, outstanding: 50 })
  await shows(figure(office, 'points'), /^50$/)
  await shows(office.page.getByTestId('points'), '50 on cards now')
  expect(office.complaints).toEqual([])
})

test('the period is in the address; the table says what the chart shows; the CSV file is saved', async () => {
  const corner = await shop.tenant('corner')
  const yesterday = new Date(Date.now() - 24 * 3_600_000).toISOString()
  await shop.asOwner(corner, 'POST', 'payments', { provider: 'cash', amountMinor: 12_300, paidAt: yesterday })
  const { page, complaints } = await openDashboard(corner, '90d')
  await page.getByText('7 days', { exact: true }).click()
  await until(async () => !page.url().includes('period'), 'the week, which needs no word in the address')
  await shows(page.getByTestId('revenue-series'), 'Revenue by day')
  await page.getByRole('button', { name: 'Revenue by day: As a table' }).click()
  const rows = page.getByTestId('revenue-series').getByRole('row')
  expect(await rows.count()).toBe(8)
  await shows(rows, /KES 123\s+1/)

  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export CSV' }).click(),
  ])
  expect(file.suggestedFilename()).toMatch(/^money-corner-\d{4}-\d\d-\d\d-to-\d{4}-\d\d-\d\d\.csv$/)
  const lines = (await (await file.createReadStream()).toArray()).join('').trim().split('\r\n')
  expect(lines).toHaveLength(2)
  expect(lines[1]).toContain(',KES,123,')

  await page.getByText('1 year', { exact: true }).click()
  await shows(page.getByTestId('revenue-series'), 'Revenue by week')
  await page.goBack().catch(() => undefined)
  expect(complaints).toEqual([])
})
