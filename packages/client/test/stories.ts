import fc from 'fast-check'
import { expect } from 'vitest'
import { createFaultBook, type FaultBook } from './faults.ts'

/** Every kind of fault has to take effect in at least this share of the stories, or they prove little. */
const SHARE_MIN = 0.01

/**
 * Tells many stories, and demands that every kind of fault happened in them. The seed is printed; `SEED=…`, and for the one
 * that failed `STORY=…` with the path that its failure prints, tell the same again.
 */
export async function tellStories<Story>(
  count: number,
  stories: fc.Arbitrary<Story>,
  tell: (story: Story, faults: FaultBook) => Promise<void>,
): Promise<void> {
  const { SEED, STORY } = process.env
  const seed = Number(SEED ?? Math.floor(Math.random() * 2 ** 31))
  const faults = createFaultBook()
  process.stdout.write(`${count} stories: SEED=${seed}\n`)
  await fc.assert(
    fc.asyncProperty(stories, (story) => tell(story, faults)),
    { numRuns: count, seed, ...(STORY === undefined ? {} : { path: STORY }) },
  )
  process.stdout.write(`faults that took effect: ${JSON.stringify(faults.counts)}\n`)
  if (STORY !== undefined) return
  for (const [fault, times] of Object.entries(faults.counts)) {
    expect(times, fault).toBeGreaterThanOrEqual(count * SHARE_MIN)
  }
}
