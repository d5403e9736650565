import { Counter, Gauge, Registry } from '@prometheus-io/client'
import { createObservations, createTally } from './tally.ts'

export type Metrics = ReturnType<typeof createMetrics>

/** What is only looked at when somebody asks. */
export type MetricSources = {
  readonly rooms: () => Iterable<{ readonly kind: string; readonly members: ReadonlySet<unknown> }>
  readonly streams: () => { tenants: number; historyEvents: number; historyBytes: number; heldBytes: number }
  readonly slowSockets: () => number
  readonly ready: () => boolean
}

/** Seconds: from a commit on the same machine to one behind a slow network or a sweeper. */
const COMMIT_TO_EMIT_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60]

/** The service's own metrics. No label is a tenant: one series for each would swamp whoever collects them. */
export function createMetrics() {
  const registry = new Registry()
  const named = (name: string, help: string) => ({ name: `loyalty_realtime_${name}`, help, registers: [registry] })
  const counter = <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter<L>({ ...named(name, help), labelNames: [...labelNames] })
  return {
    registry,
    events: createTally(named('events_total', 'Events received, by what became of them'), 'outcome'),
    eventsSkipped: counter('events_skipped_total', 'Events given up: they did not come while later ones were held'),
    deliveries: counter('deliveries_total', 'Frames written to sockets'),
    bytesWritten: counter('bytes_written_total', 'Bytes of frames written to sockets'),
    writes: counter('writes_total', 'Writes to sockets: direct to the TCP stream or on the stock path', ['path']),
    coalescedFrames: counter('coalesced_frames_total', 'Frames that shared a write with an earlier one'),
    commitToEmit: createObservations({
      ...named('commit_to_emit_seconds', 'From the event’s own time to its emission here'),
      buckets: COMMIT_TO_EMIT_BUCKETS,
    }),
    replays: counter('replays_total', 'Connections, by whether the gap was replayed', ['outcome']),
    refusedHandshakes: counter('refused_handshakes_total', 'Connections refused, by code', ['code']),
    closes: counter(
      'closes_total',
      'Sockets ended, by code: of the contract, or client (it left), ping-timeout, protocol (it broke it)',
      ['code'],
    ),
    conflatedEvents: counter('conflated_events_total', 'Events left out for slow sockets: newer ones supersede them'),
    tokenRefreshes: counter('token_refreshes_total', 'Tokens refreshed over the socket, by outcome', ['outcome']),
    inboundFloods: counter('inbound_floods_total', 'Connections ended because they sent too much, admitted or not'),
    inboundIgnored: counter('inbound_ignored_total', 'Messages from clients that have no meaning here'),
    broadcastRequests: createTally(named('broadcast_requests_total', 'POST /broadcast, by status'), 'status'),
  }
}

/** Adds what is read from the running parts when a scrape comes. */
export function observeSources({ registry }: Metrics, sources: MetricSources): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `loyalty_realtime_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  const perKind = (name: string, help: string, value: (room: { readonly members: ReadonlySet<unknown> }) => number) =>
    new Gauge({
      name: `loyalty_realtime_${name}`,
      help,
      labelNames: ['kind'],
      registers: [registry],
      collect() {
        const totals = { tenant: 0, customer: 0 } as Record<string, number>
        for (const room of sources.rooms()) totals[room.kind] = (totals[room.kind] ?? 0) + value(room)
        for (const [kind, total] of Object.entries(totals)) this.set({ kind }, total)
      },
    })
  perKind('connections', 'Sockets in a room', (room) => room.members.size)
  perKind('rooms', 'Rooms with at least one socket', () => 1)
  gauge('slow_sockets', 'Sockets that read too slowly just now', sources.slowSockets)
  gauge('tenants', 'Tenants whose head is known', () => sources.streams().tenants)
  gauge('history_events', 'Events in memory for replay', () => sources.streams().historyEvents)
  gauge('history_bytes', 'Bytes of the events in memory for replay', () => sources.streams().historyBytes)
  gauge('held_bytes', 'Bytes of events that wait for an earlier one', () => sources.streams().heldBytes)
  gauge('ready', '1 while probes come back through the publish path', () => (sources.ready() ? 1 : 0))
}
