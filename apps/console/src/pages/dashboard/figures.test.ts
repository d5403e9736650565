import { expect, test } from 'vitest'
import { changeOf } from './change.ts'
import { stepsOf } from './steps.ts'

test.each([
  [5, 5, { kind: 'same' }],
  [0, 0, { kind: 'same' }],
  [5, 0, { kind: 'first' }],
  [150, 100, { kind: 'more', share: 0.5 }],
  [0, 100, { kind: 'less', share: 1 }],
  // More was given back than came in; then it was the other way.
  [50, -100, { kind: 'more', share: 1.5 }],
])('%i after %i', (now, before, change) => {
  expect(changeOf(now, before)).toEqual(change)
})

const day = (index: number) => ({
  day: new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10),
  hour: null,
  entries: 2,
  issued: 3,
  redeemed: 1,
  revenue: [
    { currency: 'KES', payments: 1, revenueMinor: 500 },
    { currency: 'USD', payments: 1, revenueMinor: 7 },
  ],
})

test('a month is shown by the day, with the money of one currency', () => {
  const steps = stepsOf(
    Array.from({ length: 30 }, (_, index) => day(index)),
    'USD',
  )
  expect(steps).toHaveLength(30)
  expect(steps[0]).toEqual({
    from: '2026-01-01',
    to: '2026-01-01',
    hour: null,
    issued: 3,
    redeemed: 1,
    payments: 1,
    revenueMinor: 7,
  })
})

test('a year is shown in weeks from Monday, and nothing is lost', () => {
  const steps = stepsOf(
    Array.from({ length: 365 }, (_, index) => day(index)),
    'KES',
  )
  expect(steps.slice(0, 2).map(({ from, to }) => [from, to])).toEqual([
    ['2026-01-01', '2026-01-04'],
    ['2026-01-05', '2026-01-11'],
  ])
  expect(steps.length).toBeLessThanOrEqual(54)
  expect(steps.reduce((sum, { revenueMinor }) => sum + revenueMinor, 0)).toBe(365 * 500)
  expect(steps.reduce((sum, { issued, redeemed }) => sum + issued - redeemed, 0)).toBe(365 * 2)
})
