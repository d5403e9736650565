import { formatCursor, parseCursor, type AnyEvent, type CatchUpPage, type Cursor } from '@loyalty-live/events'

/** The stream as the database has it. */
export type ModelStream = {
  readonly head: Cursor
  /** The history of this epoch and those before it, as far as no restore has taken it back. */
  readonly events: readonly AnyEvent[]
  append(): AnyEvent
  /** The answer of the API to `?after=`. */
  pageAfter(text: string | null): CatchUpPage
  restoreBackup(lost: number): void
  forgetBefore(seq: number): void
}

/** Small, so that most catch-ups take several. */
const PAGE_EVENTS = 7

/** Writes the event at a position that follows a history. */
export type Compose = (epoch: number, seq: number, history: readonly AnyEvent[]) => AnyEvent

export function createModelStream(compose: Compose): ModelStream {
  let epoch = 1
  let events: AnyEvent[] = []
  let retainedAfter = 0
  const head = (): Cursor => ({ epoch, seq: events.length })

  return {
    get head() {
      return head()
    },
    get events() {
      return events
    },
    append() {
      const event = compose(epoch, events.length + 1, events)
      events.push(event)
      return event
    },
    pageAfter(text) {
      const stated = formatCursor(head())
      if (text === null) return { events: [], cursor: stated, head: stated, reset: false }
      const after = parseCursor(text)!
      if (after.epoch !== epoch || after.seq < retainedAfter || after.seq > events.length) {
        return { events: [], cursor: stated, head: stated, reset: true }
      }
      const page = events.slice(after.seq, after.seq + PAGE_EVENTS)
      return { events: page, cursor: formatCursor({ epoch, seq: after.seq + page.length }), head: stated, reset: false }
    },
    restoreBackup(lost) {
      events = events.slice(0, Math.max(0, events.length - lost))
      epoch += 1
    },
    forgetBefore(seq) {
      retainedAfter = Math.min(seq, events.length)
    },
  }
}
