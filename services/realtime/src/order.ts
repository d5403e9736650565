import type { Cursor } from '@loyalty-live/events'

/**
 * Puts the events of one tenant back into stream order. Pure: no clock, no I/O; the caller owns the state and carries
 * out the steps.
 *
 * | state   | means                                         | leaves when                                        |
 * |---------|-----------------------------------------------|----------------------------------------------------|
 * | unknown | nothing heard of this tenant (position null)  | the first event or announced head: it begins there |
 * | at head | all up to `position` went out, nothing beyond | something past `position` + 1 is heard of: holding |
 * | holding | `beyond` has what lies after a hole           | the hole fills; or its time, or the space, is up   |
 *
 * Any state: a higher epoch begins anew there; a lower epoch, and a seq at or before `position`, change nothing. What
 * goes out therefore always rises, whatever arrives.
 */
export type Order<T> = {
  /** The last event that went out or was given up. */
  position: Cursor | null
  /** Sorted by seq, all after `position`. */
  beyond: Beyond<T>[]
  beyondBytes: number
  /** Where this run began: nothing up to here went out from here. */
  beganAtSeq: number
  /** Holes that were given up, the newest last. */
  skipped: { readonly from: number; readonly to: number }[]
}

/** Something known to exist after a hole: an event that is held, or an announced head whose event has not come. */
type Beyond<T> = {
  readonly seq: number
  readonly heardAtMs: number
  readonly bytes: number
  readonly item: T | null
}

export type Step<T> =
  | { readonly do: 'deliver'; readonly item: T }
  /** The stream begins after this position; `instead` is where it stood before, if anywhere, and no longer counts. */
  | { readonly do: 'begin'; readonly position: Cursor; readonly instead: Cursor | null }
  /** These never came: a memory must not claim to cover them. */
  | { readonly do: 'skip'; readonly from: number; readonly to: number }

/**
 * What became of an event. `late`: it belongs to a hole that was given up, or lies before where this run began;
 * `stale`: its epoch is over. Neither goes out; clients have them from REST.
 */
export type Outcome = 'delivered' | 'held' | 'duplicate' | 'late' | 'stale'

export type OrderLimits = { readonly holdMs: number; readonly heldEventsMax: number; readonly heldBytesMax: number }

/** Enough to tell a late event from a repeat; a hole forgotten only changes what a metric calls it. */
const SKIPPED_MAX = 16

export function createOrder<T>(): Order<T> {
  return { position: null, beyond: [], beyondBytes: 0, beganAtSeq: 0, skipped: [] }
}

/** Takes an event in. The steps are to be carried out in order, at once. */
export function offerEvent<T>(
  order: Order<T>,
  event: { readonly cursor: Cursor; readonly item: T; readonly bytes: number },
  nowMs: number,
  limits: OrderLimits,
): { outcome: Outcome; steps: Step<T>[] } {
  const { epoch, seq } = event.cursor
  const steps: Step<T>[] = []
  if (order.position === null || epoch > order.position.epoch) steps.push(begin(order, { epoch, seq: seq - 1 }))
  const position = order.position!
  if (epoch < position.epoch) return { outcome: 'stale', steps }
  if (seq <= position.seq) return { outcome: wentOut(order, seq) ? 'duplicate' : 'late', steps }
  if (seq === position.seq + 1 && order.beyond.length === 0) {
    // Nearly every event: nothing to put in order.
    order.position = event.cursor
    steps.push({ do: 'deliver', item: event.item })
    return { outcome: 'delivered', steps }
  }
  if (!insert(order, { seq, heardAtMs: nowMs, bytes: event.bytes, item: event.item })) {
    return { outcome: 'duplicate', steps }
  }
  steps.push(...release(order))
  steps.push(...makeRoom(order, limits))
  return { outcome: order.position!.seq >= seq ? 'delivered' : 'held', steps }
}

