import { addToBacklog, backlogFrames, createBacklog, type Backlog } from './backlog.ts'
import { terminate, unsentBytes, writeFrames } from './engine-internals.ts'
import { joinFrames, type Frame } from './frame.ts'
import type { Member } from './member.ts'
import type { Metrics } from './metrics.ts'
import type { Room } from './rooms.ts'

export type Fanout = {
  /**
   * Sends a frame to everybody in a room, at the end of this turn of the event loop, in one write with the turn's
   * others.
   */
  readonly emit: (room: Room | undefined, frame: Frame) => void
  /** Sends frames to one member at once, behind what its room got before. */
  readonly send: (member: Member, frames: readonly Frame[]) => void
  /** Lets slow members that have read go on, and ends those that do not read. To be called many times a second. */
  readonly tick: () => void
  /** Forgets a member that is gone. */
  readonly drop: (member: Member) => void
  readonly slowSockets: () => number
}

/** A member may be this slow for this long before it is closed. */
const SLOW_MS_MAX = 30_000

/**
 * Writes frames to sockets: the same bytes to every one of a room, joined over one turn of the event loop (a lone event
 * waits for the end of its turn, nothing longer).
 *
 * Bounded by `socketBytesMax` for each member, plus what one turn's pending part adds: a quarter of it unsent makes a
 * member slow (backlog.ts has the states), all of it ends the connection.
 */
export function createFanout(socketBytesMax: number, metrics: Metrics, nowMs: () => number): Fanout {
  const slowAboveBytes = socketBytesMax / 4
  const resumeBelowBytes = socketBytesMax / 16
  const pendingBytesMax = socketBytesMax / 8
  const slow = new Set<Member>()
  let dirty: Room[] = []

  return { emit, send, tick, drop: (member) => slow.delete(member), slowSockets: () => slow.size }

  function emit(room: Room | undefined, frame: Frame): void {
    if (!room) return
    if (room.pending.length === 0) {
      if (dirty.length === 0) setImmediate(flushDirty)
      dirty.push(room)
    }
    room.pending.push(frame)
    room.pendingBytes += frame.bytes.length
    // In parts, so that a member that does not read is found out before the whole turn is written to it.
    if (room.pendingBytes >= pendingBytesMax) flush(room)
  }

  function flushDirty(): void {
    const rooms = dirty
    dirty = []
    for (const room of rooms) flush(room)
  }

  /** Sends what this turn has for a room now, so that something else can come after it. */
  function flush(room: Room): void {
    const frames = room.pending
    if (frames.length === 0) return
    room.pending = []
    room.pendingBytes = 0
    const joined = joinFrames(frames)
    const written = { direct: 0, stock: 0 }
    for (const member of room.members) {
      if (member.closing) continue
      if (!member.backlog && unsentBytes(member.connection) > slowAboveBytes) member.backlog = fallBehind(member)
      if (member.backlog) keepFor(member, member.backlog, frames)
      else if (!member.closing) written[writeFrames(member.connection, frames, joined)]++
    }
    if (room.kind !== 'probe') count(written, frames.length, joined.length)
  }

  function send(member: Member, frames: readonly Frame[]): void {
    flush(member.room)
    const path = writeFrames(member.connection, frames)
    if (member.room.kind === 'probe') return
    const bytes = frames.reduce((sum, frame) => sum + frame.bytes.length, 0)
    count({ direct: path === 'direct' ? 1 : 0, stock: path === 'stock' ? 1 : 0 }, frames.length, bytes)
  }

  function tick(): void {
    const now = nowMs()
    for (const member of slow) {
      if (unsentBytes(member.connection) <= resumeBelowBytes) catchUp(member)
      else if (now - member.backlog!.sinceMs > SLOW_MS_MAX) giveUp(member)
    }
  }

  function fallBehind(member: Member): Backlog | null {
    // A customer's events come from several streams, so no range of one describes what was left out: it starts afresh
    // instead.
    if (member.room.kind === 'customer') {
      giveUp(member)
      return null
    }
    slow.add(member)
    return createBacklog(nowMs())
  }

  function keepFor(member: Member, backlog: Backlog, frames: readonly Frame[]): void {
    for (const frame of frames) {
      // The server's own words (head) are only worth something at once.
      if (frame.event && addToBacklog(backlog, frame, frame.event)) metrics.conflatedEvents.inc()
    }
    if (unsentBytes(member.connection) + backlog.bytes > socketBytesMax) giveUp(member)
  }

  function catchUp(member: Member): void {
    flush(member.room) // what is pending belongs behind the backlog, and goes into it
    if (member.closing || !member.backlog) return void slow.delete(member)
    const frames = backlogFrames(member.backlog)
    member.backlog = null
    slow.delete(member)
    if (frames.length > 0) send(member, frames)
  }

  function giveUp(member: Member): void {
    slow.delete(member)
    member.backlog = null
    member.closing = true
    metrics.closes.inc({ code: 'too-slow' })
    terminate(member.connection)
  }

  function count(written: { direct: number; stock: number }, frames: number, bytes: number): void {
    const sockets = written.direct + written.stock
    if (written.direct > 0) metrics.writes.inc({ path: 'direct' }, written.direct)
    if (written.stock > 0) metrics.writes.inc({ path: 'stock' }, written.stock)
    metrics.deliveries.inc(frames * sockets)
    metrics.bytesWritten.inc(bytes * sockets)
    metrics.coalescedFrames.inc((frames - 1) * sockets)
  }
}
