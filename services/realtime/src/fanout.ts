import { addToBacklog, backlogFrames, createBacklog, type Backlog } from './backlog.ts'
import { idleStream, terminate, unsentBytes, writeBytes, writeFrames } from './engine-internals.ts'
import { joinFrames, type Frame } from './frame.ts'
import type { Member } from './member.ts'
import type { Metrics } from './metrics.ts'
import type { Room } from './rooms.ts'

export type Fanout = {
  /**
   * Sends a frame to everybody in a room: at the end of this turn of the event loop, or, while the room rests from its
   * last write, when the rest is over; in one write with what else the room got until then.
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
 * After a write to all of its members a room rests for this many times as long as the write took, at most `REST_MS_MAX`,
 * and not at all for less than `REST_MS_MIN`.
 * Writing a buffer to a socket costs the same whether it holds one frame or fifty, so under load a room that rests does
 * more with less: writing takes a fifth of the time, and what is left takes events in.
 */
const REST_PER_WRITE = 4
const REST_MS_MAX = 5
/** A timer takes at least this long: a small room, whose write is worth less, would wait for nothing. */
const REST_MS_MIN = 1

/**
 * Writes frames to sockets: the same bytes to every one of a room, joined over what comes in together.
 *
 * | a room is | means                                   | leaves when                                            |
 * |-----------|-----------------------------------------|--------------------------------------------------------|
 * | idle      | nothing is pending, its rest is over    | a frame comes: due at the end of this turn             |
 * | resting   | it was written to a moment ago          | the rest is over: what is pending is due, else idle    |
 * | due       | what is pending goes out in this turn   | it went out: resting                                   |
 *
 * A lone event finds its room idle and waits for the end of its turn, nothing longer. One member's own message, and more
 * pending than a member may get at once, do not wait for the rest.
 *
 * Bounded by `socketBytesMax` for each member, plus what one turn's pending part adds: a quarter of it unsent makes a
 * member slow (backlog.ts has the states), all of it ends the connection.
 */
export function createFanout(socketBytesMax: number, metrics: Metrics, nowMs: () => number): Fanout {
  const slowAboveBytes = socketBytesMax / 4
  const resumeBelowBytes = socketBytesMax / 16
  const pendingBytesMax = socketBytesMax / 8
  const slow = new Set<Member>()
  let due: Room[] = []

  return { emit, send, tick, drop: (member) => slow.delete(member), slowSockets: () => slow.size }

  function emit(room: Room | undefined, frame: Frame): void {
    if (!room) return
    if (room.pending.length === 0) schedule(room)
    room.pending.push(frame)
    room.pendingBytes += frame.bytes.length
    // In parts, so that a member that does not read is found out before all of it is written to it.
    if (room.pendingBytes >= pendingBytesMax) flush(room)
  }

  function schedule(room: Room): void {
    const restMs = room.restsUntilMs - nowMs()
    if (restMs > 0) {
      room.timer ??= setTimeout(flush, restMs, room)
      return
    }
    if (due.length === 0) setImmediate(flushDue)
    due.push(room)
  }

  function flushDue(): void {
    const rooms = due
    due = []
    for (const room of rooms) flush(room)
  }

  /** Sends what is pending for a room now, so that something else can come after it. */
  function flush(room: Room): void {
    if (room.timer) clearTimeout(room.timer)
    room.timer = null
    const frames = room.pending
    if (frames.length === 0) return
    const startedAtMs = nowMs()
    room.pending = []
    room.pendingBytes = 0
    const joined = joinFrames(frames)
    const written = { direct: 0, stock: 0 }
    for (const member of room.members) {
      if (member.closing) continue
      // Nearly every member: looked at once, since a thousand of them do not fit in the processor's caches.
      const stream = member.backlog ? null : idleStream(member.connection)
      if (stream && stream.writableLength <= slowAboveBytes) {
        writeBytes(stream, joined)
        written.direct++
        continue
      }
      if (!member.backlog && unsentBytes(member.connection) > slowAboveBytes) member.backlog = fallBehind(member)
      if (member.backlog) keepFor(member, member.backlog, frames)
      else if (!member.closing) written[writeFrames(member.connection, frames)]++
    }
    if (room.kind !== 'probe') count(written, frames.length, joined.length)
    const endedAtMs = nowMs()
    const restMs = Math.min(REST_MS_MAX, (endedAtMs - startedAtMs) * REST_PER_WRITE)
    room.restsUntilMs = restMs < REST_MS_MIN ? endedAtMs : endedAtMs + restMs
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
