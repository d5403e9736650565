import type { Cursor } from '@loyalty-live/events/plain'

/** Whether a position is later than another: in the same history, or because it is of a newer one. */
export function isAhead(position: Cursor, other: Cursor): boolean {
  return position.epoch === other.epoch ? position.seq > other.seq : position.epoch > other.epoch
}
