import type { Logger } from 'pino'
import type { Broadcaster, Outcome } from './broadcaster.ts'
import type { CommittedEvent } from './committed-event.ts'

/**
 * Sends a batch and gets it off our hands: `delivered`, or `unreachable` and to be sent again. An event that no server will
 * ever take is found by sending one at a time, logged, and let go: it must not hold up the ones behind it, and clients get
 * it by catching up.
 */
export async function deliver(
  broadcaster: Broadcaster,
  logger: Logger,
  events: readonly CommittedEvent[],
): Promise<'delivered' | 'unreachable'> {
  const outcome = await broadcaster.broadcast(events)
  if (outcome.kind === 'rejected' && events.length > 1) {
    for (const event of events) {
      if ((await deliver(broadcaster, logger, [event])) === 'unreachable') return 'unreachable'
    }
    return 'delivered'
  }
  logFailure(logger, outcome, events)
  return outcome.kind === 'unreachable' ? 'unreachable' : 'delivered'
}

function logFailure(logger: Logger, outcome: Outcome, events: readonly CommittedEvent[]): void {
  if (outcome.kind === 'accepted') return
  const { tenant, seq } = events[0]!
  if (outcome.kind === 'rejected')
    logger.error({ tenant, seq, reason: outcome.reason }, 'event rejected by the realtime server')
  else logger.warn({ events: events.length, reason: outcome.reason }, 'no realtime server took the events')
}
