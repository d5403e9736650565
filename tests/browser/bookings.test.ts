import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestTenant } from '../harness/tenant.ts'
import { openStageWithProviders, type StageWithProviders } from './providers.ts'
import { shows, type Window } from './window.ts'

let shop: StageWithProviders
let harbour: TestTenant
beforeAll(async () => {
  shop = await openStageWithProviders()
  harbour = await shop.tenant('harbour')
})
afterAll(() => shop.close())

const day = ({ page }: Window) => page.getByTestId('bookings-day')
const dialog = ({ page }: Window) => page.getByTestId('booking-dialog')
/** Today, on the clocks of Nairobi: there, it may be tomorrow already. */
const today = () => new Date(Date.now() + 3 * 3_600_000).toISOString().slice(0, 10)
const book = (customerId: string, wallTime: string, amountMinor = 200_000) =>
  shop.asOwner(harbour, 'POST', 'bookings', { customerId, amountMinor, startsAt: `${wallTime}:00+03:00` })

test('V3 a booking made on the page is on every other screen at once, and its customer becomes a candidate', async () => {
  await harbour.enrol({ name: 'Grace Achieng', points: 0 })
  const office = await shop.stage.open({ tenant: harbour, as: 'owner' }, 'bookings')
  const floor = await shop.stage.open({ tenant: harbour, as: 'admin' }, 'bookings')
  const vip = await shop.stage.open({ tenant: harbour, as: 'admin' }, 'vip')
  await shows(vip.badge, 'Live')
  await shows(floor.badge, 'Live')
  await shows(day(floor), 'No bookings on this day')
  await shows(vip.page.getByTestId('candidates'), 'No candidates')

  await office.page.getByRole('button', { name: 'New booking' }).click()
  await office.page.getByPlaceholder('Name or phone').fill('achi')
  await office.page.getByRole('option', { name: /Grace Achieng/ }).click()
  await office.page.getByLabel('When').fill(`${today()}T19:30`)
  await office.page.getByLabel('Price').fill('2500')
  await office.page.getByLabel('Note').fill('Window table')
  await dialog(office).getByRole('button', { name: 'New booking' }).click()

  for (const window of [office, floor]) {
    await shows(day(window), /1 booking · KES 0 of KES 2,500|1 booking · KES 0 of KES 2,500 paid/)
    await shows(day(window), /19:00[^]*19:30[^]*Grace Achieng[^]*Window table[^]*KES 2,500[^]*Unpaid/)
  }
  await shows(vip.page.getByTestId('candidates'), 'Grace Achieng')
  expect([...office.complaints, ...floor.complaints, ...vip.complaints]).toEqual([])
})

test('P1 what is paid for a booking shows on it, also while it is open; then it is cancelled', async () => {
  const otto = await harbour.enrol({ name: 'Otto Paid', points: 0 })
  const booking = await book(otto.id, `${today()}T12:15`)
  const office = await shop.stage.open({ tenant: harbour, as: 'owner' }, `bookings?booking=${booking['id']}`)
  const floor = await shop.stage.open({ tenant: harbour, as: 'admin' }, 'bookings?view=list')
  const card = floor.page.locator(`[data-booking="${booking['id']}"]`)
  await shows(dialog(office), /Unpaid[^]*KES 0.00 of KES 2,000.00 paid/)
  await shows(floor.badge, 'Live')
  await shows(office.badge, 'Live')

  await shop.paystackTells(harbour, { amount: 50_000, metadata: { bookingId: booking['id'] } })
  await shows(dialog(office), /Partly paid[^]*KES 500.00 of KES 2,000.00 paid/)
  await shows(card, 'Partly paid')
  await shop.paystackTells(harbour, { amount: 150_000, metadata: { bookingId: booking['id'] } })
  await shows(card, 'Paid')

  await office.page.getByRole('button', { name: 'Cancel the booking' }).click()
  await office.page.getByRole('button', { name: 'Save' }).click()
  await dialog(office).waitFor({ state: 'detached' })
  await shows(card, 'Cancelled')
  await floor.page.getByLabel('State').selectOption('booked')
  await card.waitFor({ state: 'detached' })
  expect([...office.complaints, ...floor.complaints]).toEqual([])
})

test('C1 C2 two people at one booking: another field is no quarrel, the same one is for people to decide', async () => {
  const cora = await harbour.enrol({ name: 'Cora Clash', points: 0 })
  const booking = await book(cora.id, `${today()}T13:00`)
  const office = await shop.stage.open({ tenant: harbour, as: 'owner' }, `bookings?booking=${booking['id']}`)
  await shows(office.badge, 'Live')
  await office.page.getByLabel('Price').fill('2200')
  const patch = (body: object) => shop.asOwner(harbour, 'PATCH', `bookings/${booking['id']}`, body)
  await patch({ note: 'By the door' })
  await expect.poll(() => office.page.getByLabel('Note').inputValue()).toBe('By the door')
  await patch({ amountMinor: 210_000 })
  await shows(office.page.getByTestId('changed-meanwhile'), 'Price: “KES 2,100.00” by now.')
  await office.page.getByRole('button', { name: 'Save mine all the same' }).click()
  await dialog(office).waitFor({ state: 'detached' })
  expect(await shop.asOwner(harbour, 'GET', `bookings/${booking['id']}`)).toMatchObject({
    amountMinor: 220_000,
    note: 'By the door',
  })
  expect(office.complaints).toEqual([])
})

test('days are those of the business: one step back is its yesterday, and the address says so', async () => {
  const yara = await harbour.enrol({ name: 'Yara Yesterday', points: 0 })
  const yesterday = new Date(Date.parse(today()) - 24 * 3_600_000).toISOString().slice(0, 10)
  await book(yara.id, `${yesterday}T00:30`)
  const office = await shop.stage.open({ tenant: harbour, as: 'owner' }, 'bookings')
  await office.page.getByRole('button', { name: 'The day before' }).click()
  await shows(day(office), /00:00[^]*00:30[^]*Yara Yesterday/)
  expect(office.page.url()).toContain(`day=${yesterday}`)
  await office.page.getByRole('button', { name: 'Today' }).click()
  await day(office).getByText('Yara Yesterday').waitFor({ state: 'detached' })
  expect(office.complaints).toEqual([])
})
