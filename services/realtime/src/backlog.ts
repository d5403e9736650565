import { formatCursor } from '@loyalty-live/events'
import { messageFrame, type EventPlace, type Frame } from './frame.ts'

/**
 * What a socket that reads too slowly is still to get. Of several events about one record only the newest is kept, so a
 * backlog grows with the records that change, not with the changes. Pure.
 *
 * | state      | gets                         | leaves when                                                      |
 * |------------|------------------------------|------------------------------------------------------------------|
 * | keeping up | every frame at once          | more than a quarter of its byte limit is unsent: slow            |
 * | slow       | nothing; events are kept     | nearly all was read: `conflated` and the backlog, keeping up; or |
 * |            |                              | the limit is passed, or 30 s are over: closed                    |
 * | closed     | nothing                      | never: it reconnects and catches up from its cursor              |
 */
export type Backlog = {
  readonly sinceMs: number
  /** By what supersedes what, in stream order. */
  readonly frames: Map<string, Frame>
  /** The events that it stands for, those left out included. */
  range: { readonly epoch: number; readonly fromSeq: number; readonly toSeq: number } | null
  bytes: number
}

export function createBacklog(nowMs: number): Backlog {
  return { sinceMs: nowMs, frames: new Map(), range: null, bytes: 0 }
}

/** Adds the next event of the stream. True when an older one was left out for it. */
export function addToBacklog(backlog: Backlog, frame: Frame, place: EventPlace): boolean {
  const { epoch, seq } = place
  if (backlog.range && backlog.range.epoch !== epoch) clear(backlog) // history was rewritten
  backlog.range = { epoch, fromSeq: backlog.range?.fromSeq ?? seq, toSeq: seq }
  const key = place.key ?? `seq ${seq}`
  const superseded = backlog.frames.get(key)
  if (superseded) {
    backlog.bytes -= superseded.bytes.length
    backlog.frames.delete(key) // setting alone would keep its old place in the order
  }
  backlog.frames.set(key, frame)
  backlog.bytes += frame.bytes.length
  return superseded !== undefined
}

/**
 * What the socket gets once it reads again: the range that was conflated, then the newest of each record in stream
 * order.
 */
export function backlogFrames(backlog: Backlog): Frame[] {
  if (!backlog.range) return []
  const { epoch, fromSeq, toSeq } = backlog.range
  const conflated = { from: formatCursor({ epoch, seq: fromSeq }), to: formatCursor({ epoch, seq: toSeq }) }
  return [messageFrame('conflated', conflated), ...backlog.frames.values()]
}

function clear(backlog: Backlog): void {
  backlog.frames.clear()
  backlog.range = null
  backlog.bytes = 0
}
