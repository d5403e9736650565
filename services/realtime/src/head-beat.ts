import { formatCursor, type Cursor } from '@loyalty-live/events'
import type { Fanout } from './fanout.ts'
import { messageFrame, type Frame } from './frame.ts'
import type { Room, Rooms } from './rooms.ts'

/**
 * The beat is spread over this many parts of its interval, so that thousands of rooms do not get theirs in one turn.
 */
const PARTS = 10

/**
 * Sends `head` to every room once in `beatMs`: a client compares it with its own position and learns that it lost the
 * last event, or, hearing nothing, that the line is dead. Rooms of customers get a null head, for the second purpose.
 *
 * @returns stops it
 */
export function startHeadBeat(
  beatMs: number,
  deps: { readonly rooms: Rooms; readonly fanout: Fanout; readonly headOf: (tenant: string) => Cursor | null },
): () => void {
  let part = 0
  const timer = setInterval(() => {
    part = (part + 1) % PARTS
    for (const room of deps.rooms.all()) {
      if (room.ordinal % PARTS !== part) continue
      deps.fanout.emit(room, headFrame(room, room.tenant === null ? null : deps.headOf(room.tenant)))
    }
  }, beatMs / PARTS)
  return () => clearInterval(timer)
}

export function headFrame({ tenant, members }: Room, head: Cursor | null): Frame {
  const text = head && formatCursor(head)
  return messageFrame('head', tenant === null ? { head: text } : { head: text, sockets: members.size })
}
