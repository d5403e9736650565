import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { FIRST_PHONE } from '../database/population.ts'
import { createDurations } from '../run/statistics.ts'
import { population, randomChange, startMeter, type Load } from './load.ts'
import type { PgbenchRun } from './pgbench.ts'

/**
 * Stands in for pgbench where there is none: the same prepared statement, one commit for each, from so many connections of
 * this process. Node costs more than pgbench does, so a ratio against this flatters; the report says which it was.
 */
export async function runPlainClients(run: Omit<PgbenchRun, 'folder'>): Promise<Load> {
  const { statement, spread, seconds, url, postgresPid } = run
  const text = numbered(statement.text)
  const clients = Array.from(
    { length: run.clients },
    () => new pg.Client({ connectionString: url, options: `-c role=${statement.role} -c jit=off` }),
  )
  await Promise.all(clients.map((client) => client.connect()))
  const durations = createDurations()
  let going = true

  async function work(client: pg.Client): Promise<void> {
    while (going) {
      const { tenant, member, kind, points } = randomChange(population, spread.tenants)
      const phone = FIRST_PHONE + tenant * population.membersPerTenant + member
      const since = performance.now()
      await client.query({ name: 'change', text, values: [tenant, phone, points, kind === 'add' ? 0 : 1] })
      durations.add(performance.now() - since)
    }
  }

  const meter = startMeter({ clientPid: process.pid, postgresPid })
  const since = performance.now()
  const working = Promise.all(clients.map(work))
  await Promise.race([sleep(seconds * 1000), working])
  going = false
  await working
  const elapsedMs = performance.now() - since
  const used = meter(durations.count)
  await Promise.all(clients.map((client) => client.end()))
  return {
    changesPerSecond: (durations.count / elapsedMs) * 1000,
    p50Ms: durations.quantile(0.5),
    p99Ms: durations.quantile(0.99),
    ...used,
  }
}

/** pgbench's :names as the parameters of a prepared statement. */
function numbered(text: string): string {
  const names = ['tenant', 'phone', 'points', 'sign']
  return names.reduce((result, name, index) => result.replaceAll(`:${name}`, `$${index + 1}`), text)
}
