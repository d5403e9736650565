import { expect, test } from 'vitest'
import { SAMPLES_MAX, summarize, withSample, type Sample } from './latency.ts'

const sample = (ms: number, id = String(ms)): Sample => ({
  id,
  at: '2026-11-21T12:00:00.000Z',
  type: 'loyalty_updated',
  ms,
})

test('the median and the 95th percentile are values that were measured', () => {
  const samples = Array.from({ length: 20 }, (_, index) => sample(20 - index))
  expect(summarize(samples)).toMatchObject({ medianMs: 10, p95Ms: 19, clockBehindMs: 0 })
  expect(summarize([sample(7)])).toMatchObject({ medianMs: 7, p95Ms: 7 })
  expect(summarize([])).toBeNull()
})

test('a clock that is behind makes nothing arrive before it happened', () => {
  const summary = summarize([sample(-40), sample(-35), sample(-38)])
  expect(summary).toMatchObject({ clockBehindMs: 40, medianMs: 2, p95Ms: 5 })
  expect(summary?.samples.map(({ ms }) => ms)).toEqual([0, 5, 2])
})

test('the oldest samples make room', () => {
  const ids = Array.from({ length: SAMPLES_MAX + 5 }, (_, index) => String(index))
  const kept = ids.reduce<readonly Sample[]>((samples, id) => withSample(samples, sample(1, id)), [])
  expect(kept.map(({ id }) => id)).toEqual(ids.slice(5))
})
