import { beforeEach, describe, expect, test } from 'vitest'
import type { Answer } from './answer.ts'
import { BookingBook, type Booking, type FoundBooking } from './booking-book.ts'

const booking: Booking = { tenant: 'north', name: 'note-1', customerId: 'jane', status: 'booked', amountMinor: 5_000 }
const row = (more: Partial<FoundBooking> = {}): FoundBooking => ({
  ...booking,
  id: 'b-1',
  version: 1,
  paymentStatus: 'unpaid',
  cameInMinor: 0,
  wentBackMinor: 0,
  ...more,
})
const answered = (more: Partial<FoundBooking> = {}, status = 201): Answer => ({
  status,
  text: JSON.stringify(row(more)),
})

let book: BookingBook
beforeEach(() => {
  book = new BookingBook()
  book.ask(booking)
})
const check = (...rows: FoundBooking[]) => book.check(rows).map(({ kind }) => kind)

describe('the book agrees with a database', () => {
  test('in which what was answered is there, and with what was not answered either way', () => {
    expect(check()).toEqual([])
    expect(check(row())).toEqual([])
    book.answer(booking, answered())
    expect(check(row())).toEqual([])
    expect(check()).toEqual([])
  })

  test('in which a change is there or not until it is answered', () => {
    book.answer(booking, answered())
    const changed = { ...booking, status: 'cancelled' }
    book.ask(changed)
    expect(check(row())).toEqual([])
    expect(check(row(changed))).toEqual([])
    book.answer(changed, answered(changed, 200))
    expect(check(row(changed))).toEqual([])
    expect(check(row())).toEqual(['wrong'])
  })

  test('that was restored from before all that', () => {
    book.answer(booking, answered())
    book.restart([row({ amountMinor: 4_000 })])
    expect(book.of('north')).toMatchObject([{ id: 'b-1', amountMinor: 4_000 }])
    expect(book.of('south')).toEqual([])
    expect(check(row({ amountMinor: 4_000 }))).toEqual([])
  })

  test.each<[string, number, number, number]>([
    ['unpaid', 5_000, 0, 0],
    ['partly', 5_000, 4_999, 0],
    ['paid', 5_000, 5_000, 0],
    ['partly', 5_000, 5_000, 1],
    ['refunded', 5_000, 100, 100],
    ['paid', 0, 1, 0],
  ])(
    'in which it is %s when it costs %i, %i came in and %i went back',
    (paymentStatus, amountMinor, cameIn, wentBack) => {
      book.ask({ ...booking, amountMinor })
      const found = row({ amountMinor, cameInMinor: cameIn, wentBackMinor: wentBack })
      expect(check({ ...found, paymentStatus })).toEqual([])
      for (const other of ['unpaid', 'partly', 'paid', 'refunded'].filter((each) => each !== paymentStatus))
        expect(check({ ...found, paymentStatus: other })).toEqual(['wrong'])
    },
  )
})

describe('the book tells', () => {
  beforeEach(() => book.answer(booking, answered()))

  test('that what was answered is not there', () => {
    expect(check()).toEqual(['lost'])
  })

  test.each<[string, Partial<FoundBooking>[], string[]]>([
    ['what is there twice', [{}, { id: 'b-2' }], ['doubled']],
    ['what has another id than was answered', [{ id: 'b-2' }], ['doubled']],
    ['another amount', [{ amountMinor: 4_999 }], ['wrong']],
    ['somebody else’s booking', [{ customerId: 'john' }], ['wrong']],
    ['another tenant’s booking', [{ tenant: 'south' }], ['wrong']],
    ['what nobody asked for', [{}, { name: 'note-9', id: 'b-9' }], ['wrong']],
  ])('%s', (_what, rows, kinds) => {
    expect(check(...rows.map(row))).toEqual(kinds)
  })

  test.each<[string, Answer]>([
    ['an answer that says something else', answered({ amountMinor: 1 }, 200)],
    ['an answer that is none', { status: 202, text: JSON.stringify(row()) }],
  ])('%s', (_what, answer) => {
    book.answer(booking, answer)
    expect(check(row())).toEqual(['wrong'])
  })

  test('another answer under one key, be it by one byte', () => {
    book.compare('key', [answered(), { ...answered(), text: `${answered().text} ` }])
    expect(check(row())).toEqual(['wrong'])
  })
})
