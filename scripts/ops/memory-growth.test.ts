import { expect, test } from 'vitest'
import { Random } from '../random.ts'
import { judgeGrowth } from './memory-growth.ts'

const MIB = 2 ** 20
const MINUTES = 30

/** A sample every five seconds for half an hour. */
const run = (mibAt: (minute: number) => number) =>
  Array.from({ length: MINUTES * 12 }, (_, index) => ({ atMs: index * 5_000, bytes: mibAt(index / 12) * MIB }))

test('a process that holds what it holds does not grow', () => {
  expect(judgeGrowth(run(() => 150))).toEqual({
    medianBytes: 150 * MIB,
    bytesPerHour: 0,
    grownBytes: 0,
    verdict: 'steady',
  })
})

test('what it takes to become warm is no growth', () => {
  const { verdict } = judgeGrowth(run((minute) => 90 + Math.min(minute, 8) * 20))
  expect(verdict).toBe('steady')
})

test('a saw of garbage collections, and one large peak at the end, are no growth', () => {
  const random = new Random(7)
  const saw = run((minute) => 150 + (minute % 3) * 15 + random.next() * 5)
  const peak = saw.map((sample, index) => (index > saw.length - 10 ? { ...sample, bytes: 600 * MIB } : sample))
  expect(judgeGrowth(peak).verdict).toBe('steady')
})

test('six megabytes a minute are found, under the same saw', () => {
  const random = new Random(7)
  const { verdict, bytesPerHour } = judgeGrowth(
    run((minute) => 150 + 6 * minute + (minute % 3) * 15 + random.next() * 5),
  )
  expect(verdict).toBe('grows')
  expect(bytesPerHour / MIB).toBeGreaterThan(340)
  expect(bytesPerHour / MIB).toBeLessThan(380)
})

test('the steps in which a heap with room to spare climbs are no growth', () => {
  expect(judgeGrowth(run((minute) => 132 + Math.floor(minute / 7) * 12)).verdict).toBe('steady')
})

test('a leak that half an hour does not show is found over night', () => {
  const night = Array.from({ length: 480 }, (_, minute) => ({
    atMs: minute * 60_000,
    bytes: (150 + minute / 3) * MIB,
  }))
  expect(judgeGrowth(night.slice(0, 30)).verdict).toBe('steady')
  expect(judgeGrowth(night).verdict).toBe('grows')
})

test('a process that gives memory back does not grow', () => {
  const { verdict, bytesPerHour } = judgeGrowth(run((minute) => 400 - 3 * minute))
  expect(verdict).toBe('steady')
  expect(bytesPerHour).toBeLessThan(0)
})

test('of five minutes nothing is concluded', () => {
  expect(judgeGrowth(run((minute) => 150 + 50 * minute).slice(0, 60)).verdict).toBe('too short to tell')
})
