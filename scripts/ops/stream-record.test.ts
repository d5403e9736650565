import { expect, test } from 'vitest'
import { createStreamRecord } from './stream-record.ts'

function faultsOf(received: readonly number[], head: number) {
  const record = createStreamRecord(10)
  for (const seq of received) record.take(seq)
  return record.faults(head)
}

test('a reader who got everything once and in order has no faults', () => {
  expect(faultsOf([11, 12, 13], 13)).toEqual({ lost: 0, doubled: 0, outOfOrder: 0 })
  expect(faultsOf([], 10)).toEqual({ lost: 0, doubled: 0, outOfOrder: 0 })
})

test.each([
  ['one in the middle', [11, 13], 13, { lost: 1, doubled: 0, outOfOrder: 0 }],
  ['the last ones', [11], 13, { lost: 2, doubled: 0, outOfOrder: 0 }],
  ['all of them', [], 13, { lost: 3, doubled: 0, outOfOrder: 0 }],
])('an event that never came is lost: %s', (_which, received, head, faults) => {
  expect(faultsOf(received, head)).toEqual(faults)
})

test('an event that came twice is doubled, also when others came between', () => {
  expect(faultsOf([11, 11, 12, 13, 12], 13)).toEqual({ lost: 0, doubled: 2, outOfOrder: 0 })
  expect(faultsOf([10, 11], 11)).toEqual({ lost: 0, doubled: 1, outOfOrder: 0 })
})

test('an event that came after a later one is out of order, and not lost', () => {
  expect(faultsOf([12, 11, 13], 13)).toEqual({ lost: 0, doubled: 0, outOfOrder: 1 })
  expect(faultsOf([13, 11, 12, 11], 13)).toEqual({ lost: 0, doubled: 1, outOfOrder: 2 })
})
