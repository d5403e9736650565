import { expect, test } from 'vitest'
import { attemptKeys, createFailedAttempts } from './failed-attempts.ts'

function at(startMs = 0) {
  let now = startMs
  const attempts = createFailedAttempts(2, () => now)
  return { attempts, pass: (ms: number) => (now += ms) }
}

test('a key waits once it has failed as often as it may, until a minute after its first failure', () => {
  const { attempts, pass } = at()
  attempts.count(['a'])
  expect(attempts.waitSeconds(['a'])).toBe(0)
  pass(20_000)
  attempts.count(['a'])
  expect(attempts.waitSeconds(['a'])).toBe(40)
  pass(39_001)
  expect(attempts.waitSeconds(['a'])).toBe(1)
  pass(999)
  expect(attempts.waitSeconds(['a'])).toBe(0)
  attempts.count(['a'])
  expect(attempts.waitSeconds(['a'])).toBe(0)
})

test('of several keys the one that must wait longest decides', () => {
  const { attempts, pass } = at()
  for (const _ of [1, 2]) attempts.count(['account'])
  pass(30_000)
  for (const _ of [1, 2]) attempts.count(['address'])
  expect(attempts.waitSeconds(['address', 'account', 'unknown'])).toBe(60)
  expect(attempts.waitSeconds(['account', 'unknown'])).toBe(30)
  expect(attempts.waitSeconds(['unknown'])).toBe(0)
})

test('what is remembered is bounded: the oldest is forgotten first', () => {
  const { attempts } = at()
  for (const _ of [1, 2]) attempts.count(['first'])
  for (let other = 0; other < 49_999; other++) attempts.count([`other ${other}`])
  expect(attempts.waitSeconds(['first'])).toBe(60)
  attempts.count(['one more'])
  expect(attempts.waitSeconds(['first'])).toBe(0)
})

test.each([
  ['192.0.2.1', 'address 192.0.2.1'],
  ['::ffff:192.0.2.1', 'address 192.0.2.1'],
  ['2001:db8::1', 'address 2001:db8::'],
  ['2001:db8::ffff:1', 'address 2001:db8::'],
])('%s counts as %s', (ip, key) => {
  expect(attemptKeys(ip, 'demo owner@demo.test')).toEqual([key, 'account demo owner@demo.test'])
  expect(attemptKeys(ip)).toEqual([key])
})
