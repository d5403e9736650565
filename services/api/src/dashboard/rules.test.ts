import { expect, test } from 'vitest'
import { rangesOf, stepsOf } from './rules.ts'

test('a period ends today and is compared with as many days before it', () => {
  expect(rangesOf('7d', '2026-03-03')).toEqual({
    current: { from: '2026-02-25', to: '2026-03-03' },
    previous: { from: '2026-02-18', to: '2026-02-24' },
  })
  expect(rangesOf('today', '2028-03-01')).toEqual({
    current: { from: '2028-03-01', to: '2028-03-01' },
    previous: { from: '2028-02-29', to: '2028-02-29' },
  })
})

test('a series has a step for every day, and for every hour of today', () => {
  const { current } = rangesOf('30d', '2026-03-03')
  const days = stepsOf('30d', current)
  expect([days.length, days[0], days.at(-1)]).toEqual([
    30,
    { day: '2026-02-02', hour: null },
    { day: '2026-03-03', hour: null },
  ])
  const hours = stepsOf('today', { from: '2026-03-03', to: '2026-03-03' })
  expect([hours.length, hours[0], hours.at(-1)]).toEqual([
    24,
    { day: '2026-03-03', hour: 0 },
    { day: '2026-03-03', hour: 23 },
  ])
})
