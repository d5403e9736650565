import type { AnyEvent, Cursor } from '@loyalty-live/events'
import type { Stream, StreamStep } from './stream.ts'

/** Tenants whose last position is remembered; a customer with more cards than this may see a repeat. */
const TENANTS_MAX = 1000
/** A minute, by default. */
const LIVE_INTERVALS = 4

/**
 * What concerns one customer, in all tenants. Of each tenant's stream a customer's socket carries only a part, so a hole
 * means nothing and there is no position to catch up from: after every connection, and at every poll, the application takes
 * its snapshots again. Within one tenant events still come in order and none comes twice.
 *
 * The server says what it left out as far as it knows (`conflated`); what was lost on its way there, and what has no event, such
 * as a notification read on another device, is found by polls, which therefore go on while the socket is live.
 */
export function createCustomerStream(takeSnapshots: () => Promise<void>): Stream {
  const lastByTenant = new Map<string, Cursor>()

  function takeEvent(event: AnyEvent): StreamStep {
    const last = lastByTenant.get(event.tenant)
    const restored = last !== undefined && event.epoch > last.epoch
    const old = last && (event.epoch < last.epoch || (event.epoch === last.epoch && event.seq <= last.seq))
    if (old) return { ...NOTHING, received: 1, duplicates: 1 }
    // Taken out first, so that the map stays in the order of use and the one forgotten is the quietest.
    lastByTenant.delete(event.tenant)
    lastByTenant.set(event.tenant, { epoch: event.epoch, seq: event.seq })
    if (lastByTenant.size > TENANTS_MAX) lastByTenant.delete(lastByTenant.keys().next().value!)
    // Of a restored database: what is shown of that tenant may never have been.
    const need = restored ? 'catch-up' : 'nothing'
    return { ...NOTHING, received: 1, deliver: [event], need, confirmed: true }
  }

  return {
    cursor: null,
    caughtUp: true,
    liveIntervals: LIVE_INTERVALS,
    take(message) {
      switch (message.kind) {
        case 'event':
          return takeEvent(message.event)
        case 'head':
          return { ...NOTHING, confirmed: true }
        case 'ready':
        case 'conflated':
          return { ...NOTHING, need: 'catch-up' }
        default:
          return message satisfies never
      }
    },
    async catchUp() {
      await takeSnapshots()
      return true
    },
    resumeFrom: () => NOTHING,
    rewind() {},
  }
}

const NOTHING: StreamStep = { reset: null, deliver: [], need: 'nothing', received: 0, duplicates: 0, confirmed: false }
