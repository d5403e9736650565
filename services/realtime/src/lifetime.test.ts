import { beforeEach, expect, test } from 'vitest'
import { createLifetimes, type Lifetimes } from './lifetime.ts'

let now: number
let happened: string[]
let lifetimes: Lifetimes<string>

beforeEach(() => {
  now = 1_000_000
  happened = []
  lifetimes = createLifetimes<string>(
    {
      warningMs: 30_000,
      graceMs: 25_000,
      onWarning: (member, expiresAtMs) => void happened.push(`warn ${member} ${expiresAtMs}`),
      onExpired: (member) => void happened.push(`end ${member}`),
    },
    () => now,
  )
})

function at(timeMs: number): string[] {
  now = timeMs
  lifetimes.tick()
  return happened.splice(0)
}

test('warned before expiry, ended after the grace, and neither earlier', () => {
  lifetimes.track('a', 1_100_000)
  expect(at(1_069_999)).toEqual([])
  expect(at(1_070_250)).toEqual(['warn a 1100000'])
  expect(at(1_124_999)).toEqual([])
  expect(at(1_125_250)).toEqual(['end a'])
  expect(at(2_000_000)).toEqual([])
})

test('warned at once when less than the warning time is left', () => {
  lifetimes.track('a', 1_010_000)
  expect(happened.splice(0)).toEqual(['warn a 1010000'])
  expect(at(1_035_250)).toEqual(['end a'])
})

test('a fresh token starts the wait again, before and after the warning', () => {
  lifetimes.track('a', 1_100_000)
  lifetimes.track('a', 1_200_000)
  expect(at(1_160_000)).toEqual([])
  expect(at(1_170_250)).toEqual(['warn a 1200000'])
  lifetimes.track('a', 1_300_000)
  expect(at(1_260_000)).toEqual([])
  expect(at(1_270_250)).toEqual(['warn a 1300000'])
})

test('who is forgotten is neither warned nor ended', () => {
  lifetimes.track('a', 1_100_000)
  lifetimes.track('b', 1_010_000)
  lifetimes.forget('a')
  lifetimes.forget('b')
  lifetimes.forget('never there')
  happened = []
  expect(at(9_000_000)).toEqual([])
})

test('when the clock jumps ahead everything overdue happens, each once', () => {
  for (const member of ['a', 'b', 'c']) lifetimes.track(member, 1_100_000)
  expect(at(5_000_000)).toEqual(['warn a 1100000', 'warn b 1100000', 'warn c 1100000', 'end a', 'end b', 'end c'])
  expect(at(9_000_000)).toEqual([])
})

test('when the clock is set back nothing is lost', () => {
  at(1_050_000)
  now = 1_000_000
  lifetimes.track('a', 1_031_000)
  expect(at(1_049_999)).toEqual([])
  expect(at(1_050_500)).toEqual(['warn a 1031000'])
  expect(at(1_056_250)).toEqual(['end a'])
})

test('a member that ends another while both are due does not bring it down', () => {
  const due: string[] = []
  const pair = createLifetimes<string>(
    {
      warningMs: 0,
      graceMs: 0,
      onWarning: () => {},
      onExpired: (member) => {
        due.push(member)
        pair.forget(member === 'a' ? 'b' : 'a')
      },
    },
    () => now,
  )
  pair.track('a', now)
  pair.track('b', now)
  now += 1000
  pair.tick()
  expect(due).toEqual(['a'])
})
