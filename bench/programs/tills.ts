import { randomUUID } from 'node:crypto'
import { phoneOf, type Population } from '../database/population.ts'
import { httpRequest, openHttpConnection, type HttpConnection } from '../driver/http-connection.ts'
import { answerJob, type Program } from '../machine/job.ts'
import { randomChange } from '../ledger/load.ts'
import { createDurations } from '../run/statistics.ts'

export type TillsJob = {
  readonly apiPort: number
  readonly population: Population
  /** Tenants whose tills these are: the first ones of the population. */
  readonly tenants: number
  readonly callers: number
  readonly seconds: number
  /** Tokens of tills, by number of the tenant. */
  readonly tokens: readonly string[]
}

export type TillsDone = {
  readonly changes: number
  readonly elapsedMs: number
  readonly p50Ms: number
  readonly p99Ms: number
}

export type Tills = Program<TillsJob, TillsDone>

/** Tills, each on a connection of its own: redeem or add, wait for the answer, the next. */
answerJob(async (job: TillsJob): Promise<TillsDone> => {
  const { apiPort, callers, seconds } = job
  const connections = await Promise.all(Array.from({ length: callers }, () => openHttpConnection(apiPort)))
  const durations = createDurations()
  const since = performance.now()
  const until = since + seconds * 1000

  async function serve(connection: HttpConnection): Promise<void> {
    while (performance.now() < until) {
      const request = requestOf(job)
      const sentAt = performance.now()
      const { status, body } = await connection.send(request)
      if (status !== 201) throw new Error(`the API answered ${status}: ${body}`)
      durations.add(performance.now() - sentAt)
    }
  }

  await Promise.all(connections.map(serve))
  const elapsedMs = performance.now() - since
  for (const connection of connections) connection.close()
  return {
    changes: durations.count,
    elapsedMs,
    p50Ms: durations.quantile(0.5),
    p99Ms: durations.quantile(0.99),
  }
})

function requestOf({ population, tenants, tokens }: TillsJob): string {
  const { tenant, member, kind, points } = randomChange(population, tenants)
  return httpRequest(
    'POST',
    '/api/loyalty/phone-lookup',
    {
      authorization: `Bearer ${tokens[tenant]}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    },
    JSON.stringify({ phone: phoneOf(population, tenant, member), action: kind, points }),
  )
}
