import { eventName, formatCursor, type ControlRequest } from '@loyalty-live/events'
import type { Logger } from 'pino'
import type { Deliver, Receipt } from './bus.ts'
import type { CloseMember } from './closing.ts'
import type { Fanout } from './fanout.ts'
import { messageFrame } from './frame.ts'
import type { Incoming } from './incoming.ts'
import { headFrame } from './head-beat.ts'
import type { Metrics } from './metrics.ts'
import { probeFrame } from './probe.ts'
import type { Revocations } from './revocations.ts'
import { customerRoom, PROBE_ROOM, tenantRoom, type Rooms } from './rooms.ts'
import type { StreamListener, Streams } from './streams.ts'

export type NodeDeps = {
  readonly streams: Streams
  readonly rooms: Rooms
  readonly fanout: Fanout
  readonly revocations: Revocations
  readonly close: CloseMember
  readonly metrics: Metrics
  readonly log: Logger
}

/** Makes what this node does with whatever the bus brings. */
export function createDeliver(deps: NodeDeps): Deliver {
  const { streams, rooms, fanout, metrics } = deps

  return (message) => {
    switch (message.kind) {
      case 'events':
        return takeEvents(message.events)
      case 'control':
        return takeControl(message.control)
      case 'probe':
        fanout.emit(rooms.find(PROBE_ROOM.name), probeFrame(message.nonce))
        return { accepted: 0, duplicates: 0 }
    }
  }

  function takeEvents(events: readonly Incoming[]): Receipt {
    let accepted = 0
    const leftOut = new Map<string, Incoming>()
    for (const event of events) {
      const outcome = streams.offer(event)
      metrics.events.inc(outcome)
      if (outcome === 'delivered' || outcome === 'held') accepted++
      if (outcome === 'late' && event.customerId !== null) leftOut.set(event.customerId, event)
    }
    for (const [customerId, event] of leftOut) tellLeftOut(customerId, event)
    return { accepted, duplicates: events.length - accepted }
  }

  /**
   * The tenant's room was told when its head moved past the event, and has it from REST. Nobody knows then whose customer's it
   * is; now that it came, they are told to read again.
   */
  function tellLeftOut(customerId: string, { epoch, seq }: Incoming): void {
    const at = formatCursor({ epoch, seq })
    fanout.emit(rooms.find(customerRoom(customerId).name), messageFrame('conflated', { from: at, to: at }))
  }

  function takeControl({ heads, revoked }: ControlRequest): Receipt {
    for (const { tenant, epoch, seq } of heads) streams.announce(tenant, { epoch, seq })
    for (const { tenant, subject, until } of revoked) {
      deps.revocations.add(tenant, subject, Date.parse(until))
      if (deps.revocations.has(tenant, subject)) closeRevoked(tenant, subject)
    }
    return { accepted: 0, duplicates: 0 }
  }

  function closeRevoked(tenant: string, subject: string): void {
    const members = rooms.find(tenantRoom(tenant).name)?.members ?? []
    const revoked = [...members].filter((member) => member.identity?.subject === subject)
    for (const member of revoked) deps.close(member, 'token-revoked')
    deps.log.info({ tenant, subject, sockets: revoked.length }, 'revoked')
  }
}

/** Makes the way from an ordered stream to its rooms: the tenant's, and the customer's whom an event is about. */
export function createEmitter(
  { rooms, fanout, metrics, log }: Pick<NodeDeps, 'rooms' | 'fanout' | 'metrics' | 'log'>,
  nowMs: () => number,
): StreamListener {
  return {
    onDeliver(event) {
      const business = rooms.find(tenantRoom(event.tenant).name)
      const customer = event.customerId === null ? undefined : rooms.find(customerRoom(event.customerId).name)
      fanout.emit(business, event.frame)
      fanout.emit(customer, event.frame)
      if (log.isLevelEnabled('debug')) {
        const sockets = (business?.members.size ?? 0) + (customer?.members.size ?? 0)
        log.debug({ event: eventName(event), sockets }, 'emitted')
      }
      metrics.commitToEmit.observe(Math.max(0, nowMs() - event.committedAtMs) / 1000)
    },
    onHeadMoved(tenant, head) {
      const room = rooms.find(tenantRoom(tenant).name)
      if (room) fanout.emit(room, headFrame(room, head))
    },
    onSkipped: (events) => metrics.eventsSkipped.inc(events),
  }
}
