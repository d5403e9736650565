import { expect, test } from 'vitest'
import { reloadComplaints, type ReloadReport } from './reload-check.ts'

const sound: ReloadReport = {
  reloads: [{ tookMs: 1, replaced: 3, processes: 3, redeemed: 10, failed: 0, longestWaitMs: 1, longestSilenceMs: 1 }],
  redeemed: 12,
  failed: 0,
  failures: [],
  redemptions: 12,
  faults: { lost: 0, doubled: 0, outOfOrder: 0 },
  undelivered: 0,
  breaches: [],
}

test('a check with nothing to complain about complains about nothing', () => {
  expect(reloadComplaints(sound)).toEqual([])
})

test.each([
  ['a failed redemption', { failed: 1, failures: ['503 overloaded'] }, '1 redemptions failed: 503 overloaded'],
  ['a redemption that was applied twice', { redemptions: 13 }, 'told of 12 redemptions, the ledger has 13'],
  ['a lost event', { faults: { lost: 1, doubled: 0, outOfOrder: 0 } }, '1 events were lost'],
  ['a doubled event', { faults: { lost: 0, doubled: 2, outOfOrder: 0 } }, '2 doubled'],
  ['an event out of order', { faults: { lost: 0, doubled: 0, outOfOrder: 3 } }, '3 out of order'],
  ['an event that nobody took', { undelivered: 4 }, '4 events were never acknowledged'],
  ['a process that was not replaced', { reloads: [{ ...sound.reloads[0]!, replaced: 2 }] }, '1 reloads did not'],
  ['a breach of the ledger', { breaches: ['BREACH balance'] }, 'BREACH balance'],
] satisfies [string, Partial<ReloadReport>, string][])('%s is complained about', (_what, change, said) => {
  expect(reloadComplaints({ ...sound, ...change })).toEqual([expect.stringContaining(said)])
})
