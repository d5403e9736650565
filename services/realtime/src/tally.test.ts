import { Registry } from '@prometheus-io/client'
import { beforeEach, expect, test } from 'vitest'
import { createObservations, createTally } from './tally.ts'

let registry: Registry

beforeEach(() => {
  registry = new Registry()
})

async function scrape(): Promise<Record<string, number>> {
  const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(lines.map((line) => [line.split(' ')[0], Number(line.split(' ')[1])]))
}

test('a tally is a counter: every scrape gives all since the start', async () => {
  const tally = createTally({ name: 'things', help: 'Things', registers: [registry] }, 'kind')
  for (const kind of ['a', 'b', 'a']) tally.inc(kind)
  expect(await scrape()).toEqual({ 'things{kind="a"}': 2, 'things{kind="b"}': 1 })
  tally.inc('b')
  expect(await scrape()).toEqual({ 'things{kind="a"}': 2, 'things{kind="b"}': 2 })
  expect(await scrape()).toEqual({ 'things{kind="a"}': 2, 'things{kind="b"}': 2 })
})

test('observations are a histogram, however many come between two scrapes', async () => {
  const observations = createObservations({ name: 'took', help: 'Took', buckets: [1, 2], registers: [registry] })
  for (let at = 0; at < 5000; at++) observations.observe(at % 2 === 0 ? 0.5 : 1.5)
  const expected = { 'took_bucket{le="1"}': 2500, 'took_bucket{le="2"}': 5000, 'took_bucket{le="+Inf"}': 5000 }
  expect(await scrape()).toEqual({ ...expected, took_sum: 5000, took_count: 5000 })
  observations.observe(3)
  expect(await scrape()).toEqual({ ...expected, 'took_bucket{le="+Inf"}': 5001, took_sum: 5003, took_count: 5001 })
})
