import type { Cursor } from '@loyalty-live/events'
import type { Sequencer, SequencerInput } from '../src/sequencer.ts'

export const at = (epoch: number, seq: number): Cursor => ({ epoch, seq })
export const event = (epoch: number, seq: number): SequencerInput<Cursor> => ({ kind: 'event', event: at(epoch, seq) })
export const head = (stated: Cursor | null): SequencerInput<Cursor> => ({ kind: 'head', head: stated })
export const ready = (stated: Cursor | null, recovered: boolean): SequencerInput<Cursor> => ({
  kind: 'ready',
  head: stated,
  recovered,
})
export const page = (
  after: Cursor | null,
  seqs: number[],
  cursor: Cursor,
  stated = cursor,
): SequencerInput<Cursor> => ({
  kind: 'page',
  after,
  events: seqs.map((seq) => at(cursor.epoch, seq)),
  cursor,
  head: stated,
  reset: false,
})
export const reset = (after: Cursor | null, cursor: Cursor): SequencerInput<Cursor> => ({
  kind: 'page',
  after,
  events: [],
  cursor,
  head: cursor,
  reset: true,
})
export const resume = (cursor: Cursor): SequencerInput<Cursor> => ({ kind: 'resume', cursor })

/** A state with every part written out, so that a difference shows. */
function state(cursor: Cursor | null, stated: Cursor | null, early: number[] = []): Sequencer<Cursor> {
  return { cursor, head: stated, early: new Map(early.map((seq) => [seq, at(stated!.epoch, seq)])) }
}

export const states = {
  'no position': state(null, null),
  'no position, 2:12 held': state(null, at(2, 12), [12]),
  'caught up at 2:10': state(at(2, 10), at(2, 10)),
  'behind: 2:10 of 2:13, 12 held': state(at(2, 10), at(2, 13), [12]),
} as const

export const inputs = {
  'event 2:9': event(2, 9),
  'event 2:10': event(2, 10),
  'event 2:11': event(2, 11),
  'event 2:12': event(2, 12),
  'event 2:15': event(2, 15),
  'event 1:99': event(1, 99),
  'event 3:5': event(3, 5),
  'head null': head(null),
  'head 2:9': head(at(2, 9)),
  'head 2:10': head(at(2, 10)),
  'head 2:11': head(at(2, 11)),
  'head 1:99': head(at(1, 99)),
  'head 3:5': head(at(3, 5)),
  'ready null': ready(null, false),
  'ready 2:13, replayed': ready(at(2, 13), true),
  'ready 2:13, not replayed': ready(at(2, 13), false),
  'ready 3:5, not replayed': ready(at(3, 5), false),
  'page of nothing, head 2:10': page(at(2, 10), [], at(2, 10)),
  'page 11-12, head 2:12': page(at(2, 10), [11, 12], at(2, 12)),
  'page 11-12, head 2:20': page(at(2, 10), [11, 12], at(2, 12), at(2, 20)),
  'page 11-13, head 2:13': page(at(2, 10), [11, 12, 13], at(2, 13)),
  'first page, head 2:11': page(null, [], at(2, 11)),
  'reset to 3:5, asked after 2:10': reset(at(2, 10), at(3, 5)),
  'reset to 3:5, asked after 2:4': reset(at(2, 4), at(3, 5)),
  'resume from 2:8': resume(at(2, 8)),
  'resume from 2:11': resume(at(2, 11)),
  'resume from 3:5': resume(at(3, 5)),
} as const

export type Outcome = {
  cursor: string | null
  head: string | null
  early?: number[]
  deliver?: string[]
  reset?: string
  duplicates?: number
  need?: 'catch-up'
}

