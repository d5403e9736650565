import { compareCursors, type Cursor } from '@loyalty-live/events'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  at,
  event,
  head,
  inputs,
  page,
  ready,
  reset,
  resume,
  states,
  table,
  type Outcome,
} from '../test/sequencer-table.ts'
import { EARLY_MAX, isCaughtUp, sequence, sequencerAt, type Sequencer, type SequencerInput } from './sequencer.ts'

const text = (cursor: Cursor | null): string | null => cursor && `${cursor.epoch}:${cursor.seq}`

function outcomeOf(from: Sequencer<Cursor>, input: SequencerInput<Cursor>): Outcome {
  const step = sequence(from, input)
  return {
    cursor: text(step.state.cursor),
    head: text(step.state.head),
    ...(step.state.early.size > 0 && { early: [...step.state.early.keys()].toSorted((a, b) => a - b) }),
    ...(step.deliver.length > 0 && { deliver: step.deliver.map((delivered) => text(delivered)!) }),
    ...(step.reset && { reset: text(step.reset)! }),
    ...(step.duplicates > 0 && { duplicates: step.duplicates }),
    ...(step.need === 'catch-up' && { need: step.need }),
  }
}

describe('sequencer', () => {
  const cells = (Object.keys(table) as (keyof typeof states)[]).flatMap((row) =>
    (Object.keys(inputs) as (keyof typeof inputs)[]).map((input) => [row, input] as const),
  )

  test.each(cells)('%s, %s', (row, input) => {
    expect(outcomeOf(states[row], inputs[input])).toEqual(table[row][input])
  })

  test('an input never changes the state that it is applied to', () => {
    const before = states['behind: 2:10 of 2:13, 12 held']
    const copy = structuredClone(before)
    for (const input of Object.values(inputs)) sequence(before, input)
    expect(before).toEqual(copy)
  })

  test(`holds at most ${EARLY_MAX} events ahead of a gap, and still knows how far the stream goes`, () => {
    let held = sequencerAt<Cursor>(at(1, 0))
    for (let seq = 2; seq < EARLY_MAX + 500; seq++) held = sequence(held, event(1, seq)).state
    expect(held.early.size).toBe(EARLY_MAX)
    expect(held.head).toEqual(at(1, EARLY_MAX + 499))

    const filled = sequence(held, event(1, 1))
    expect(filled.deliver).toHaveLength(EARLY_MAX + 1)
    expect(isCaughtUp(filled.state)).toBe(false)
  })

  test('events of a history that was rewritten never come out, whatever was held of it', () => {
    const gap = sequence(sequencerAt<Cursor>(at(1, 10)), event(1, 13)).state
    const rewritten = sequence(gap, head(at(2, 11))).state
    const restarted = sequence(rewritten, reset(at(1, 10), at(2, 12)))
    expect(restarted.reset).toEqual(at(2, 12))
    expect(restarted.deliver).toEqual([])
    expect(outcomeOf(restarted.state, event(2, 13))).toEqual({ cursor: '2:13', head: '2:13', deliver: ['2:13'] })
  })

  test('whatever comes in, by whatever path: in order, once, bounded, and head is never before cursor', () => {
    const seq = fc.integer({ min: 1, max: 12 })
    const position = fc.record({ epoch: fc.integer({ min: 1, max: 2 }), seq })
    const anything: fc.Arbitrary<SequencerInput<Cursor>> = fc.oneof(
      { weight: 8, arbitrary: position.map(({ epoch, seq: number }) => event(epoch, number)) },
      { weight: 2, arbitrary: fc.option(position).map((stated) => head(stated)) },
      {
        weight: 1,
        arbitrary: fc.tuple(fc.option(position), fc.boolean()).map(([p, recovered]) => ready(p, recovered)),
      },
      {
        weight: 3,
        arbitrary: fc.tuple(position, fc.nat({ max: 5 }), fc.nat({ max: 3 })).map(([after, count, more]) =>
          page(
            after,
            Array.from({ length: count }, (_, i) => after.seq + 1 + i),
            at(after.epoch, after.seq + count),
            at(after.epoch, after.seq + count + more),
          ),
        ),
      },
      { weight: 1, arbitrary: fc.tuple(position, position).map(([after, cursor]) => reset(after, cursor)) },
      { weight: 1, arbitrary: position.map(resume) },
    )
    fc.assert(
      fc.property(fc.option(position), fc.array(anything, { maxLength: 60 }), (start, sequenceOfInputs) => {
        let current = sequencerAt<Cursor>(start)
        let last = start
        for (const input of sequenceOfInputs) {
          const step = sequence(current, input)
          const jumps = input.kind === 'resume' || current.cursor === null
          if (step.reset) last = step.reset
          else if (jumps)
            last = step.deliver[0] ? at(step.deliver[0].epoch, step.deliver[0].seq - 1) : step.state.cursor
          for (const { epoch, seq: delivered } of step.deliver) {
            expect({ epoch, seq: delivered }).toEqual({ epoch: last!.epoch, seq: last!.seq + 1 })
            last = at(epoch, delivered)
          }
          expect(step.state.cursor).toEqual(last)
          expectSound(step.state)
          current = step.state
        }
      }),
      { numRuns: 2_000 },
    )
  })
})

function expectSound({ cursor, head: stated, early }: Sequencer<Cursor>): void {
  expect(early.size).toBeLessThanOrEqual(EARLY_MAX)
  if (cursor === null) return
  expect(stated).not.toBeNull()
  expect(compareCursors(cursor, stated!) ?? cursor.epoch - stated!.epoch).toBeLessThanOrEqual(0)
  for (const [seq, held] of early) {
    expect(held).toEqual({ epoch: stated!.epoch, seq })
    if (cursor.epoch === stated!.epoch) expect(seq).toBeGreaterThan(cursor.seq + 1)
  }
}
