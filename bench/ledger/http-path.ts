import { giveJob } from '../machine/job.ts'
import type { RunningProcess } from '../machine/service.ts'
import type { Tills, TillsJob } from '../programs/tills.ts'
import { startMeter, type Load } from './load.ts'

export type HttpRun = {
  readonly tills: RunningProcess
  readonly apiPid: number
  readonly postgresPid: number
  readonly job: TillsJob
}

/** The whole way of a change: a till's request over HTTP to the real API process, and its answer after the commit. */
export async function runHttpPath({ tills, apiPid, postgresPid, job }: HttpRun): Promise<Load> {
  const meter = startMeter({ clientPid: apiPid, postgresPid })
  const { changes, elapsedMs, p50Ms, p99Ms } = await giveJob<Tills>(tills, job)
  return { changesPerSecond: (changes / elapsedMs) * 1000, p50Ms, p99Ms, ...meter(changes) }
}
