import { setTimeout as sleep } from 'node:timers/promises'
import { stampReader } from '../broadcast/event.ts'
import { peerOf, type PeerName, type PeerSecrets } from '../broadcast/peers.ts'
import { publishTraffic } from '../broadcast/publish-traffic.ts'
import type { Scenario } from '../broadcast/scenarios.ts'
import { connectMembers } from '../driver/members.ts'
import { openPublisher } from '../driver/publisher.ts'
import { ownCpuTimeMs, cpuTimeMs } from '../machine/cpu-time.ts'
import { answerJob, type Program } from '../machine/job.ts'
import { createDurations } from '../run/statistics.ts'

export type AudienceJob = {
  readonly peer: PeerName
  readonly secrets: PeerSecrets
  readonly port: number
  readonly serverPid: number
  readonly scenario: Scenario
  readonly seconds: number
  readonly warmUpSeconds: number
}

export type AudienceDone = {
  readonly events: number
  readonly deliveries: number
  /** Deliveries that never came. */
  readonly lost: number
  /** Sockets that the server closed, with the first reason. */
  readonly closed: number
  readonly closeReason: string | null
  readonly serverCpuUsPerDelivery: number
  readonly deliveriesPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Share of one CPU. */
  readonly serverBusy: number
  readonly driverBusy: number
}

export type Audience = Program<AudienceJob, AudienceDone>

/** Nothing has come for this long: nothing will. */
const SILENCE_MS = 2000

/**
 * Sockets that listen and a publisher, in one process, so that one clock measures from the request to the message. The
 * server's CPU time is read around the traffic, not around the connecting.
 */
answerJob(async (job: AudienceJob): Promise<AudienceDone> => {
  const { port, scenario, seconds, serverPid } = job
  const peer = peerOf(job.peer, job.secrets)
  let delivered = 0
  let lastDeliveryAt = 0
  let durations = createDurations()
  let closed = 0
  let closeReason: string | null = null

  const readStamps = stampReader((publishedUs) => {
    lastDeliveryAt = performance.now()
    delivered++
    durations.add(lastDeliveryAt - publishedUs / 1000)
  })
  const members = await connectMembers({
    port,
    peer,
    sockets: scenario.sockets,
    rooms: scenario.rooms,
    onText: readStamps,
    onLost: (reason) => {
      closed++
      closeReason ??= reason
    },
  })
  const publisher = await openPublisher(port, scenario.traffic.kind === 'saturated' ? scenario.traffic.atOnce : 8)
  const traffic = publishTraffic(scenario, peer, publisher)
  const membersPerRoom = scenario.sockets / scenario.rooms

  await drained((await traffic(job.warmUpSeconds)) * membersPerRoom)
  delivered = 0
  durations = createDurations()

  const before = { at: performance.now(), serverMs: cpuTimeMs([serverPid]), driverMs: ownCpuTimeMs(process.pid) }
  const events = await traffic(seconds)
  await drained(events * membersPerRoom)
  const serverMs = cpuTimeMs([serverPid]) - before.serverMs
  const driverMs = ownCpuTimeMs(process.pid) - before.driverMs
  const elapsedMs = lastDeliveryAt - before.at

  publisher.close()
  for (const member of members) member.destroy()
  return {
    events,
    deliveries: delivered,
    lost: events * membersPerRoom - delivered,
    closed,
    closeReason,
    serverCpuUsPerDelivery: (serverMs * 1000) / delivered,
    deliveriesPerSecond: (delivered / elapsedMs) * 1000,
    p50Ms: durations.quantile(0.5),
    p99Ms: durations.quantile(0.99),
    serverBusy: serverMs / elapsedMs,
    driverBusy: driverMs / elapsedMs,
  }

  async function drained(expected: number): Promise<void> {
    lastDeliveryAt = Math.max(lastDeliveryAt, performance.now())
    while (delivered < expected && performance.now() - lastDeliveryAt < SILENCE_MS) await sleep(10)
  }
})
