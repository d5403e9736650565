import type { AnyEvent } from '@loyalty-live/events'
import { readEvent, formatCursor, type Cursor } from '@loyalty-live/events/plain'
import { LoyaltyClientError } from './errors.ts'
import type { Handlers } from './handlers.ts'
import type { Stream, StreamStep } from './stream.ts'

/** What has come through since the client was made. */
export type Stats = {
  /** Events that arrived, by whatever path, repeats included. */
  received: number
  /** Events that handlers were given. */
  delivered: number
  /** Events that were dropped: given before, or of a history that was rewritten. */
  duplicates: number
  /** Losses that were noticed on a socket. */
  gaps: number
  resets: number
  /** Catch-ups that were begun, polls included. */
  catchUps: number
  /** Sockets that were opened after the first. */
  reconnects: number
  /** Events of a type or version that this build does not know. */
  unknownTypes: number
  /** Sockets that hear the same tenant on the same server, as its last beat said; null without a beat on a socket that is open. */
  sockets: number | null
}

/** Hands events to handlers one at a time, and knows how far that has come. */
export type Delivery = {
  /** The last event that handlers were given. Behind the stream only while a handler runs. */
  readonly delivered: Cursor | null
  push(step: Pick<StreamStep, 'reset' | 'deliver'>): void
  /** Drops what handlers have not been given yet, and starts from `cursor`. */
  restart(cursor: Cursor | null): void
}

type Item = { readonly kind: 'reset'; readonly cursor: Cursor } | { readonly kind: 'event'; readonly event: AnyEvent }

export function createDelivery(
  stream: Stream,
  handlers: Handlers,
  stats: Stats,
  report: (error: LoyaltyClientError) => void,
): Delivery {
  let queue: Item[] = []
  let delivered = stream.cursor
  let draining = false

  function give(item: Item): void {
    if (item.kind === 'reset') {
      delivered = item.cursor
      stats.resets += 1
      handlers.emit('reset', { cursor: formatCursor(item.cursor) })
      return
    }
    delivered = { epoch: item.event.epoch, seq: item.event.seq }
    giveEvent(item.event)
  }

  function giveEvent(event: AnyEvent): void {
    const read = readEvent(event)
    stats.delivered += 1
    if (read.kind === 'known') {
      handlers.emit(read.event.type, read.event)
      handlers.emit('event', read.event)
      return
    }
    if (read.kind === 'unknown') {
      stats.unknownTypes += 1
    } else {
      const name = `${event.id} (${event.type}, ${formatCursor(event)})`
      report(new LoyaltyClientError('bad-event', `event ${name} does not fit its schema: ${read.fault}`))
    }
    handlers.emit('unknown', event)
  }

  return {
    get delivered() {
      return delivered
    },
    push({ reset, deliver }) {
      if (reset) queue.push({ kind: 'reset', cursor: reset })
      for (const event of deliver) queue.push({ kind: 'event', event })
      // A handler that makes more events come (resumeFrom, catchUp) must not get them in the middle of this one.
      if (draining) return
      draining = true
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) give(item)
      draining = false
      delivered = stream.cursor
    },
    restart(cursor) {
      queue = []
      delivered = cursor
    },
  }
}
