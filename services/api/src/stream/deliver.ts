import { eventName } from '@loyalty-live/events'
import type { Logger } from 'pino'
import type { Metrics } from '../http/metrics.ts'
import type { Broadcaster } from './broadcaster.ts'
import type { CommittedEvent } from './committed-event.ts'
import type { DeliveryMarks } from './delivery-marks.ts'

/**
 * Sends a batch and gets it off our hands: `delivered`, and marked as such, or `unreachable`, to be sent again. An event that no
 * server will ever take is found by sending one at a time, logged, and let go: it must not hold up the ones behind it, and
 * clients get it by catching up.
 */
export type Deliver = (events: readonly CommittedEvent[]) => Promise<'delivered' | 'unreachable'>

export type DeliverOptions = { broadcaster: Broadcaster; marks: DeliveryMarks; metrics: Metrics; logger: Logger }

export function createDeliver({ broadcaster, marks, metrics, logger }: DeliverOptions): Deliver {
  return async function deliver(events) {
    const outcome = await broadcaster.broadcast(events)
    if (outcome.kind === 'rejected' && events.length > 1) {
      for (const event of events) {
        if ((await deliver([event])) === 'unreachable') return 'unreachable'
      }
      return 'delivered'
    }
    metrics.deliveries.inc({ outcome: outcome.kind }, events.length)
    if (outcome.kind === 'unreachable') return 'unreachable'
    if (outcome.kind === 'rejected') {
      logger.error({ event: eventName(events[0]!), reason: outcome.reason }, 'event rejected by the realtime server')
    }
    marks.add(events)
    if (logger.isLevelEnabled('debug')) logger.debug({ events: events.map(eventName) }, 'delivered')
    return 'delivered'
  }
}
