import { expect, test } from 'vitest'
import { toggleInitial } from './office.ts'
import { createTally } from './tally.ts'

test.each([
  ['Grace Otieno', 'Grace M. Otieno'],
  ['Grace', 'Grace M.'],
  ['Ana Maria de Souza', 'Ana M. Maria de Souza'],
])('renaming %s twice gives the name back', (name, renamed) => {
  expect(toggleInitial(name)).toBe(renamed)
  expect(toggleInitial(renamed)).toBe(name)
})

test('a tally counts outcomes, and tells the median and the slow end of the latest durations', () => {
  const tally = createTally()
  const sights = { scanned: 0, accepted: 0, declined: 0, adjusted: 0 }
  expect(tally.totals).toEqual({ done: 0, refused: 0, retried: 0, unexpected: 0, p50Ms: 0, p99Ms: 0, sights })
  for (let ms = 100; ms >= 1; ms--) tally.took(ms)
  tally.count('done')
  tally.count('refused')
  tally.retry()
  tally.saw('accepted')
  expect(tally.totals).toEqual({
    done: 1,
    refused: 1,
    retried: 1,
    unexpected: 0,
    p50Ms: 50,
    p99Ms: 99,
    sights: { ...sights, accepted: 1 },
  })
  // Only the latest count: what was slow this morning says nothing of now.
  for (let sample = 0; sample < 10_000; sample++) tally.took(7)
  expect(tally.totals).toMatchObject({ p50Ms: 7, p99Ms: 7 })
})
