import { withScratch, type Scratch } from '../machine/scratch.ts'
import type { Findings, Part, Say, Settings } from '../run/part.ts'
import { figureText } from '../run/print.ts'
import { inTurns, medianOf } from '../run/statistics.ts'
import { measureLone, type LoneLatency } from './lone.ts'
import { openBroadcast, openLoneCommit, openOurs } from './requests.ts'

const REQUESTS_PER_SECOND = 100

/** From a till's request to the message on a screen, beside the hop that any broadcast server has. */
export const latency: Part = {
  name: 'latency',
  description: 'from a till’s request to the message on a socket, beside bare POST → emit',
  run: (settings, say) => withScratch((scratch) => measure(scratch, settings, say)),
}

async function measure(scratch: Scratch, settings: Settings, say: Say): Promise<Findings> {
  const requests = Math.ceil(settings.seconds * REQUESTS_PER_SECOND)
  const ours = await openOurs(scratch)
  const bare = await openBroadcast(scratch, 'socketio')
  const broadcast = await openBroadcast(scratch, 'ours')
  const loneCommit = await openLoneCommit(scratch, ours.databaseUrl)
  const results = await inTurns(
    settings,
    {
      ours: () => measureLone(requests, ours.begin),
      bare: () => measureLone(requests, bare),
      http: () => measureLone(requests, ours.beginRefused),
      commit: () => measureLone(requests, loneCommit),
      broadcast: () => measureLone(requests, broadcast),
    },
    (name, { socket }, round) =>
      say(`round ${round}/${settings.rounds}: ${name} p50 ${figureText(socket.quantile(0.5))} ms`),
  )
  return report(results)
}

type Contender = 'ours' | 'bare' | 'http' | 'commit' | 'broadcast'

function report(results: Record<Contender, readonly LoneLatency[]>): Findings {
  return {
    tables: [
      {
        title: 'One request at a time',
        columns: ['', 'answer p50 ms', 'p99 ms', 'socket p50 ms', 'p99 ms'],
        rows: [
          row('redemption: API, commit, relay, realtime', results.ours),
          row('bare Socket.IO: POST → emit', results.bare),
          row('of which HTTP: the same request, refused by its schema', results.http, false),
          row('of which the commit: apply_changes alone', results.commit, false),
          row('of which the way out: POST → emit of our realtime server', results.broadcast),
        ],
      },
    ],
    verdicts: [
      {
        claim: 'request → socket p50, × the bare hop',
        value: p50(results.ours) / p50(results.bare),
        target: 2.5,
        must: 'not exceed',
      },
    ],
    notes: [
      'The redemption’s answer does not wait for its broadcast: its socket may have the message first, or later.',
    ],
  }
}

const row = (name: string, latencies: readonly LoneLatency[], hasSocket = true) => [
  name,
  medianOf(latencies, ({ answer }) => answer.quantile(0.5)),
  medianOf(latencies, ({ answer }) => answer.quantile(0.99)),
  hasSocket ? p50(latencies) : null,
  hasSocket ? medianOf(latencies, ({ socket }) => socket.quantile(0.99)) : null,
]

const p50 = (latencies: readonly LoneLatency[]) => medianOf(latencies, ({ socket }) => socket.quantile(0.5))
