import type { Cursor } from '@loyalty-live/events'
import type { Frame } from './frame.ts'
import { createHistory, eventsAfter, forgetOld, remember, type History, type HistoryLimits } from './history.ts'
import type { Incoming } from './incoming.ts'
import {
  announceHead,
  createOrder,
  giveUpHoles,
  headOf,
  offerEvent,
  type Order,
  type OrderLimits,
  type Outcome,
  type Step,
} from './order.ts'

export type StreamLimits = {
  readonly history: HistoryLimits & { readonly totalBytesMax: number }
  readonly order: OrderLimits
  /** Bytes held behind holes, all tenants together. */
  readonly heldTotalBytesMax: number
  /** Tenants of which anything is known. The one unheard of for longest is forgotten first. */
  readonly tenantsMax: number
}

export type StreamListener = {
  /** The next event of its tenant's stream: send it. */
  readonly onDeliver: (event: Incoming) => void
  /** The head moved without the events that lie between: tell the room, so that clients fetch them. */
  readonly onHeadMoved: (tenant: string, head: Cursor | null) => void
  readonly onSkipped: (events: number) => void
}

/**
 * What a client that stands at a cursor is told: the head, and the gap up to it, or null when memory lacks any part of
 * it.
 */
export type Replay = { readonly head: Cursor | null; readonly frames: readonly Frame[] | null }

export type Streams = {
  /** Orders one event, remembers and delivers what is due, all before it returns. */
  readonly offer: (event: Incoming) => Outcome
  readonly announce: (tenant: string, head: Cursor) => void
  readonly head: (tenant: string) => Cursor | null
  readonly replayAfter: (tenant: string, cursor: Cursor | null) => Replay
  /** Gives up holes whose time is up and forgets what is too old. To be called several times per hold time. */
  readonly tick: () => void
  readonly totals: () => { tenants: number; historyEvents: number; historyBytes: number; heldBytes: number }
}

type Stream = { readonly tenant: string; readonly order: Order<Incoming>; history: History }

const SWEEP_EVERY_MS = 10_000

/** Order and memory of every tenant's stream on this node, each bounded by itself and all together. */
export function createStreams(limits: StreamLimits, nowMs: () => number, listener: StreamListener): Streams {
  /** The tenant that was heard of last is last: a Map keeps the order of insertion. */
  const streams = new Map<string, Stream>()
  const holding = new Set<Stream>()
  /** Those with something in memory, the one that got its last event longest ago first. */
  const remembering = new Set<Stream>()
  /** The last of `streams`, which need not be moved there. */
  let newest: Stream | null = null
  let historyBytes = 0
  let heldBytes = 0
  let sweptAtMs = nowMs()

  return { offer, announce, head, replayAfter, tick, totals }

  function offer(event: Incoming): Outcome {
    const stream = touch(event.tenant)
    // What others hold counts too, so that one limit bounds all tenants together.
    const othersBytes = heldBytes - stream.order.beyondBytes
    const heldBytesMax = Math.min(limits.order.heldBytesMax, limits.heldTotalBytesMax - othersBytes)
    const offered = offerEvent(
      stream.order,
      { cursor: { epoch: event.epoch, seq: event.seq }, item: event, bytes: event.frame.bytes.length },
      nowMs(),
      { ...limits.order, heldBytesMax },
    )
    heldBytes = othersBytes + stream.order.beyondBytes
    carryOut(stream, offered.steps)
    return offered.outcome
  }

  function announce(tenant: string, position: Cursor): void {
    const stream = streams.get(tenant) ?? touch(tenant)
    update(stream, () => announceHead(stream.order, position, nowMs(), limits.order))
  }

  function head(tenant: string): Cursor | null {
    const stream = streams.get(tenant)
    return stream ? headOf(stream.order) : null
  }

  function replayAfter(tenant: string, cursor: Cursor | null): Replay {
    const stream = streams.get(tenant)
    const position = stream?.order.position
    if (!stream || !position) return { head: null, frames: null }
    const known = headOf(stream.order)!
    if (cursor === null || cursor.epoch !== known.epoch) return { head: known, frames: null }
    if (cursor.seq === known.seq) return { head: known, frames: [] }
    if (known.seq > position.seq) return { head: known, frames: null } // announced events that have not come
    changeHistory(stream, () => forgetOld(stream.history, nowMs() - limits.history.ageMs))
    return { head: known, frames: eventsAfter(stream.history, cursor.seq) }
  }

  function tick(): void {
    const now = nowMs()
    for (const stream of holding) update(stream, () => giveUpHoles(stream.order, now, limits.order))
    if (now - sweptAtMs < SWEEP_EVERY_MS) return
    sweptAtMs = now
    for (const stream of remembering) changeHistory(stream, () => forgetOld(stream.history, now - limits.history.ageMs))
  }

  function totals() {
    let historyEvents = 0
    for (const { history } of remembering) historyEvents += history.entries.length
    return { tenants: streams.size, historyEvents, historyBytes, heldBytes }
  }

  function touch(tenant: string): Stream {
    if (newest?.tenant === tenant) return newest
    let stream = streams.get(tenant)
    if (stream) streams.delete(tenant)
    else {
      stream = { tenant, order: createOrder(), history: createHistory(0) }
      if (streams.size >= limits.tenantsMax) forgetTenant(streams.values().next().value!)
    }
    streams.set(tenant, stream)
    newest = stream
    return stream
  }

  function forgetTenant(stream: Stream): void {
    streams.delete(stream.tenant)
    holding.delete(stream)
    remembering.delete(stream)
    historyBytes -= stream.history.bytes
    heldBytes -= stream.order.beyondBytes
  }

  function update(stream: Stream, change: () => Step<Incoming>[]): void {
    const before = stream.order.beyondBytes
    const steps = change()
    heldBytes += stream.order.beyondBytes - before
    carryOut(stream, steps)
  }

  function carryOut(stream: Stream, steps: readonly Step<Incoming>[]): void {
    if (stream.order.beyond.length > 0) holding.add(stream)
    else holding.delete(stream)
    let headMoved = false
    for (const step of steps) {
      switch (step.do) {
        case 'deliver':
          remembering.delete(stream) // and last again, by changeHistory
          changeHistory(stream, () => remember(stream.history, step.item.frame, nowMs(), limits.history))
          listener.onDeliver(step.item)
          break
        case 'begin':
          changeHistory(stream, () => (stream.history = createHistory(step.position.seq)))
          // The first event of a tenant that was unknown speaks for itself.
          headMoved ||= step.instead !== null || steps.length === 1
          break
        case 'skip':
          changeHistory(stream, () => (stream.history = createHistory(step.to)))
          listener.onSkipped(step.to - step.from + 1)
          headMoved = true
          break
      }
    }
    if (headMoved) listener.onHeadMoved(stream.tenant, headOf(stream.order))
    forgetQuietest()
  }

  function changeHistory(stream: Stream, change: () => void): void {
    const before = stream.history.bytes
    change()
    historyBytes += stream.history.bytes - before
    if (stream.history.bytes > 0) remembering.add(stream)
    else remembering.delete(stream)
  }

  /** Keeps all memories together within their limit, at the cost of the tenants that have been quiet for longest. */
  function forgetQuietest(): void {
    for (const stream of remembering) {
      if (historyBytes <= limits.history.totalBytesMax) return
      changeHistory(stream, () => (stream.history = createHistory(stream.order.position!.seq)))
    }
  }
}
