import { expect, test } from 'vitest'
import { soakComplaints, type SoakReport } from './soak.ts'

const growth = { medianBytes: 2 ** 27, bytesPerHour: 0, grownBytes: 0, verdict: 'steady' as const }

const sound: SoakReport = {
  rate: 100,
  redeemed: 1_000,
  failed: 0,
  failures: [],
  unexpected: [],
  processes: [{ name: 'api', pid: 7, growth }],
  restarts: 0,
  redemptions: 1_000,
  faults: { lost: 0, doubled: 0, outOfOrder: 0 },
  undelivered: 0,
  breaches: [],
}

test('a soak with nothing to complain about complains about nothing', () => {
  expect(soakComplaints(sound)).toEqual([])
})

test.each([
  ['a failed redemption', { failed: 1, failures: ['500 internal-error'] }, '1 redemptions failed: 500 internal-error'],
  ['an answer that was not promised', { unexpected: ['GET / was answered 500'] }, 'was answered 500'],
  ['a lost event', { faults: { lost: 1, doubled: 0, outOfOrder: 0 } }, '1 events were lost'],
  ['an event that nobody took', { undelivered: 4 }, '4 events were never acknowledged'],
  ['a process that was started again', { restarts: 1 }, '1 processes did not live to the end'],
  [
    'a process that grows',
    {
      processes: [{ name: 'api', pid: 7, growth: { ...growth, grownBytes: 50 * 2 ** 20, verdict: 'grows' } }],
    },
    'api (7) has grown by 50 MiB',
  ],
  ['a breach of the ledger', { breaches: ['BREACH balance'] }, 'BREACH balance'],
] satisfies [string, Partial<SoakReport>, string][])('%s is complained about', (_what, change, said) => {
  expect(soakComplaints({ ...sound, ...change })).toEqual([expect.stringContaining(said)])
})
