import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makePeople } from '../../scripts/demo/people.ts'
import { Random } from '../../scripts/random.ts'
import { newKey } from '../harness/api.ts'
import { chargeEvent } from '../harness/providers/paystack.ts'
import { postPaystack } from '../harness/providers/setup.ts'
import type { TestTenant } from '../harness/tenant.ts'
import { judgeLooks } from './judge-looks.ts'
import { openStageWithProviders, type StageWithProviders } from './providers.ts'
import { shows } from './window.ts'

/** A desktop, a screen on the wall, and a phone. */
const SIZES = {
  desktop: { viewport: { width: 1280, height: 800 } },
  wall: { viewport: { width: 2560, height: 1440 } },
  phone: { viewport: { width: 375, height: 812 }, hasTouch: true, isMobile: true },
} as const

const HOUR_MS = 3_600_000
const DAYS = 34
const PAYMENTS = 160

let shop: StageWithProviders
let harbour: TestTenant
beforeAll(async () => {
  shop = await openStageWithProviders()
  harbour = await shop.tenant('harbour')
  await shop.stage.world.database.sql(`update tenants set name = 'Harbour Kitchen'`)
  await takeMoneyForWeeks()
})
afterAll(() => shop.close())

/** The same in every picture but for the day: people eat at noon and in the evening, most at the end of the week. */
async function takeMoneyForWeeks(): Promise<void> {
  const random = new Random(7)
  const people = await Promise.all(
    makePeople(random, 24).map((person) => harbour.enrol({ ...person, points: random.int(0, 40) })),
  )
  const midnight = new Date(new Date().toISOString().slice(0, 10)).getTime() - 3 * HOUR_MS
  const pay = (provider: string, body: object) => shop.asOwner(harbour, 'POST', 'payments', { provider, ...body })
  for (let count = 0; count < PAYMENTS; count++) {
    const day = midnight - random.int(1, DAYS) * 24 * HOUR_MS
    const hour = random.pick([11, 12, 12, 13, 13, 14, 18, 19, 19, 20, 20, 21])
    await pay(random.pick(['cash', 'card', 'cash', 'bank_transfer']), {
      amountMinor: random.int(4, 60) * 10_000,
      paidAt: new Date(day + (hour + random.next()) * HOUR_MS).toISOString(),
      ...(random.next() < 0.8 ? { customerId: random.pick(people).id } : {}),
    })
  }
  for (const [index, { id: customerId }] of people.slice(0, 11).entries()) {
    const startsAt = new Date(midnight + (11 + index * 0.75 + 3) * HOUR_MS).toISOString()
    const booking = await shop.asOwner(harbour, 'POST', 'bookings', {
      customerId,
      amountMinor: 150_000 + index * 25_000,
      startsAt,
      ...(index % 3 === 0 ? { note: 'Window table, one high chair' } : {}),
    })
    const status = (['booked', 'completed', 'booked', 'no_show', 'cancelled', 'booked'] as const)[index % 6]
    if (index % 2 === 0) await pay('card', { amountMinor: 150_000, bookingId: booking['id'] })
    await shop.asOwner(harbour, 'PATCH', `bookings/${booking['id']}`, { status })
  }
  const till = await shop.stage.world.api.signIn(harbour, 'terminal')
  for (const { id } of people.slice(0, 9)) await shop.stage.world.redeem(till, id, 2)
  await shop.asOwner(harbour, 'POST', 'payments/mpesa', { amountMinor: 120_000, phone: people[3]!.phone.slice(0, 13) })
  await shop.providers.mpesa.callBack(shop.providers.mpesa.pushes.at(-1)!, { code: 1032 })
  await shop.paystackTells(harbour, { amount: 325_000, metadata: { customerId: people[5]!.id } })
  await postPaystack(
    shop.stage.world.api,
    'harbour',
    chargeEvent({ reference: 'forged', amount: 100 }),
    'sk_test_wrong',
  )
}

/** The owner's window of a size, and how to judge what is in it. */
const on = (size: keyof typeof SIZES) => ({
  look: (page: Page, what: string) => judgeLooks(page, `${what}-${size}`),
  open: (path: string) => shop.stage.open({ tenant: harbour, as: 'owner' }, path, SIZES[size]),
})

describe.each(['desktop', 'wall', 'phone'] as const)('on a %s', (size) => {
  const { look, open } = on(size)

  test('the dashboard has no axe violation and fits the screen', async () => {
    const { page, badge, toasts, complaints } = await open('dashboard?period=30d')
    await shows(page.getByTestId('revenue-KES-figure'), /KES/)
    await shows(badge, 'Live')
    await shop.stage.world.api.call('POST', '/api/admin/payments', {
      token: await shop.stage.world.api.signIn(harbour, 'owner'),
      headers: newKey(),
      body: { provider: 'cash', amountMinor: 45_000 },
    })
    await shows(toasts, 'KES 450 in cash')
    await look(page, 'dashboard')
    await page.getByRole('button', { name: 'Revenue by day: As a table' }).click()
    await look(page, 'dashboard-table')
    expect(complaints).toEqual([])
  })
})

// Nobody hangs these on a wall.
describe.each(['desktop', 'phone'] as const)('on a %s', (size) => {
  const { look, open } = on(size)

  test('bookings have no axe violation and fit the screen', async () => {
    const { page, complaints } = await open('bookings')
    await shows(page.getByTestId('bookings-day'), /11 bookings/)
    await look(page, 'bookings-day')
    await page.locator('[data-booking]').first().click()
    await shows(page.getByTestId('booking-dialog'), /paid/)
    await look(page, 'booking')
    await page.goto(page.url().replace(/\?.*/, '?view=list'))
    await shows(page.getByTestId('bookings'), /11 bookings/)
    await look(page, 'bookings-list')
    await page.getByRole('button', { name: 'New booking' }).click()
    await page.getByLabel('Price').waitFor()
    await look(page, 'booking-new')
    expect(complaints).toEqual([])
  })

  test('payments have no axe violation and fit the screen', async () => {
    const { page, complaints } = await open('payments')
    await shows(page.getByTestId('payments'), 'more than 100')
    await shows(page.getByTestId('refusals'), 'Signature is wrong', 25_000)
    await look(page, 'payments')
    await page.getByLabel('State').selectOption('succeeded')
    await page.getByLabel('Way of paying').selectOption('paystack')
    await page.getByRole('button', { name: /^Open the payment of KES 3,250/ }).click()
    await page.getByTestId('payment-dialog').locator('summary').first().click()
    await look(page, 'payment')
    await page.goto(page.url().replace(/\?.*/, ''))
    await page.getByRole('button', { name: 'New payment' }).click()
    await page.getByLabel('Amount').waitFor()
    await look(page, 'payment-new')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Change M-Pesa' }).click()
    await page.getByRole('button', { name: 'Save' }).waitFor()
    await look(page, 'provider')
    expect(complaints).toEqual([])
  })
})
