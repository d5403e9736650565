import { beforeEach, describe, expect, test } from 'vitest'
import { PaymentBook, type Charge, type Payment, type Refund } from './payment-book.ts'

const charge: Charge = { tenant: 'north', name: 'ref-1', amountMinor: 1_050, customerId: 'jane', bookingId: null }
const refund: Refund = { name: 'back-1', amountMinor: 250 }
const applied = { ...refund, status: 'applied' }
const row = (more: Partial<Payment> = {}): Payment => ({
  ...charge,
  id: 'p-1',
  status: 'succeeded',
  refundedMinor: 0,
  pointsAwarded: 5,
  pointsReversed: 0,
  pointsMissing: 0,
  refunds: [],
  ...more,
})
// Of 5 points for 10.50, 8.00 keep 3.
const inPart = { refundedMinor: 250, pointsReversed: 2, refunds: [applied] }
const failed = { status: 'failed', customerId: null, pointsAwarded: 0 }

let book: PaymentBook
beforeEach(() => {
  book = new PaymentBook(0.5)
  book.begin(charge)
})
const check = (...rows: Payment[]) => book.check(rows).map(({ kind }) => kind)

function refundIt(): void {
  book.beginRefund(charge, refund)
  book.answerRefund(charge, refund)
}

describe('the book agrees with a database', () => {
  test('in which what was paid is so, once, with its points', () => {
    book.answerCharge(charge, 'paid', 'p-1')
    expect(book.check([row()])).toEqual([])
  })

  test('in which what went back is off the payment, with as many points as there were', () => {
    refundIt()
    book.answerCharge(charge, 'paid')
    expect(book.check([row({ ...inPart, pointsReversed: 1, pointsMissing: 1 })])).toEqual([])
  })

  test('in which all of it went back', () => {
    book.answerCharge(charge, 'paid')
    const all = { name: 'all', amountMinor: 1_050 }
    book.beginRefund(charge, all)
    book.answerRefund(charge, all)
    const refunds = [{ ...all, status: 'applied' }]
    expect(book.check([row({ status: 'refunded', refundedMinor: 1_050, pointsReversed: 5, refunds })])).toEqual([])
  })

  test('in which a charge failed, or came in whatever was told of it before and after', () => {
    book.answerCharge(charge, 'failed')
    expect(book.check([row(failed)])).toEqual([])
    book.begin(charge)
    book.answerCharge(charge, 'paid')
    book.answerCharge(charge, 'failed')
    expect(book.check([row()])).toEqual([])
  })

  test('in which who is no member gets no points', () => {
    const strange = { ...charge, name: 'ref-2', customerId: null }
    book.begin(strange)
    book.answerCharge(strange, 'paid')
    expect(book.check([row({ ...strange, pointsAwarded: 0 })])).toEqual([])
  })

  test('in which what nobody has an answer to is there or not, now or later', () => {
    expect(book.check([])).toEqual([])
    book.beginRefund(charge, refund)
    expect(book.check([row()])).toEqual([])
    expect(book.check([row(inPart)])).toEqual([])
  })

  test('that was restored from before all that', () => {
    book.answerCharge(charge, 'paid')
    book.restart([])
    expect(book.check([])).toEqual([])
  })
})

