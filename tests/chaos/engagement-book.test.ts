import { beforeEach, describe, expect, test } from 'vitest'
import { EngagementBook, type Engagement, type Request } from './engagement-book.ts'

const request: Request = { key: 'key', tenant: 'north', kind: 'adjustment', path: '/adjustments', body: '{}' }
const made = { status: 201, text: '{"id":"a-1","status":"pending"}' }
const said = (status: string) => ({ status: 200, text: JSON.stringify({ id: 'a-1', status }) })
const row = (more: Partial<Engagement> = {}): Engagement => ({
  tenant: 'north',
  kind: 'adjustment',
  id: 'a-1',
  status: 'pending',
  transactions: 0,
  decisions: 0,
  questions: 1,
  ...more,
})
const approved = row({ status: 'approved', transactions: 1, decisions: 1 })

let book: EngagementBook
beforeEach(() => {
  book = new EngagementBook()
})
const check = (...rows: Engagement[]) => book.check(rows).map(({ kind }) => kind)

describe('the book agrees with a database', () => {
  test('in which what was asked for is open, and has moved nothing', () => {
    book.answer(request, made)
    book.answer(request, made)
    expect(check(row())).toEqual([])
  })

  test('in which what was decided is so, once, with its points', () => {
    book.answer(request, made)
    book.decision('north', '/accept', said('approved'))
    book.decision('north', '/accept', said('approved'))
    book.decision('north', '/decline', { status: 409, text: '{"code":"already-decided"}' })
    expect(check(approved)).toEqual([])
  })

  test('that was restored from before all that', () => {
    book.answer(request, made)
    book.decision('north', '/accept', said('approved'))
    book.restart()
    expect(check()).toEqual([])
  })
})

describe('the book tells', () => {
  test.each([
    ['an open question that moved points', [row({ transactions: 1 })], ['wrong']],
    ['an open question that was decided', [row({ decisions: 1 })], ['wrong']],
    ['a refusal that moved points', [row({ status: 'declined', decisions: 1, transactions: 1 })], ['wrong']],
    ['an approval that moved none', [row({ status: 'approved', decisions: 1 })], ['wrong']],
    ['a welcome bonus that came twice', [row({ kind: 'enrolment', status: 'active', transactions: 2 })], ['wrong']],
    ['what was decided twice', [{ ...approved, decisions: 2 }], ['doubled']],
    ['what was asked twice', [row({ questions: 2 })], ['doubled']],
  ])('%s', (_what, rows, kinds) => {
    expect(check(...rows)).toEqual(kinds)
  })

  test('what was acknowledged and is not there, or is another tenant’s', () => {
    book.answer(request, made)
    expect(check()).toEqual(['lost'])
    book.answer(request, made)
    expect(check(row({ tenant: 'south' }))).toEqual(['lost'])
  })

  test('a customer who was told yes and no', () => {
    book.decision('north', '/accept', said('approved'))
    book.decision('north', '/decline', said('declined'))
    expect(check(approved)).toEqual(['wrong'])
  })

  test('a repeat that was answered otherwise, and an answer that nothing explains', () => {
    book.answer(request, made)
    book.answer(request, { status: 201, text: '{"id":"a-2"}' })
    book.decision('north', '/accept', { status: 422, text: '{"code":"nothing-to-decide"}' })
    expect(check(row())).toEqual(['wrong', 'unpromised'])
  })
})
