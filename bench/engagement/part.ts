import { measureLone, type LoneLatency } from '../latency/lone.ts'
import { openBroadcast } from '../latency/requests.ts'
import { withScratch, type Scratch } from '../machine/scratch.ts'
import type { Findings, Part, Say, Settings } from '../run/part.ts'
import { figureText } from '../run/print.ts'
import { inTurns, medianOf } from '../run/statistics.ts'
import { openEncounters } from './requests.ts'

const REQUESTS_PER_SECOND = 100
/** What is promised of either side. */
const TARGET_MS = 100

/** Between a business and a customer: from what one does to what the other sees, beside the hop of any broadcast server. */
export const engagement: Part = {
  name: 'engagement',
  description: 'from a scan to the customer’s socket, and from their answer to the business’s, beside bare POST → emit',
  run: (settings, say) => withScratch((scratch) => measure(scratch, settings, say)),
}

async function measure(scratch: Scratch, settings: Settings, say: Say): Promise<Findings> {
  const requests = Math.ceil(settings.seconds * REQUESTS_PER_SECOND)
  const encounters = await openEncounters(scratch)
  const bare = await openBroadcast(scratch, 'socketio')
  const results = await inTurns(
    settings,
    {
      scan: () => measureLone(requests, encounters.scan),
      bare: () => measureLone(requests, bare),
      accept: () => measureLone(requests, encounters.accept),
    },
    (name, { socket }, round) =>
      say(`round ${round}/${settings.rounds}: ${name} p95 ${figureText(socket.quantile(0.95))} ms`),
  )
  return {
    tables: [
      {
        title: 'One at a time, until the other side has it',
        columns: ['', 'answer p50 ms', 'socket p50 ms', 'p95 ms', 'p99 ms', 'max ms', 'p50 × bare'],
        rows: [
          row('scan → the customer’s socket', results.scan, results.bare),
          row('accept → the business’s socket', results.accept, results.bare),
          row('bare Socket.IO: POST → emit', results.bare, results.bare),
        ],
      },
    ],
    verdicts: [
      { claim: 'scan → customer p95, ms', value: p95(results.scan), target: TARGET_MS, must: 'not exceed' },
      { claim: 'accept → business p95, ms', value: p95(results.accept), target: TARGET_MS, must: 'not exceed' },
    ],
    notes: [
      'A scan writes the scan, a notification and two events; accepting makes a card with its welcome bonus, an entry, a notification and three events. Both wait for the disk; the bare hop does not.',
    ],
  }
}

const p95 = (latencies: readonly LoneLatency[]) => medianOf(latencies, ({ socket }) => socket.quantile(0.95))

function row(name: string, latencies: readonly LoneLatency[], bare: readonly LoneLatency[]) {
  const socket = (share: number, of = latencies) => medianOf(of, (latency) => latency.socket.quantile(share))
  return [
    name,
    medianOf(latencies, ({ answer }) => answer.quantile(0.5)),
    socket(0.5),
    socket(0.95),
    socket(0.99),
    socket(1),
    socket(0.5) / socket(0.5, bare),
  ]
}