describe('the book tells', () => {
  test.each(['paid', 'failed'] as const)('that a charge that was told, as %s, is not there', (state) => {
    book.answerCharge(charge, state)
    expect(check()).toEqual(['lost'])
  })

  test('that a refund that was told is not there', () => {
    book.answerCharge(charge, 'paid')
    refundIt()
    expect(check(row())).toEqual(['lost'])
  })

  test.each<[string, Partial<Payment>[], string[]]>([
    ['what is there twice', [{}, { id: 'p-2' }], ['doubled']],
    [
      'a refund that is there twice',
      [{ refundedMinor: 500, pointsReversed: 3, refunds: [applied, applied] }],
      ['doubled'],
    ],
    [
      'a refund that still waits for its charge',
      [{ refundedMinor: 0, pointsReversed: 0, refunds: [{ ...refund, status: 'waiting' }] }],
      ['wrong'],
    ],
    [
      'a refund of another amount',
      [{ refundedMinor: 200, pointsReversed: 1, refunds: [{ ...applied, amountMinor: 200 }] }],
      ['wrong'],
    ],
    ['a refund that nobody asked for', [{ refunds: [applied, { ...applied, name: 'x', amountMinor: 0 }] }], ['wrong']],
    ['a sum that is not that of its refunds', [{ refundedMinor: 500 }], ['wrong']],
    ['points that were not taken back', [{ pointsReversed: 0 }], ['wrong']],
    ['points that were taken back twice', [{ pointsReversed: 4 }], ['wrong']],
    ['points that were not given', [{ pointsAwarded: 0 }], ['wrong']],
    ['another amount', [{ amountMinor: 1_049 }], ['wrong']],
    ['somebody else’s payment', [{ customerId: 'john' }], ['wrong']],
    ['another tenant’s payment', [{ tenant: 'south' }], ['wrong']],
    ['a failure of what was paid', [{ ...failed }], ['wrong']],
    ['what has another id than was answered', [{ id: 'p-2' }], ['wrong']],
    ['what nobody asked for', [inPart, { name: 'ref-9', id: 'p-9' }], ['wrong']],
  ])('%s', (_what, rows, kinds) => {
    book.answerCharge(charge, 'paid', 'p-1')
    refundIt()
    expect(check(...rows.map((more) => row({ ...inPart, ...more })))).toEqual(kinds)
  })

  test('what was paid although it failed', () => {
    book.answerCharge(charge, 'failed')
    expect(check(row())).toEqual(['wrong'])
  })

  test('what moves when all has been said', () => {
    book.answerCharge(charge, 'paid')
    expect(check(row())).toEqual([])
    expect(check(row(inPart))).toEqual(['wrong'])
  })

  test('another answer under one key, be it by one byte', () => {
    book.compare('key', [
      { status: 201, text: '{}' },
      { status: 201, text: '{} ' },
    ])
    expect(check()).toEqual(['wrong'])
  })
})

describe('of a charge that was started, the book', () => {
  const started: Charge = { ...charge, name: 'start-1', bookingId: 'table-4' }
  const pending = (more: Partial<Payment> = {}) => row({ ...started, status: 'pending', pointsAwarded: 0, ...more })
  const ended = { paid: row(started), failed: pending({ status: 'failed' }) }
  beforeEach(() => book.begin(started, 'started'))

  test('agrees that it is pending, failed or not there while it has not come to its provider', () => {
    expect(check()).toEqual([])
    expect(check(pending())).toEqual([])
    expect(check(ended.failed)).toEqual([])
  })

  test('tells that it is paid although nobody paid', () => {
    expect(check(pending())).toEqual([])
    expect(check(ended.paid)).toEqual(['wrong'])
  })

  test.each(['paid', 'failed'] as const)('agrees that it is pending until somebody asks, and then %s', (state) => {
    book.answerStart(started, 'p-1')
    book.decide(started, state)
    expect(check(pending())).toEqual([])
    expect(book.owed([pending(), pending({ name: 'x' })])).toEqual([pending()])
    expect(check(ended[state])).toEqual([])
    expect(book.askedFor).toBe(1)
    expect(check()).toEqual([])
  })

  test.each([
    ['paid', 'failed'],
    ['failed', 'paid'],
  ] as const)('tells that what its provider has as %s is %s', (state, otherwise) => {
    book.decide(started, state)
    expect(check(ended[otherwise])).toEqual(['wrong'])
  })

  test.each(['paid', 'failed'] as const)('tells that it stays pending although it was told as %s', (state) => {
    expect(check(pending())).toEqual([])
    book.decide(started, state)
    book.answerCharge(started, state)
    expect(check()).toEqual(['wrong'])
  })

  test('tells that its provider has it, and the database has not', () => {
    book.decide(started, 'paid')
    expect(check()).toEqual(['lost'])
  })

  test.each<[string, Partial<Payment>[], string]>([
    ['another id than was answered', [{ id: 'p-2' }], 'wrong'],
    ['another booking', [{ bookingId: null }], 'wrong'],
    ['points before it is paid', [{ pointsAwarded: 5 }], 'wrong'],
    ['a second one', [{}, { id: 'p-2' }], 'doubled'],
  ])('tells of %s', (_what, rows, kind) => {
    book.answerStart(started, 'p-1')
    expect(check(...rows.map(pending))).toEqual([kind])
  })

  test('knows after a restored backup what its provider has, and that nobody told', () => {
    book.decide(started, 'paid')
    book.answerCharge(started, 'paid')
    expect(check(ended.paid)).toEqual([])
    book.restart([pending()])
    expect(check()).toEqual([])
    expect(book.owed([pending()])).toEqual([pending()])
    expect(check(ended.paid)).toEqual([])
    expect(check(ended.failed)).toEqual(['wrong'])
  })
})
