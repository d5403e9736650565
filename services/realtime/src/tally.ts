import { Counter, Histogram, type CounterConfiguration, type HistogramConfiguration } from '@prometheus-io/client'

/** Counts of one label. */
export type Tally = { readonly inc: (label: string) => void }

export type Observations = { readonly observe: (value: number) => void }

const OBSERVATIONS_MAX = 1024

/**
 * Makes a counter for what happens with every event. It counts in plain numbers, which the Prometheus counter is given
 * when a scrape comes: its own `inc` builds a key out of the labels each time, which costs as much as ordering an event.
 *
 * @param label the one label
 */
export function createTally(config: CounterConfiguration<string>, label: string): Tally {
  const counts = new Map<string, number>()
  const counter = new Counter({ ...config, labelNames: [label], collect: handOver })
  return { inc: (value) => void counts.set(value, (counts.get(value) ?? 0) + 1) }

  function handOver(): void {
    for (const [value, count] of counts) counter.inc({ [label]: value }, count)
    counts.clear()
  }
}

/** Makes a histogram in the same way: it takes 1024 observations at a time, and what there is when a scrape comes. */
export function createObservations(config: HistogramConfiguration<never>): Observations {
  const pending = new Float64Array(OBSERVATIONS_MAX)
  let count = 0
  const histogram = new Histogram<never>({ ...config, collect: handOver })
  return { observe }

  function observe(value: number): void {
    if (count === OBSERVATIONS_MAX) handOver()
    pending[count++] = value
  }

  function handOver(): void {
    for (const value of pending.subarray(0, count)) histogram.observe(value)
    count = 0
  }
}
