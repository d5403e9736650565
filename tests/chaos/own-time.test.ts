import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createFastClock } from './fast-clock.ts'
import { openOwnTime, type OwnTime } from './own-time.ts'

let wallMs: number
let time: OwnTime
beforeEach(() => {
  vi.useFakeTimers()
  wallMs = 0
  time = openOwnTime(() => wallMs)
})
afterEach(() => {
  time.close()
  vi.useRealTimers()
})

/** The process gets its turns: timers run at the end of each, `ms` on the wall after it began. */
function pass(turns: number, ms: number): void {
  for (let turn = 0; turn < turns; turn++) {
    wallMs += ms
    vi.advanceTimersByTime(ms)
  }
}

test('with time to spare it is the time on the wall', () => {
  pass(100, 10)
  expect(time.now()).toBe(1_000)
  expect(time.slowness()).toBe(1)
})

test('a long turn counts as a short one, while it lasts and afterwards, and time never goes back', () => {
  wallMs = 500
  const during = time.now()
  expect(during).toBe(20)
  pass(1, 10)
  expect(time.now()).toBe(during)
})

test('it tells how slow it is of late', () => {
  for (let turn = 0; turn < 100; turn++) {
    wallMs += 190
    pass(1, 10)
  }
  expect(time.slowness()).toBeCloseTo(10)
  pass(2_000, 10)
  expect(time.slowness()).toBeCloseTo(1)
})

test('what the fast clock is asked to do in so and so long is not done before the process has lived that long', () => {
  const clock = createFastClock(time)
  const run = vi.fn<() => void>()
  clock.after(1_600, run)
  pass(9, 100)
  expect(run).not.toHaveBeenCalled()
  pass(2, 100)
  expect(run).toHaveBeenCalledOnce()
})

test('what was called off is not done, however often it was put off', () => {
  const clock = createFastClock(time)
  const run = vi.fn<() => void>()
  const callOff = clock.after(1_600, run)
  pass(9, 100)
  callOff()
  pass(9, 100)
  expect(run).not.toHaveBeenCalled()
})
