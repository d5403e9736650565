import { signInOwners, signInTills } from '../driver/sign-in.ts'
import { cpuTimeMs, ownCpuTimeMs } from '../machine/cpu-time.ts'
import { giveJob } from '../machine/job.ts'
import { startPlatform } from '../machine/platform.ts'
import { withScratch } from '../machine/scratch.ts'
import { startProgram } from '../machine/service.ts'
import type { Readers } from '../programs/readers.ts'
import type { Tills } from '../programs/tills.ts'
import { pageNames, pagePath, type PageName } from './pages.ts'
import type { Size } from './sizes.ts'

export type Operation = PageName | 'redemption'

type Cost = {
  /** CPU time of the API and of PostgreSQL for one operation. */
  readonly cpuUs: number
  readonly p50Ms: number
}

export type SizeCosts = Readonly<Record<Operation, Cost>>

/** Few, so that it is the operation that is measured and not a queue. */
const CALLERS = 4
const WARM_UP_SECONDS = 0.5
/** A process that has just started proves a token and reads settings once for each tenant, which is not what a redemption costs. */
const WARM_UP_SECONDS_PER_TENANT = 0.003
/** Tenants whose screens ask. */
const TENANTS_ASKING = 10
/** Different pages of a kind: enough that none is measured by itself. */
const PAGES = 200

/** What each operation costs on a database of one size, with an API process that has just started and warmed up. */
export function measureSize(
  url: string,
  postgresPid: number,
  { population, tenants }: Size,
  seconds: number,
): Promise<SizeCosts> {
  return withScratch(async (scratch) => {
    const { api, apiPort } = await startPlatform(scratch, url)
    const owners = await signInOwners(apiPort, Math.min(TENANTS_ASKING, tenants))
    const tokens = await signInTills(apiPort, tenants)
    const readers = await startProgram(scratch, { program: 'bench/programs/readers.ts', env: {} })
    const tills = await startProgram(scratch, { program: 'bench/programs/tills.ts', env: {} })

    async function cost(
      work: (seconds: number) => Promise<{ count: number; p50Ms: number }>,
      warmUpSeconds = WARM_UP_SECONDS,
    ): Promise<Cost> {
      await work(warmUpSeconds)
      const before = ownCpuTimeMs(api.pid) + cpuTimeMs([postgresPid])
      const { count, p50Ms } = await work(seconds)
      const usedMs = ownCpuTimeMs(api.pid) + cpuTimeMs([postgresPid]) - before
      return { cpuUs: (usedMs * 1000) / count, p50Ms }
    }

    const readPages = (name: PageName) => async (readSeconds: number) => {
      const pages = Array.from({ length: PAGES }, (_, index) => {
        const tenant = index % owners.length
        return { path: pagePath(name, population, tenant), token: owners[tenant]! }
      })
      const job = { apiPort, callers: CALLERS, seconds: readSeconds, pages }
      const { reads, p50Ms } = await giveJob<Readers>(readers, job)
      return { count: reads, p50Ms }
    }

    async function redeem(redeemSeconds: number) {
      const job = { apiPort, population, tenants, callers: CALLERS, seconds: redeemSeconds, tokens }
      const { changes, p50Ms } = await giveJob<Tills>(tills, job)
      return { count: changes, p50Ms }
    }

    const costs: [Operation, Cost][] = [
      ['redemption', await cost(redeem, WARM_UP_SECONDS + tenants * WARM_UP_SECONDS_PER_TENANT)],
    ]
    for (const name of pageNames) costs.push([name, await cost(readPages(name))])
    return Object.fromEntries(costs) as Record<Operation, Cost>
  })
}
