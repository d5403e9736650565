import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '../../services/api/src/db/connect.ts'
import { applyChanges, type ChangeResult } from '../../services/api/src/ledger/apply.ts'
import { Lanes } from '../../services/api/src/ledger/lanes.ts'
import { phoneOf, tenantId } from '../database/population.ts'
import { createDurations } from '../run/statistics.ts'
import { population, randomChange, startMeter, type Load, type Spread } from './load.ts'

export type LanesRun = {
  readonly url: string
  readonly postgresPid: number
  readonly spread: Spread
  readonly callers: number
  readonly seconds: number
  /** As the API has them. */
  readonly ledger: { readonly lanes: number; readonly queueMax: number }
  readonly connectionsMax: number
}

/**
 * The API's ledger in this process, without HTTP: callers who each wait for their change's commit, then make the next.
 *
 * @throws Error when a change was not applied
 */
export async function runLanes({ spread, callers, seconds, ...run }: LanesRun): Promise<Load> {
  const db = connect({ url: run.url, connectionsMax: run.connectionsMax, role: 'loyalty_app' })
  const lanes = new Lanes({
    ...run.ledger,
    apply: (changes) => applyChanges(db, changes),
    onCommitted: () => undefined,
  })
  const durations = createDurations()
  let going = true
  async function call(): Promise<void> {
    while (going) {
      const since = performance.now()
      insistApplied(await lanes.apply(changeOf(spread)))
      durations.add(performance.now() - since)
    }
  }
  try {
    const meter = startMeter({ clientPid: process.pid, postgresPid: run.postgresPid })
    const since = performance.now()
    const calls = Promise.all(Array.from({ length: callers }, call))
    await Promise.race([sleep(seconds * 1000), calls])
    going = false
    await calls
    const elapsedMs = performance.now() - since
    return {
      changesPerSecond: (durations.count / elapsedMs) * 1000,
      p50Ms: durations.quantile(0.5),
      p99Ms: durations.quantile(0.99),
      ...meter(durations.count),
    }
  } finally {
    await db.close()
  }
}

function changeOf(spread: Spread) {
  const { tenant, member, kind, points } = randomChange(population, spread.tenants)
  return {
    tenant: tenantId(tenant),
    actor: { type: 'terminal', id: 'till-1', name: 'Till 1' },
    key: randomUUID(),
    hash: '00',
    kind,
    phone: phoneOf(population, tenant, member),
    points,
    reason: null,
    orderId: null,
  } as const
}

function insistApplied(result: ChangeResult): void {
  if (result.kind !== 'applied') throw new Error(`the ledger did not apply a change: ${JSON.stringify(result)}`)
}
