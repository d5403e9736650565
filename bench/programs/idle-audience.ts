import { setTimeout as sleep } from 'node:timers/promises'
import { peerOf, type PeerName, type PeerSecrets } from '../broadcast/peers.ts'
import { connectMembers } from '../driver/members.ts'
import { cpuTimeMs, ownCpuTimeMs, residentKb } from '../machine/cpu-time.ts'
import { answerJob, type Program } from '../machine/job.ts'

export type IdleJob = {
  readonly peer: PeerName
  readonly secrets: PeerSecrets
  readonly port: number
  readonly serverPid: number
  readonly sockets: number
  readonly rooms: number
  readonly settleMs: number
}

export type IdleDone = {
  /** Resident memory of the server that each socket added. */
  readonly residentKbPerSocket: number
  /** From the first connection to the last member. */
  readonly acceptMs: number
  readonly acceptCpuMsPerSocket: number
  readonly driverBusy: number
  /** Sockets that the server closed while they were idle. */
  readonly closed: number
}

export type IdleAudience = Program<IdleJob, IdleDone>

/** Connected before anything is measured, so that code is compiled and pools are there. */
const FIRST = 200

/** Connects sockets as fast as the server takes them, then leaves them alone. */
answerJob(async ({ port, serverPid, sockets, rooms, settleMs, ...job }: IdleJob): Promise<IdleDone> => {
  const peer = peerOf(job.peer, job.secrets)
  let closed = 0
  const connect = (count: number) =>
    connectMembers({ port, peer, sockets: count, rooms, onText: () => undefined, onLost: () => closed++ })

  const first = await connect(FIRST)
  await sleep(settleMs)
  const before = {
    at: performance.now(),
    residentKb: residentKb(serverPid),
    cpuMs: cpuTimeMs([serverPid]),
    driverMs: ownCpuTimeMs(process.pid),
  }
  const members = await connect(sockets)
  const acceptMs = performance.now() - before.at
  const cpuMs = cpuTimeMs([serverPid]) - before.cpuMs
  const driverMs = ownCpuTimeMs(process.pid) - before.driverMs
  await sleep(settleMs)
  const addedKb = residentKb(serverPid) - before.residentKb
  for (const socket of [...first, ...members]) socket.destroy()
  return {
    residentKbPerSocket: addedKb / sockets,
    acceptMs,
    acceptCpuMsPerSocket: cpuMs / sockets,
    driverBusy: driverMs / acceptMs,
    closed,
  }
})
