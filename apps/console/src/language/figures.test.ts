import { expect, test } from 'vitest'
import { createFigures, toDecimal } from './figures.ts'

const format = createFigures('en-GB')
/** Intl separates by spaces that do not break. */
const plain = (text: string) => text.replaceAll(/\s/g, ' ')

test.each([
  [150_000, 'KES', 'KES 1,500.00', 'KES 1,500'],
  [150_050, 'KES', 'KES 1,500.50', 'KES 1,500.50'],
  [1500, 'JPY', 'JP¥1,500', 'JP¥1,500'],
  [1500, 'KWD', 'KWD 1.500', 'KWD 1.500'],
  [-5, 'GBP', '-£0.05', '-£0.05'],
  // CLDR shows neither of these digits; ISO 4217 has them.
  [1234, 'PKR', 'PKR 12.34', 'PKR 12.34'],
  [1234, 'IQD', 'IQD 1.234', 'IQD 1.234'],
])('%i minor units of %s are %s', (amountMinor, currency, whole, brief) => {
  expect(plain(format.money(amountMinor, currency))).toBe(whole)
  expect(plain(format.moneyBrief(amountMinor, currency))).toBe(brief)
})

test('an amount that no floating-point number holds in pounds is written to the penny', () => {
  expect(toDecimal(9_007_199_254_740_991, 2)).toBe('90071992547409.91')
  expect(format.money(9_007_199_254_740_991, 'GBP')).toBe('£90,071,992,547,409.91')
})

test('little room: about so much', () => {
  expect(plain(format.moneyAbout(1_250_000, 'KES'))).toBe('KES 12.5k')
  expect(plain(format.moneyAbout(0, 'KES'))).toBe('KES 0')
})

test('days are those of the calendar, wherever the reader is', () => {
  expect(format.day('2026-11-21')).toBe('Sat 21 Nov')
  expect(plain(format.days('2026-11-15', '2026-11-21'))).toBe('15 – 21 Nov 2026')
  expect([1, 7].map(format.weekday)).toEqual(['Mon', 'Sun'])
  expect(format.timeIn('2026-11-21T09:05:00Z', 'Africa/Nairobi')).toBe('12:05')
})
