import { expect, test } from 'vitest'
import { createRevocations } from './revocations.ts'

test('refuses that subject of that tenant, until then', () => {
  let now = 1000
  const revocations = createRevocations(() => now)
  revocations.add('demo', 'till-2', 2000)
  expect(revocations.has('demo', 'till-2')).toBe(true)
  expect(revocations.has('demo', 'till-3')).toBe(false)
  expect(revocations.has('rival', 'till-2')).toBe(false)
  expect(revocations.has(null, 'till-2')).toBe(false)
  now = 2000
  expect(revocations.has('demo', 'till-2')).toBe(false)
})

test('said twice, the later time counts', () => {
  let now = 0
  const revocations = createRevocations(() => now)
  revocations.add('demo', 'a', 2000)
  revocations.add('demo', 'a', 1000)
  now = 1500
  expect(revocations.has('demo', 'a')).toBe(true)
})

test('a tenant and a subject never run into another pair', () => {
  const revocations = createRevocations(() => 0)
  revocations.add('demo', 'a b', 1)
  expect(revocations.has('demo', 'a')).toBe(false)
})

test('bounded: over ones go first, then the first added', () => {
  let now = 0
  const revocations = createRevocations(() => now, 2)
  revocations.add('demo', 'long', 9000)
  revocations.add('demo', 'short', 1000)
  now = 1000
  revocations.add('demo', 'new', 9000)
  expect(revocations.has('demo', 'long')).toBe(true)
  revocations.add('demo', 'newer', 9000)
  expect(['long', 'new', 'newer'].map((subject) => revocations.has('demo', subject))).toEqual([false, true, true])
})
