import { compareCursors, type Cursor } from '@loyalty-live/events/plain'
import { isAhead } from './is-ahead.ts'

/**
 * One order for everything that arrives, whatever path it came by: each event once, in stream order, from a known position.
 *
 * | state                 | means                                                                     |
 * |-----------------------|---------------------------------------------------------------------------|
 * | cursor null           | no position yet; the first one that the server states becomes the start   |
 * | cursor = head         | caught up: everything that the server has told of was delivered           |
 * | cursor before head    | behind: something is on its way, or lost; `early` holds what came too soon |
 *
 * Invariants: head is never before cursor; `early` holds only events of head's epoch, after cursor + 1, at most EARLY_MAX.
 */
export type Sequencer<E extends Cursor> = {
  /** The last event that was delivered, or the snapshot that the application started from. */
  readonly cursor: Cursor | null
  /** The furthest position that the server has told of. */
  readonly head: Cursor | null
  readonly early: ReadonlyMap<number, E>
}

export type SequencerInput<E extends Cursor> =
  /** An event, by socket or replay. */
  | { readonly kind: 'event'; readonly event: E }
  /** A position that the server states; null when it does not know one. */
  | { readonly kind: 'head'; readonly head: Cursor | null }
  /** A socket joined. `recovered`: everything after our cursor follows on it. */
  | { readonly kind: 'ready'; readonly head: Cursor | null; readonly recovered: boolean }
  /** Answer of the API to "what comes after `after`?". */
  | ({ readonly kind: 'page'; readonly after: Cursor | null } & Page<E>)
  /** The application has taken snapshots that reflect this position. */
  | { readonly kind: 'resume'; readonly cursor: Cursor }

export type Page<E extends Cursor> = {
  readonly events: readonly E[]
  readonly cursor: Cursor
  readonly head: Cursor
  readonly reset: boolean
}

export type Step<E extends Cursor> = {
  readonly state: Sequencer<E>
  /** When set, the stream cannot be continued: it starts again here, and the application takes snapshots. Comes before `deliver`. */
  readonly reset: Cursor | null
  /** What handlers get now, in order. */
  readonly deliver: readonly E[]
  readonly need: 'nothing' | 'catch-up'
  /** Events that were dropped: delivered before, or of a history that was rewritten. */
  readonly duplicates: number
}

/** Events held ahead of a gap. What does not fit is dropped: the catch-up brings it. */
export const EARLY_MAX = 1000

export function sequencerAt<E extends Cursor>(cursor: Cursor | null): Sequencer<E> {
  return { cursor, head: cursor, early: new Map() }
}

export function isCaughtUp({ cursor, head }: Sequencer<Cursor>): boolean {
  return cursor !== null && head !== null && compareCursors(cursor, head) === 0
}

/** The state after an input, and what is to be done about it. */
export function sequence<E extends Cursor>(state: Sequencer<E>, input: SequencerInput<E>): Step<E> {
  switch (input.kind) {
    case 'event':
      return takeEvent(state, input.event)
    case 'head':
      return takeHead(state, input.head)
    case 'ready':
      return takeReady(state, input.head, input.recovered)
    case 'page':
      return takePage(state, input.after, input)
    case 'resume':
      return withNeed(startFrom(state, input.cursor))
    default:
      return input satisfies never
  }
}

function takeEvent<E extends Cursor>(state: Sequencer<E>, event: E): Step<E> {
  const { cursor, head } = state
  const rewritten = head !== null && event.epoch < head.epoch
  const order = cursor && compareCursors(event, cursor)
  if (rewritten || (order !== null && order <= 0)) return { ...nothing(state), duplicates: 1 }
  if (order === 1) return follow({ ...raiseHead(state, event), cursor: positionOf(event) }, [event])
  return holdEarly(raiseHead(state, event), event)
}

function holdEarly<E extends Cursor>(state: Sequencer<E>, event: E): Step<E> {
  if (state.early.has(event.seq)) return { ...nothing(state), duplicates: 1, need: 'catch-up' }
  const early = state.early.size < EARLY_MAX ? new Map(state.early).set(event.seq, event) : state.early
  return { ...nothing({ ...state, early }), need: 'catch-up' }
}

