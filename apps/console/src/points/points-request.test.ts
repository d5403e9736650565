import { expect, test } from 'vitest'
import { isAmount, pointsRequest } from './points-request.ts'

const change = { phone: '+254712345678', action: 'redeem', points: 75, programId: 'p' } as const

test('an order and a reason are sent trimmed, and not at all when they are blank', () => {
  expect(pointsRequest({ ...change, orderId: ' 12345 ', reason: 'lunch' }).body).toEqual({
    ...change,
    orderId: '12345',
    reason: 'lunch',
  })
  expect(pointsRequest({ ...change, orderId: ' ', reason: '' }).body).toEqual(change)
  expect(pointsRequest(change).body).toEqual(change)
})

test.each([
  [1, true],
  [1_000_000, true],
  [0, false],
  [-5, false],
  [1_000_001, false],
  [2.5, false],
  [Number.NaN, false],
  ['75', false],
  ['', false],
])('%j is an amount: %j', (points, yes) => {
  expect(isAmount(points)).toBe(yes)
})
