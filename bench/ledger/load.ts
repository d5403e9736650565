import type { Population } from '../database/population.ts'
import { cpuTimeMs, ownCpuTimeMs } from '../machine/cpu-time.ts'

/** Over which tenants the changes are spread: all of the population, or its first alone. */
export type Spread = { readonly name: string; readonly tenants: number }

/** What a contender did in the time it was given. */
export type Load = {
  readonly changesPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** CPU time of one change, in the client's process (with HTTP: the API's; NaN of pgbench) and in PostgreSQL's. */
  readonly clientCpuUs: number
  readonly postgresCpuUs: number
}

export const population: Population = {
  tenants: 100,
  membersPerTenant: 200,
  entriesPerCard: 1,
  openingPoints: 1_000_000,
}

export const spreads: readonly Spread[] = [
  { name: '100 tenants', tenants: population.tenants },
  { name: 'one hot tenant', tenants: 1 },
]

/** The change that everybody makes: a few points, added or redeemed, of any member of any of so many tenants. */
export function randomChange(
  { membersPerTenant }: Population,
  tenants: number,
): {
  tenant: number
  member: number
  kind: 'add' | 'redeem'
  points: number
} {
  return {
    tenant: below(tenants),
    member: below(membersPerTenant),
    kind: Math.random() < 0.5 ? 'add' : 'redeem',
    points: 1 + below(5),
  }
}

const below = (limit: number) => Math.floor(Math.random() * limit)

/** Meters the CPU time of a client process (null: not asked for) and of PostgreSQL, for each change. */
export function startMeter({ clientPid, postgresPid }: { clientPid: number | null; postgresPid: number }) {
  const read = () => ({
    clientMs: clientPid === null ? Number.NaN : ownCpuTimeMs(clientPid),
    postgresMs: cpuTimeMs([postgresPid]),
  })
  const before = read()
  return (changes: number): Pick<Load, 'clientCpuUs' | 'postgresCpuUs'> => {
    const after = read()
    return {
      clientCpuUs: ((after.clientMs - before.clientMs) * 1000) / changes,
      postgresCpuUs: ((after.postgresMs - before.postgresMs) * 1000) / changes,
    }
  }
}
