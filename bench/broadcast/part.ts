import { giveJob } from '../machine/job.ts'
import { withScratch, type Scratch } from '../machine/scratch.ts'
import { startProgram } from '../machine/service.ts'
import type { Audience, AudienceDone } from '../programs/audience.ts'
import type { Findings, Part, Say, Settings } from '../run/part.ts'
import { figureText } from '../run/print.ts'
import { inTurns } from '../run/statistics.ts'
import { startIssuer, type Issuer } from './issuer.ts'
import { peerNames, type PeerName } from './peers.ts'
import { reportBroadcast, type Measured } from './report.ts'
import { scenarioNames, scenarios, type Scenario } from './scenarios.ts'
import { DRIVER_CPU, startPeerServer, whyNoFloor } from './servers.ts'

/** CPU time of the server for each delivery: ours beside bare Socket.IO, a bare `ws` hub and the floor in C. */
export const broadcast: Part = {
  name: 'broadcast',
  description: 'server CPU time for each delivery, beside bare Socket.IO, ws and a hub in C',
  run: (settings, say) => withScratch((scratch) => measure(scratch, settings, say)),
}

async function measure(scratch: Scratch, settings: Settings, say: Say): Promise<Findings> {
  const missing = whyNoFloor(scratch)
  if (missing !== null) say(`the floor is left out: ${missing}`)
  const present = peerNames.filter((name) => name !== 'floor' || missing === null)
  const issuer = await startIssuer(scratch)
  const measured: Measured[] = []
  for (const name of scenarioNames) {
    const scenario: Scenario = scenarios[name]
    const contenders = Object.fromEntries(
      (scenario.peers ?? present).map((peer) => [peer, () => measureOne(scratch, peer, scenario, issuer, settings)]),
    ) as Record<PeerName, () => Promise<AudienceDone>>
    const done = await inTurns(settings, contenders, (peer, result, round) =>
      say(`${scenario.name}, round ${round}/${settings.rounds}: ${peer} ${resultText(result)}`),
    )
    measured.push({ name, done })
  }
  return reportBroadcast(measured, missing)
}

async function measureOne(
  scratch: Scratch,
  peer: PeerName,
  scenario: Scenario,
  issuer: Issuer,
  { seconds, quick }: Settings,
): Promise<AudienceDone> {
  const server = await startPeerServer(scratch, peer, issuer, scenario.rooms)
  const driver = await startProgram(scratch, { program: 'bench/programs/audience.ts', env: {}, cpu: DRIVER_CPU })
  try {
    return await giveJob<Audience>(driver, {
      peer,
      secrets: server.secrets,
      port: server.port,
      serverPid: server.pid,
      scenario,
      seconds,
      warmUpSeconds: quick ? 1 : 2,
    })
  } finally {
    await driver.stop()
    await server.stop()
  }
}

function resultText({ serverCpuUsPerDelivery, p50Ms, lost, closed, closeReason }: AudienceDone): string {
  const trouble = lost > 0 || closed > 0 ? `, LOST ${lost}, closed ${closed} (${closeReason})` : ''
  return `${figureText(serverCpuUsPerDelivery)} µs a delivery, p50 ${figureText(p50Ms)} ms${trouble}`
}
