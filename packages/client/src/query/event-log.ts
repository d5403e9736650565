import type { AnyEvent, StreamEvent } from '@loyalty-live/events'
import { compareCursors, type Cursor } from '@loyalty-live/events/cursor'
import { positionOf } from './position.ts'

/** The last events that were handled, for snapshots that were read before them and arrive after them. */
export type EventLog = {
  /** The last event; null while nothing is known. */
  readonly position: Cursor | null
  /** Takes note of the next event. One that does not follow the last starts the log anew. */
  append(event: AnyEvent | StreamEvent, known: StreamEvent | null): void
  /** Nothing before `position` will be asked for any more, or could be answered. */
  restart(position: Cursor | null): void
  /** Known events after a position; null when the log does not reach back to it. */
  since(position: Cursor): readonly StreamEvent[] | null
}

export function createEventLog(eventsMax: number): EventLog {
  /** Position before the first event that is held. */
  let start: Cursor | null = null
  let position: Cursor | null = null
  let events: StreamEvent[] = []

  function restart(at: Cursor | null): void {
    start = position = at
    events = []
  }

  return {
    get position() {
      return position
    },
    restart,
    append(event, known) {
      const order = position && compareCursors(event, position)
      // Told again after `resumeFrom` an earlier position: it is in the log.
      if (order !== null && order <= 0) return
      if (order !== 1) restart({ epoch: event.epoch, seq: event.seq - 1 })
      position = positionOf(event)
      if (known) events.push(known)
      // Half at once, so that a long catch-up does not move the rest for every event.
      if (events.length > eventsMax) {
        const dropped = events.splice(0, events.length - eventsMax / 2)
        start = positionOf(dropped.at(-1)!)
      }
    },
    since(from) {
      if (start === null || position === null) return null
      if (from.epoch !== position.epoch) return from.epoch > position.epoch ? [] : null
      if (from.seq < start.seq) return null
      return events.filter(({ seq }) => seq > from.seq)
    },
  }
}