/** Takes in where the sender says its stream stands. What lies between has until the hold time to come. */
export function announceHead<T>(order: Order<T>, head: Cursor, nowMs: number, limits: OrderLimits): Step<T>[] {
  const position = order.position
  if (position === null || head.epoch > position.epoch) return [begin(order, head)]
  if (head.epoch < position.epoch || head.seq <= position.seq) return []
  insert(order, { seq: head.seq, heardAtMs: nowMs, bytes: 0, item: null })
  return makeRoom(order, limits)
}

/** Gives up the holes whose time is up. A hole's time runs from when the first thing after it was heard of. */
export function giveUpHoles<T>(order: Order<T>, nowMs: number, limits: OrderLimits): Step<T>[] {
  const steps: Step<T>[] = []
  while (order.beyond.length > 0 && oldest(order.beyond) + limits.holdMs <= nowMs) steps.push(...skipHole(order))
  return steps
}

/** The furthest position that the sender has announced or that went out; null when nothing is known. */
export function headOf<T>(order: Order<T>): Cursor | null {
  const announced = order.beyond.findLast((entry) => entry.item === null)
  return order.position && announced ? { epoch: order.position.epoch, seq: announced.seq } : order.position
}

function begin<T>(order: Order<T>, position: Cursor): Step<T> {
  const instead = order.position
  order.position = position
  order.beyond = []
  order.beyondBytes = 0
  order.beganAtSeq = position.seq
  order.skipped = []
  return { do: 'begin', position, instead }
}

/** False when that event is held already. An event fills the place of its announcement and keeps the earlier time. */
function insert<T>(order: Order<T>, entry: Beyond<T>): boolean {
  const { beyond } = order
  let at = beyond.length
  while (at > 0 && beyond[at - 1]!.seq >= entry.seq) at--
  const there = beyond[at]
  if (there?.seq !== entry.seq) beyond.splice(at, 0, entry)
  else if (there.item === null) beyond[at] = { ...entry, heardAtMs: there.heardAtMs }
  else return false
  order.beyondBytes += entry.bytes
  return true
}

function makeRoom<T>(order: Order<T>, limits: OrderLimits): Step<T>[] {
  const steps: Step<T>[] = []
  while (order.beyond.length > limits.heldEventsMax || order.beyondBytes > limits.heldBytesMax) {
    steps.push(...skipHole(order))
  }
  return steps
}

/** Lets go of what follows `position` without a hole. */
function release<T>(order: Order<T>): Step<T>[] {
  const { epoch, seq } = order.position!
  let count = 0
  const steps: Step<T>[] = []
  for (const { seq: next, item, bytes } of order.beyond) {
    if (next !== seq + count + 1 || item === null) break
    count++
    order.beyondBytes -= bytes
    steps.push({ do: 'deliver', item })
  }
  if (count > 0) {
    order.beyond.splice(0, count)
    order.position = { epoch, seq: seq + count }
  }
  return steps
}

/** Gives up the first hole: up to the event after it, or, when only announced, with that event. */
function skipHole<T>(order: Order<T>): Step<T>[] {
  const { epoch, seq } = order.position!
  const after = order.beyond[0]!
  const to = after.item === null ? after.seq : after.seq - 1
  if (after.item === null) order.beyond.shift()
  order.position = { epoch, seq: to }
  order.skipped.push({ from: seq + 1, to })
  if (order.skipped.length > SKIPPED_MAX) order.skipped.shift()
  return [{ do: 'skip', from: seq + 1, to }, ...release(order)]
}

function wentOut<T>(order: Order<T>, seq: number): boolean {
  return seq > order.beganAtSeq && !order.skipped.some(({ from, to }) => seq >= from && seq <= to)
}

function oldest<T>(beyond: readonly Beyond<T>[]): number {
  return beyond.reduce((earliest, { heardAtMs }) => Math.min(earliest, heardAtMs), Infinity)
}