/** What each input does to each state. A state or an input that is added does not compile until its cells are filled. */
export const table: Record<keyof typeof states, Record<keyof typeof inputs, Outcome>> = {
  'no position': {
    'event 2:9': { cursor: null, head: '2:9', early: [9], need: 'catch-up' },
    'event 2:10': { cursor: null, head: '2:10', early: [10], need: 'catch-up' },
    'event 2:11': { cursor: null, head: '2:11', early: [11], need: 'catch-up' },
    'event 2:12': { cursor: null, head: '2:12', early: [12], need: 'catch-up' },
    'event 2:15': { cursor: null, head: '2:15', early: [15], need: 'catch-up' },
    'event 1:99': { cursor: null, head: '1:99', early: [99], need: 'catch-up' },
    'event 3:5': { cursor: null, head: '3:5', early: [5], need: 'catch-up' },
    'head null': { cursor: null, head: null },
    'head 2:9': { cursor: '2:9', head: '2:9' },
    'head 2:10': { cursor: '2:10', head: '2:10' },
    'head 2:11': { cursor: '2:11', head: '2:11' },
    'head 1:99': { cursor: '1:99', head: '1:99' },
    'head 3:5': { cursor: '3:5', head: '3:5' },
    'ready null': { cursor: null, head: null, need: 'catch-up' },
    'ready 2:13, replayed': { cursor: '2:13', head: '2:13' },
    'ready 2:13, not replayed': { cursor: '2:13', head: '2:13' },
    'ready 3:5, not replayed': { cursor: '3:5', head: '3:5' },
    'page of nothing, head 2:10': { cursor: '2:10', head: '2:10' },
    'page 11-12, head 2:12': { cursor: '2:12', head: '2:12' },
    'page 11-12, head 2:20': { cursor: '2:12', head: '2:20', need: 'catch-up' },
    'page 11-13, head 2:13': { cursor: '2:13', head: '2:13' },
    'first page, head 2:11': { cursor: '2:11', head: '2:11' },
    'reset to 3:5, asked after 2:10': { cursor: '3:5', head: '3:5' },
    'reset to 3:5, asked after 2:4': { cursor: '3:5', head: '3:5' },
    'resume from 2:8': { cursor: '2:8', head: '2:8' },
    'resume from 2:11': { cursor: '2:11', head: '2:11' },
    'resume from 3:5': { cursor: '3:5', head: '3:5' },
  },
  'no position, 2:12 held': {
    'event 2:9': { cursor: null, head: '2:12', early: [9, 12], need: 'catch-up' },
    'event 2:10': { cursor: null, head: '2:12', early: [10, 12], need: 'catch-up' },
    'event 2:11': { cursor: null, head: '2:12', early: [11, 12], need: 'catch-up' },
    'event 2:12': { cursor: null, head: '2:12', early: [12], duplicates: 1, need: 'catch-up' },
    'event 2:15': { cursor: null, head: '2:15', early: [12, 15], need: 'catch-up' },
    'event 1:99': { cursor: null, head: '2:12', early: [12], duplicates: 1 },
    'event 3:5': { cursor: null, head: '3:5', early: [5], need: 'catch-up' },
    'head null': { cursor: null, head: '2:12', early: [12] },
    'head 2:9': { cursor: '2:9', head: '2:12', early: [12], need: 'catch-up' },
    'head 2:10': { cursor: '2:10', head: '2:12', early: [12], need: 'catch-up' },
    'head 2:11': { cursor: '2:12', head: '2:12', deliver: ['2:12'] },
    'head 1:99': { cursor: '1:99', head: '2:12', early: [12], need: 'catch-up' },
    'head 3:5': { cursor: '3:5', head: '3:5' },
    'ready null': { cursor: null, head: null, need: 'catch-up' },
    'ready 2:13, replayed': { cursor: '2:13', head: '2:13' },
    'ready 2:13, not replayed': { cursor: '2:13', head: '2:13' },
    'ready 3:5, not replayed': { cursor: '3:5', head: '3:5' },
    'page of nothing, head 2:10': { cursor: '2:10', head: '2:12', early: [12], need: 'catch-up' },
    'page 11-12, head 2:12': { cursor: '2:12', head: '2:12' },
    'page 11-12, head 2:20': { cursor: '2:12', head: '2:20', need: 'catch-up' },
    'page 11-13, head 2:13': { cursor: '2:13', head: '2:13' },
    'first page, head 2:11': { cursor: '2:12', head: '2:12', deliver: ['2:12'] },
    'reset to 3:5, asked after 2:10': { cursor: '3:5', head: '3:5' },
    'reset to 3:5, asked after 2:4': { cursor: '3:5', head: '3:5' },
    'resume from 2:8': { cursor: '2:8', head: '2:12', early: [12], need: 'catch-up' },
    'resume from 2:11': { cursor: '2:12', head: '2:12', deliver: ['2:12'] },
    'resume from 3:5': { cursor: '3:5', head: '3:5' },
  },
  'caught up at 2:10': {
    'event 2:9': { cursor: '2:10', head: '2:10', duplicates: 1 },
    'event 2:10': { cursor: '2:10', head: '2:10', duplicates: 1 },
    'event 2:11': { cursor: '2:11', head: '2:11', deliver: ['2:11'] },
    'event 2:12': { cursor: '2:10', head: '2:12', early: [12], need: 'catch-up' },
    'event 2:15': { cursor: '2:10', head: '2:15', early: [15], need: 'catch-up' },
    'event 1:99': { cursor: '2:10', head: '2:10', duplicates: 1 },
    'event 3:5': { cursor: '2:10', head: '3:5', early: [5], need: 'catch-up' },
    'head null': { cursor: '2:10', head: '2:10' },
    'head 2:9': { cursor: '2:10', head: '2:10' },
    'head 2:10': { cursor: '2:10', head: '2:10' },
    'head 2:11': { cursor: '2:10', head: '2:11', need: 'catch-up' },
    'head 1:99': { cursor: '2:10', head: '2:10' },
    'head 3:5': { cursor: '2:10', head: '3:5', need: 'catch-up' },
    'ready null': { cursor: '2:10', head: '2:10', need: 'catch-up' },
    'ready 2:13, replayed': { cursor: '2:10', head: '2:13' },
    'ready 2:13, not replayed': { cursor: '2:10', head: '2:13', need: 'catch-up' },
    'ready 3:5, not replayed': { cursor: '2:10', head: '3:5', need: 'catch-up' },
    'page of nothing, head 2:10': { cursor: '2:10', head: '2:10' },
    'page 11-12, head 2:12': { cursor: '2:12', head: '2:12', deliver: ['2:11', '2:12'] },
    'page 11-12, head 2:20': { cursor: '2:12', head: '2:20', deliver: ['2:11', '2:12'], need: 'catch-up' },
    'page 11-13, head 2:13': { cursor: '2:13', head: '2:13', deliver: ['2:11', '2:12', '2:13'] },
    'first page, head 2:11': { cursor: '2:10', head: '2:11', need: 'catch-up' },
    'reset to 3:5, asked after 2:10': { cursor: '3:5', head: '3:5', reset: '3:5' },
    'reset to 3:5, asked after 2:4': { cursor: '2:10', head: '2:10', need: 'catch-up' },
    'resume from 2:8': { cursor: '2:8', head: '2:10', need: 'catch-up' },
    'resume from 2:11': { cursor: '2:11', head: '2:11' },
    'resume from 3:5': { cursor: '3:5', head: '3:5' },
  },
  'behind: 2:10 of 2:13, 12 held': {
    'event 2:9': { cursor: '2:10', head: '2:13', early: [12], duplicates: 1 },
    'event 2:10': { cursor: '2:10', head: '2:13', early: [12], duplicates: 1 },
    'event 2:11': { cursor: '2:12', head: '2:13', deliver: ['2:11', '2:12'] },
    'event 2:12': { cursor: '2:10', head: '2:13', early: [12], duplicates: 1, need: 'catch-up' },
    'event 2:15': { cursor: '2:10', head: '2:15', early: [12, 15], need: 'catch-up' },
    'event 1:99': { cursor: '2:10', head: '2:13', early: [12], duplicates: 1 },
    'event 3:5': { cursor: '2:10', head: '3:5', early: [5], need: 'catch-up' },
    'head null': { cursor: '2:10', head: '2:13', early: [12] },
    'head 2:9': { cursor: '2:10', head: '2:13', early: [12] },
    'head 2:10': { cursor: '2:10', head: '2:13', early: [12] },
    'head 2:11': { cursor: '2:10', head: '2:13', early: [12], need: 'catch-up' },
    'head 1:99': { cursor: '2:10', head: '2:13', early: [12] },
    'head 3:5': { cursor: '2:10', head: '3:5', need: 'catch-up' },
    'ready null': { cursor: '2:10', head: '2:10', need: 'catch-up' },
    'ready 2:13, replayed': { cursor: '2:10', head: '2:13' },
    'ready 2:13, not replayed': { cursor: '2:10', head: '2:13', need: 'catch-up' },
    'ready 3:5, not replayed': { cursor: '2:10', head: '3:5', need: 'catch-up' },
    'page of nothing, head 2:10': { cursor: '2:10', head: '2:13', early: [12], need: 'catch-up' },
    'page 11-12, head 2:12': {
      cursor: '2:12',
      head: '2:13',
      deliver: ['2:11', '2:12'],
      duplicates: 1,
      need: 'catch-up',
    },
    'page 11-12, head 2:20': {
      cursor: '2:12',
      head: '2:20',
      deliver: ['2:11', '2:12'],
      duplicates: 1,
      need: 'catch-up',
    },
    'page 11-13, head 2:13': { cursor: '2:13', head: '2:13', deliver: ['2:11', '2:12', '2:13'], duplicates: 1 },
    'first page, head 2:11': { cursor: '2:10', head: '2:13', early: [12], need: 'catch-up' },
    'reset to 3:5, asked after 2:10': { cursor: '3:5', head: '3:5', reset: '3:5' },
    'reset to 3:5, asked after 2:4': { cursor: '2:10', head: '2:13', early: [12], need: 'catch-up' },
    'resume from 2:8': { cursor: '2:8', head: '2:13', early: [12], need: 'catch-up' },
    'resume from 2:11': { cursor: '2:12', head: '2:13', deliver: ['2:12'], need: 'catch-up' },
    'resume from 3:5': { cursor: '3:5', head: '3:5' },
  },
}
