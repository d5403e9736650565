import type { AudienceDone } from '../programs/audience.ts'
import type { Findings, Table, Verdict } from '../run/part.ts'
import { medianOf } from '../run/statistics.ts'
import type { PeerName } from './peers.ts'
import { scenarios, type ScenarioName } from './scenarios.ts'

export type Measured = {
  readonly name: ScenarioName
  readonly done: Readonly<Partial<Record<PeerName, readonly AudienceDone[]>>>
}

const labels: Readonly<Record<PeerName, string>> = {
  ours: 'our realtime server',
  socketio: 'bare Socket.IO',
  ws: 'bare ws hub',
  floor: 'floor (C, one send each)',
}

/** What our cost of a delivery must not exceed, as a share of bare Socket.IO's. */
const TARGETS: Readonly<Partial<Record<ScenarioName, number>>> = { steady: 0.75, saturated: 1 / 15, relayed: 1 / 15 }

/** @param missing why the floor was not measured; null when it was */
export function reportBroadcast(measured: readonly Measured[], missing: string | null): Findings {
  return {
    tables: measured.map(tableOf),
    verdicts: measured.flatMap(verdictsOf),
    notes: [
      '“×” is the server’s CPU time for each delivery as a share of bare Socket.IO’s.',
      ...(missing === null ? [] : [`The floor is missing: ${missing}.`]),
    ],
  }
}

function tableOf({ name, done }: Measured): Table {
  return {
    title: scenarios[name].name,
    columns: ['', 'CPU µs/delivery', '×', 'deliveries/s', 'p50 ms', 'p99 ms', 'server busy', 'driver busy', 'lost'],
    rows: (Object.keys(done) as PeerName[]).map((peer) => {
      const results = done[peer]!
      return [
        labels[peer],
        costOf(results),
        costOf(results) / costOf(done.socketio!),
        Math.round(medianOf(results, ({ deliveriesPerSecond }) => deliveriesPerSecond)),
        medianOf(results, ({ p50Ms }) => p50Ms),
        medianOf(results, ({ p99Ms }) => p99Ms),
        medianOf(results, ({ serverBusy }) => serverBusy),
        medianOf(results, ({ driverBusy }) => driverBusy),
        results.reduce((sum, { lost }) => sum + lost, 0),
      ]
    }),
  }
}

function verdictsOf({ name, done }: Measured): Verdict[] {
  const target = TARGETS[name]
  if (target === undefined) return []
  return [
    {
      claim: `${scenarios[name].name}: CPU of a delivery, × bare Socket.IO`,
      value: costOf(done.ours!) / costOf(done.socketio!),
      target,
      must: 'not exceed',
    },
  ]
}

const costOf = (results: readonly AudienceDone[]) =>
  medianOf(results, ({ serverCpuUsPerDelivery }) => serverCpuUsPerDelivery)
