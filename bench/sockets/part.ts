import { startIssuer, type Issuer } from '../broadcast/issuer.ts'
import type { PeerName } from '../broadcast/peers.ts'
import { DRIVER_CPU, startPeerServer } from '../broadcast/servers.ts'
import { giveJob } from '../machine/job.ts'
import { withScratch, type Scratch } from '../machine/scratch.ts'
import { startProgram } from '../machine/service.ts'
import type { IdleAudience, IdleDone } from '../programs/idle-audience.ts'
import type { Findings, Part, Say, Settings } from '../run/part.ts'
import { figureText } from '../run/print.ts'
import { inTurns, medianOf } from '../run/statistics.ts'

const SOCKETS = 5000
/** Fifty screens and tills in each business. */
const ROOMS = 100

type Measured = 'ours' | 'socketio' | 'ws'

/** What a socket costs that only sits there, and what it costs to let it in. */
export const sockets: Part = {
  name: 'sockets',
  description: `memory of an idle socket at ${SOCKETS}, and letting them in`,
  run: (settings, say) => withScratch((scratch) => measure(scratch, settings, say)),
}

async function measure(scratch: Scratch, settings: Settings, say: Say): Promise<Findings> {
  const issuer = await startIssuer(scratch)
  const contender = (peer: PeerName) => () => measureOne(scratch, peer, issuer, settings.quick)
  const done = await inTurns(
    settings,
    { ours: contender('ours'), socketio: contender('socketio'), ws: contender('ws') },
    (peer, { residentKbPerSocket, acceptMs }, round) =>
      say(
        `round ${round}/${settings.rounds}: ${peer} ${figureText(residentKbPerSocket)} KiB a socket, all in after ${figureText(acceptMs)} ms`,
      ),
  )
  return report(done)
}

async function measureOne(scratch: Scratch, peer: PeerName, issuer: Issuer, quick: boolean): Promise<IdleDone> {
  const server = await startPeerServer(scratch, peer, issuer, ROOMS)
  const driver = await startProgram(scratch, { program: 'bench/programs/idle-audience.ts', env: {}, cpu: DRIVER_CPU })
  try {
    return await giveJob<IdleAudience>(driver, {
      peer,
      secrets: server.secrets,
      port: server.port,
      serverPid: server.pid,
      sockets: SOCKETS,
      rooms: ROOMS,
      // Long enough for a garbage collection or two, which settle what is only rubbish.
      settleMs: quick ? 2000 : 5000,
    })
  } finally {
    await driver.stop()
    await server.stop()
  }
}

function report(done: Record<Measured, readonly IdleDone[]>): Findings {
  const labels: Record<Measured, string> = {
    ours: 'our realtime server (checks a token)',
    socketio: 'bare Socket.IO',
    ws: 'bare ws hub',
  }
  const memory = (peer: Measured) => medianOf(done[peer], ({ residentKbPerSocket }) => residentKbPerSocket)
  return {
    tables: [
      {
        title: `${SOCKETS.toLocaleString('en-US')} idle sockets`,
        columns: ['', 'KiB/socket', '×', 'all in after ms', 'CPU ms/socket', 'driver busy', 'closed'],
        rows: (Object.keys(labels) as Measured[]).map((peer) => [
          labels[peer],
          memory(peer),
          memory(peer) / memory('socketio'),
          Math.round(medianOf(done[peer], ({ acceptMs }) => acceptMs)),
          medianOf(done[peer], ({ acceptCpuMsPerSocket }) => acceptCpuMsPerSocket),
          medianOf(done[peer], ({ driverBusy }) => driverBusy),
          done[peer].reduce((sum, { closed }) => sum + closed, 0),
        ]),
      },
    ],
    verdicts: [
      {
        claim: 'memory of an idle socket, × bare Socket.IO',
        value: memory('ours') / memory('socketio'),
        target: 1.1,
        must: 'not exceed',
      },
    ],
    notes: ['“×” compares resident memory with bare Socket.IO’s.'],
  }
}
