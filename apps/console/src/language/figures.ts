import { minorDigits } from '@loyalty-live/events/minor-units'

/** Money, shares, days and hours as one language writes them: what a business reads of itself. */
export type Figures = {
  /** Of a whole, as exact as it is of use: 0.456 is 46%, 0.0456 is 4.6%. */
  percent(share: number): string
  /** With all digits of the currency: KES 1,500.00, JPY 1,500, KWD 1.500. */
  money(amountMinor: number, currency: string): string
  /** Without digits that say nothing: KES 1,500. */
  moneyBrief(amountMinor: number, currency: string): string
  /** Where there is little room, about so much: KES 15k. */
  moneyAbout(amountMinor: number, currency: string): string
  /** Where there is little room, about so many: 15k. */
  numberAbout(value: number): string
  /** A day of the calendar, as 2026-11-21, wherever it was: Sat 21 Nov. */
  day(day: string): string
  /** Where there is little room: 21 Nov. */
  dayOfMonth(day: string): string
  /** Two of them: 15 – 21 Nov 2026. */
  days(from: string, to: string): string
  /** Of the day, from 0: 14:00. */
  hour(hour: number): string
  /** 1 is Monday: Mon. */
  weekday(weekday: number): string
  /** Hours and minutes where the business is. */
  timeIn(iso: string, timeZone: string): string
}

export function createFigures(locale: string): Figures {
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 })
  const percentFine = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 })
  const about = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 })
  const day = new Intl.DateTimeFormat(locale, { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' })
  const dayOfMonth = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' })
  const days = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' })
  const weekday = new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' })
  return {
    percent: (share) => (share < 0.1 ? percentFine : percent).format(share),
    money: (amountMinor, currency) => writeMoney(locale, amountMinor, currency, {}),
    moneyBrief: (amountMinor, currency) =>
      writeMoney(locale, amountMinor, currency, { trailingZeroDisplay: 'stripIfInteger' }),
    moneyAbout: (amountMinor, currency) =>
      writeMoney(locale, amountMinor, currency, {
        notation: 'compact',
        minimumFractionDigits: 0,
        maximumFractionDigits: 1,
      }),
    numberAbout: (value) => about.format(value),
    day: (of) => day.format(new Date(of)),
    dayOfMonth: (of) => dayOfMonth.format(new Date(of)),
    days: (from, to) => days.formatRange(new Date(from), new Date(to)),
    hour: (of) => `${String(of).padStart(2, '0')}:00`,
    // The first day of 2001 was a Monday.
    weekday: (of) => weekday.format(Date.UTC(2001, 0, of)),
    timeIn: (iso, timeZone) =>
      remembered(clocks, `${locale} ${timeZone}`, () => clockOf(locale, timeZone)).format(new Date(iso)),
  }
}

/** Exact, however large: the decimal point is put where it belongs, nothing is divided. */
export function toDecimal(amountMinor: number, digits: number): `${number}` {
  const sign = amountMinor < 0 ? '-' : ''
  const all = String(Math.abs(amountMinor)).padStart(digits + 1, '0')
  const whole = all.slice(0, all.length - digits)
  return (sign + (digits === 0 ? whole : `${whole}.${all.slice(-digits)}`)) as `${number}`
}

/** Making a formatter takes a hundred times as long as using it. */
const moneyFormats = new Map<string, Intl.NumberFormat>()
const clocks = new Map<string, Intl.DateTimeFormat>()

function writeMoney(locale: string, amountMinor: number, currency: string, options: Intl.NumberFormatOptions): string {
  const digits = minorDigits(currency)
  const name = JSON.stringify([locale, currency, options])
  const format = remembered(
    moneyFormats,
    name,
    () =>
      new Intl.NumberFormat(locale, {
        style: 'currency',
        currency,
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
        ...options,
      }),
  )
  return format.format(toDecimal(amountMinor, digits))
}

const clockOf = (locale: string, timeZone: string) =>
  new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone })

function remembered<T>(known: Map<string, T>, name: string, make: () => T): T {
  const found = known.get(name) ?? make()
  known.set(name, found)
  return found
}
