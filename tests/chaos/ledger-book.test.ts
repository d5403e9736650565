import { beforeEach, describe, expect, test } from 'vitest'
import type { CardState } from '../harness/shown-cards.ts'
import type { Answer } from './answer.ts'
import { LedgerBook, type Entry, type Operation } from './ledger-book.ts'

const opening: CardState = { balance: 100, earned: 100, redeemed: 0, version: 1 }
const card = (state: Partial<CardState> = {}) => new Map([['card', { ...opening, ...state }]])
const redeemed = { balance: 90, earned: 100, redeemed: 10, version: 2 }

const redemption: Operation = {
  key: 'key',
  tenant: 'north',
  path: '/redeem',
  body: '{}',
  points: -10,
  reverses: null,
}
const entry = (more: Partial<Entry> = {}): Entry => ({
  ...redeemed,
  id: 'entry',
  tenant: 'north',
  cardId: 'card',
  seq: 7,
  type: 'redeem',
  points: -10,
  reverses: null,
  key: 'key',
  engaged: false,
  ...more,
})
const accepted = (more: object = {}): Answer => ({
  status: 201,
  text: JSON.stringify({
    transactionId: 'entry',
    cardId: 'card',
    pointsChange: -10,
    balance: 90,
    earned: 100,
    redeemed: 10,
    cardVersion: 2,
    cursor: '1:7',
    ...more,
  }),
})
const refused: Answer = { status: 422, text: '{"code":"insufficient-points"}' }

let book: LedgerBook
beforeEach(() => {
  book = new LedgerBook(card())
  book.begin(redemption)
})
const check = (entries: Entry[], cards: ReadonlyMap<string, CardState>) =>
  book.check(entries, cards).map(({ kind }) => kind)

describe('the book agrees with a ledger', () => {
  test('in which what was acknowledged is applied, once, as it was said', () => {
    book.answer(redemption, accepted())
    expect(book.check([entry()], card(redeemed))).toEqual([])
  })

  test('in which what was refused is not', () => {
    book.answer(redemption, refused)
    expect(book.check([], card())).toEqual([])
  })

  test('in which what nobody has an answer to is applied or not, now or later', () => {
    expect(book.check([], card())).toEqual([])
    expect(book.check([entry()], card(redeemed))).toEqual([])
  })

  test('that was restored from a backup, whatever was acknowledged after it', () => {
    book.answer(redemption, accepted())
    book.restart(card())
    expect(book.check([], card())).toEqual([])
  })
})

describe('the book finds out', () => {
  test('what was acknowledged and is not there', () => {
    book.answer(redemption, accepted())
    expect(check([], card())).toEqual(['lost'])
  })

  test('what was applied twice under one key', () => {
    book.answer(redemption, accepted())
    const again = entry({ id: 'again', seq: 8, balance: 80, redeemed: 20, version: 3 })
    expect(check([entry(), again], card({ balance: 80, redeemed: 20, version: 3 }))).toEqual(['doubled', 'wrong'])
  })

  test('what was refused and applied all the same', () => {
    book.answer(redemption, refused)
    expect(check([entry()], card(redeemed))).toEqual(['wrong'])
  })

  test('what nobody asked for, or asked for otherwise', () => {
    expect(check([entry({ key: 'stranger' })], card(redeemed))).toEqual(['wrong'])
    const other = { balance: 89, earned: 100, redeemed: 11, version: 3 }
    expect(check([entry({ ...other, points: 1, type: 'add', key: 'key' })], card())).toContain('wrong')
  })

  test.each(['transactionId', 'cardId', 'pointsChange', 'balance', 'earned', 'redeemed', 'cardVersion', 'cursor'])(
    'an answer whose %s is not what the ledger says',
    (field) => {
      book.answer(redemption, accepted({ [field]: 'other' }))
      expect(check([entry()], card(redeemed))).toEqual(['wrong'])
    },
  )

  test('an entry that does not follow from the ones before it', () => {
    const off = { balance: 91, earned: 100, redeemed: 9, version: 2 }
    expect(check([entry(off)], card(redeemed))).toEqual(['wrong'])
  })

  test.each(['balance', 'earned', 'redeemed', 'version'])('a card whose %s is not what its entries make', (field) => {
    expect(check([], card({ [field]: 5 }))).toEqual(['wrong'])
  })

  test('another answer under the same key, be it by one byte', () => {
    book.answer(redemption, accepted())
    const { status, text } = accepted()
    book.answer(redemption, { status, text: `${text} ` })
    expect(check([entry()], card(redeemed))).toEqual(['wrong'])
    book.compare(redemption, refused, { ...refused, status: 409 })
    expect(check([], card(redeemed))).toEqual(['wrong'])
  })
})