function takeHead<E extends Cursor>(state: Sequencer<E>, head: Cursor | null): Step<E> {
  if (head === null) return nothing(state)
  if (state.cursor === null) return withNeed(startFrom(state, head))
  // What precedes a beat on the wire has arrived before it: when the server is ahead of us now, the difference is lost.
  return { ...nothing(raiseHead(state, head)), need: isAhead(head, state.cursor) ? 'catch-up' : 'nothing' }
}

/**
 * A new socket states its own head, and what was held from the last one is let go: it comes again, by replay or by
 * catch-up. A server that once told of too much is thereby believed only as long as its socket lives.
 */
function takeReady<E extends Cursor>(state: Sequencer<E>, head: Cursor | null, recovered: boolean): Step<E> {
  const fresh = sequencerAt<E>(state.cursor)
  if (state.cursor === null && head !== null) return startFrom(fresh, head)
  const stated = head === null ? fresh : raiseHead(fresh, head)
  const replayed = recovered && head?.epoch === state.cursor?.epoch
  return { ...nothing(stated), need: replayed ? 'nothing' : 'catch-up' }
}

function takePage<E extends Cursor>(state: Sequencer<E>, after: Cursor | null, page: Page<E>): Step<E> {
  if (state.cursor === null) return withNeed(startFrom(raiseHead(state, page.head), page.cursor))
  if (page.reset) {
    // Meant for a position that we have left since the question was asked; ask again from where we are.
    if (after === null || compareCursors(after, state.cursor) !== 0) return { ...nothing(state), need: 'catch-up' }
    return withNeed({ ...startFrom(raiseHead(state, page.head), page.cursor), reset: page.cursor })
  }
  const deliver: E[] = []
  let reached = raiseHead(state, page.head)
  let duplicates = 0
  for (const event of page.events) {
    const step = takeEvent(reached, event)
    reached = step.state
    deliver.push(...step.deliver)
    duplicates += step.duplicates
  }
  return withNeed({ ...nothing(reached), deliver, duplicates })
}

/** Takes a position as it is, and delivers what was held for after it. */
function startFrom<E extends Cursor>(state: Sequencer<E>, cursor: Cursor): Step<E> {
  const raised = raiseHead(state, cursor)
  const early = [...raised.early].filter(([seq]) => raised.head?.epoch !== cursor.epoch || seq > cursor.seq)
  return follow({ ...raised, cursor, early: new Map(early) }, [])
}

/** Delivers the run of held events that now connects. */
function follow<E extends Cursor>(state: Sequencer<E>, delivered: readonly E[]): Step<E> {
  const { cursor, head } = state
  if (state.early.size === 0 || cursor === null || cursor.epoch !== head?.epoch) {
    return { ...nothing(state), deliver: delivered }
  }
  const early = new Map(state.early)
  const deliver = [...delivered]
  let seq = cursor.seq
  for (let next = early.get(seq + 1); next !== undefined; next = early.get(seq + 1)) {
    deliver.push(next)
    early.delete(++seq)
  }
  return { ...nothing({ ...state, cursor: { epoch: cursor.epoch, seq }, early }), deliver }
}

/** A higher epoch wins, whatever its seq: what was held of the old history will never connect. */
function raiseHead<E extends Cursor>(state: Sequencer<E>, stated: Cursor): Sequencer<E> {
  const { head } = state
  if (head !== null && !isAhead(stated, head)) return state
  const early = head !== null && stated.epoch > head.epoch ? new Map<number, E>() : state.early
  return { ...state, head: positionOf(stated), early }
}

function positionOf({ epoch, seq }: Cursor): Cursor {
  return { epoch, seq }
}

function nothing<E extends Cursor>(state: Sequencer<E>): Step<E> {
  return { state, reset: null, deliver: [], need: 'nothing', duplicates: 0 }
}

function withNeed<E extends Cursor>(step: Step<E>): Step<E> {
  return { ...step, need: isCaughtUp(step.state) ? 'nothing' : 'catch-up' }
}
