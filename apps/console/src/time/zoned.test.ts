import { expect, test } from 'vitest'
import { daysLater, momentOf, wallTimeAt } from './zoned.ts'

test.each([
  ['2026-11-21T14:30', 'Africa/Nairobi', '2026-11-21T11:30:00.000Z'],
  ['2026-11-21T00:15', 'Asia/Kathmandu', '2026-11-20T18:30:00.000Z'],
  ['2026-07-01T09:00', 'America/New_York', '2026-07-01T13:00:00.000Z'],
  ['2026-01-01T09:00', 'America/New_York', '2026-01-01T14:00:00.000Z'],
  // Clocks were put back at 2: half past one was twice, and the first counts.
  ['2026-11-01T01:30', 'America/New_York', '2026-11-01T05:30:00.000Z'],
  ['2026-11-01T03:30', 'America/New_York', '2026-11-01T08:30:00.000Z'],
])('%s in %s is %s', (wallTime, timeZone, moment) => {
  expect(momentOf(wallTime, timeZone).toISOString()).toBe(moment)
  expect(wallTimeAt(new Date(moment), timeZone)).toBe(wallTime)
})

test('a time that the clocks skipped is as long after the change', () => {
  const moment = momentOf('2026-03-08T02:30', 'America/New_York')
  expect(moment.toISOString()).toBe('2026-03-08T07:30:00.000Z')
  expect(wallTimeAt(moment, 'America/New_York')).toBe('2026-03-08T03:30')
})

test('days of the calendar follow each other over the ends of months', () => {
  expect(daysLater('2026-02-28', 1)).toBe('2026-03-01')
  expect(daysLater('2026-01-01', -1)).toBe('2025-12-31')
})
