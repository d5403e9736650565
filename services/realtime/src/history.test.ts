import { expect, test } from 'vitest'
import { eventFrame } from './frame.ts'
import { createHistory, eventsAfter, forgetOld, remember, type History } from './history.ts'

const limits = { eventsMax: 3, bytesMax: 10_000, ageMs: 1000 }

const frame = (seq: number, bytes = 10) => eventFrame('x', Buffer.alloc(bytes, 0x20), { epoch: 1, seq, key: null })

function historyOf(seqs: readonly number[], base = seqs[0]! - 1, atMs = 0): History {
  const history = createHistory(base)
  for (const seq of seqs) remember(history, frame(seq), atMs, limits)
  return history
}

const seqsAfter = (history: History, seq: number) => eventsAfter(history, seq)?.map(({ event }) => event!.seq)

test('gives the events after a position, oldest first', () => {
  expect(seqsAfter(historyOf([4, 5, 6]), 4)).toEqual([5, 6])
})

test('an empty gap is covered, also by an empty memory', () => {
  expect(seqsAfter(historyOf([4, 5, 6]), 6)).toEqual([])
  expect(seqsAfter(createHistory(9), 9)).toEqual([])
})

test('covers from just before its first event, and nothing earlier', () => {
  expect(seqsAfter(historyOf([4, 5, 6]), 3)).toEqual([4, 5, 6])
  expect(seqsAfter(historyOf([4, 5, 6]), 2)).toBeUndefined()
})

test('a position ahead of it is not covered', () => {
  expect(seqsAfter(historyOf([4, 5, 6]), 7)).toBeUndefined()
})

test('too many events: the oldest are forgotten, and with them the right to replay from there', () => {
  const history = historyOf([1, 2, 3, 4, 5])
  expect(seqsAfter(history, 2)).toEqual([3, 4, 5])
  expect(seqsAfter(history, 1)).toBeUndefined()
})

test('too many bytes: the oldest are forgotten', () => {
  const history = createHistory(0)
  for (const seq of [1, 2, 3]) remember(history, frame(seq, 4000), 0, limits)
  expect(seqsAfter(history, 1)).toEqual([2, 3])
  expect(history.bytes).toBe(2 * frame(1, 4000).bytes.length)
})

test('an event larger than the whole memory leaves it empty, the head known', () => {
  const history = createHistory(0)
  remember(history, frame(1, 20_000), 0, limits)
  expect(history.bytes).toBe(0)
  expect(seqsAfter(history, 1)).toEqual([])
  expect(seqsAfter(history, 0)).toBeUndefined()
})

test('too old: forgotten when the next event comes, and when asked to', () => {
  const history = historyOf([1])
  remember(history, frame(2), 1001, limits)
  expect(seqsAfter(history, 0)).toBeUndefined()
  expect(seqsAfter(history, 1)).toEqual([2])
  forgetOld(history, 1002)
  expect(seqsAfter(history, 1)).toBeUndefined()
  expect(history.bytes).toBe(0)
})
