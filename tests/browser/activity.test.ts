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

test('C3 what becomes of bookings and payments is told in words of the reader’s language', async () => {
  const inTheirWords = {
    en: {
      made: /Booking made[^]*Sat 24 Nov 12:00/,
      moved: /Booking moved, Price of the booking changed[^]*Sat 24 Nov 12:00[^]*→[^]*Sun 25 Nov 12:00/,
      paid: /Paid in cash[^]*£1,500/,
      paidFor: /Booking paid in part[^]*Unpaid[^]*→[^]*Partly paid/,
      given: /Payment refunded in part[^]*-£400/,
      absent: /Did not come[^]*Booked[^]*→[^]*No-show/,
      cancelled: /Booking cancelled[^]*No-show[^]*→[^]*Cancelled/,
    },
    de: {
      made: /Buchung gemacht[^]*Sa., 24. Nov. 12:00/,
      moved: /Buchung verschoben, Preis der Buchung geändert[^]*Sa., 24. Nov. 12:00[^]*→[^]*So., 25. Nov. 12:00/,
      paid: /Bezahlt bar[^]*1.500 £/,
      paidFor: /Buchung teilweise bezahlt[^]*Unbezahlt[^]*→[^]*Teils bezahlt/,
      given: /Zahlung teilweise zurückgezahlt[^]*-400 £/,
      absent: /Nicht erschienen[^]*Gebucht[^]*→[^]*Nicht erschienen/,
      cancelled: /Buchung abgesagt[^]*Nicht erschienen[^]*→[^]*Abgesagt/,
    },
  } as const
  const windows = await Promise.all(
    (['en', 'de'] as const).map(async (language) => {
      const window = await stage.open({ tenant: demo, as: 'owner' }, 'activity')
      await window.page.evaluate((chosen) => localStorage.setItem('console.language', chosen), language)
      await window.page.reload()
      await shows(window.badge, 'Live')
      return { window, words: inTheirWords[language] }
    }),
  )
  const ask = async (method: string, path: string, body: object) => {
    const headers = { ...newKey(), 'if-match': '*' }
    const answer = await stage.world.api.call(method, `/api/admin/${path}`, { token: admin, headers, body })
    expect(answer.status, answer.text).toBeLessThan(300)
    return answer.body['id'] as string
  }
  const told = async (what: keyof typeof inTheirWords.en) => {
    for (const { window, words } of windows) await shows(lines(window).filter({ hasText: 'John Doe' }), words[what])
  }

  const booking = await ask('POST', 'bookings', {
    customerId: john.id,
    amountMinor: 300_000,
    startsAt: '2029-11-24T12:00:00Z',
  })
  await told('made')
  await ask('PATCH', `bookings/${booking}`, { startsAt: '2029-11-25T12:00:00Z', amountMinor: 320_000 })
  await told('moved')
  const payment = await ask('POST', 'payments', { provider: 'cash', amountMinor: 150_000, bookingId: booking })
  await told('paid')
  await told('paidFor')
  await ask('POST', `payments/${payment}/refund`, { amountMinor: 40_000, reason: 'cold soup' })
  await told('given')
  await ask('PATCH', `bookings/${booking}`, { status: 'no_show' })
  await told('absent')
  await ask('PATCH', `bookings/${booking}`, { status: 'cancelled' })
  await told('cancelled')
  for (const { window } of windows) expect(window.complaints).toEqual([])
})

const typesOf = (window: Window) =>
  lines(window).evaluateAll((elements) => elements.map((element) => element.getAttribute('data-type')))
