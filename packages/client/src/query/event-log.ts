import type { StreamEvent } from '@loyalty-live/events'
import type { Cursor } from '@loyalty-live/events/cursor'
import { isAhead } from '../is-ahead.ts'

/** The last events that were handled, for snapshots that were read before them and arrive after them. */
export type EventLog = {
  /** The last event; null while nothing is known. */
  readonly position: Cursor | null
  /** Takes note of the event at a position, null when it is of no known kind. One that does not follow the last starts the log anew. */
  append(position: Cursor, event: StreamEvent | null): void
  /** Nothing before `position` will be asked for any more, or could be answered. */
  restart(position: Cursor | null): void
  /** Known events after a position; null when the log does not reach back to it. */
  since(position: Cursor): readonly StreamEvent[] | null
}

export function createEventLog(eventsMax: number): EventLog {
  let position: Cursor | null = null
  /** One for each position up to the last: the stream has no holes. */
  let events: (StreamEvent | null)[] = []

  function restart(at: Cursor | null): void {
    position = at
    events = []
  }

  return {
    get position() {
      return position
    },
    restart,
    append({ epoch, seq }, event) {
      const next = { epoch, seq }
      // Told again after `resumeFrom` an earlier position: it is in the log.
      if (position && !isAhead(next, position)) return
      if (position?.epoch !== epoch || position.seq + 1 !== seq) events = []
      position = next
      events.push(event)
      // Half at once, so that a long catch-up does not move the rest for every event.
      if (events.length > eventsMax) events = events.slice(-eventsMax / 2)
    },
    since({ epoch, seq }) {
      if (position === null || epoch < position.epoch) return null
      if (epoch > position.epoch || seq >= position.seq) return []
      const count = position.seq - seq
      return count > events.length ? null : events.slice(-count).filter((event) => event !== null)
    },
  }
}
