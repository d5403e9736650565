import { expect, test } from 'vitest'
import { Random } from '../../scripts/random.ts'
import { dealFaults, faultKinds } from './faults.ts'
import { createSummary } from './summary.ts'

test('the summary counts breaches and times by kind of fault', () => {
  const summary = createSummary()
  const lost = { kind: 'lost' as const, detail: '' }
  for (let ms = 1_000; ms <= 4_000; ms += 1_000) {
    summary.add({ kind: 'kill-api', recoveryMs: ms, breaches: [] })
  }
  summary.add({ kind: 'drop-post', recoveryMs: null, breaches: [lost, lost] })
  expect(summary.table().split('\n')).toEqual([
    '| fault | rounds | lost | doubled | reordered | leaked | wrong | unpromised | stuck | recovery p50 | p99 | max |',
    '|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|',
    '| kill-api | 4 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 2.00 s | 4.00 s | 4.00 s |',
    '| drop-post | 1 | 2 | 0 | 0 | 0 | 0 | 0 | 0 | never | never | never |',
    '| **all** | 5 | 2 | 0 | 0 | 0 | 0 | 0 | 0 | 2.00 s | 4.00 s | 4.00 s |',
  ])
  expect([summary.rounds, summary.breaches]).toEqual([5, 2])
})

test('every fault comes once before any comes again, and the same seed deals the same', () => {
  const deal = (seed: number) => {
    const dealer = dealFaults(faultKinds, new Random(seed))
    return Array.from({ length: 2 * faultKinds.length }, () => dealer.next().value)
  }
  const dealt = deal(1)
  expect(new Set(dealt.slice(0, faultKinds.length)).size).toBe(faultKinds.length)
  expect(deal(1)).toEqual(dealt)
  expect(deal(2)).not.toEqual(dealt)
})
