import type { AnyEvent, StreamEvent } from '@loyalty-live/events'
import { compareCursors, parseCursor, type Cursor } from '@loyalty-live/events/cursor'
import type { Snapshot } from './snapshots.ts'

/** Whether an event came after a position. One of a newer history did, one of an older history did not. */
export function isAfter(event: Cursor, position: Cursor): boolean {
  return (compareCursors(event, position) ?? event.epoch - position.epoch) > 0
}

/** What a snapshot does not reflect yet. Nothing, of a snapshot that does not say where it stands. */
export function newTo(snapshot: Snapshot, events: readonly StreamEvent[]): readonly StreamEvent[] {
  const position = parseCursor(snapshot.cursor)
  if (position === null) return []
  // Events come in order: when the first one is new, all of them are.
  return events[0] && isAfter(events[0], position) ? events : events.filter((event) => isAfter(event, position))
}

/** What at least one of several snapshots does not reflect: whoever is missing from a list may be missing from that page. */
export function newToAny(snapshots: readonly Snapshot[], events: readonly StreamEvent[]): readonly StreamEvent[] {
  let most: readonly StreamEvent[] = []
  for (const snapshot of snapshots) {
    const unseen = newTo(snapshot, events)
    if (unseen.length > most.length) most = unseen
  }
  return most
}

export function positionOf({ epoch, seq }: Pick<AnyEvent, 'epoch' | 'seq'>): Cursor {
  return { epoch, seq }
}
