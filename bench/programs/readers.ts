import { httpRequest, openHttpConnection, type HttpConnection } from '../driver/http-connection.ts'
import { answerJob, type Program } from '../machine/job.ts'
import { createDurations } from '../run/statistics.ts'

export type ReadersJob = {
  readonly apiPort: number
  readonly callers: number
  readonly seconds: number
  /** Asked for again and again, in turns. */
  readonly pages: readonly { readonly path: string; readonly token: string }[]
}

export type ReadersDone = { readonly reads: number; readonly p50Ms: number }

export type Readers = Program<ReadersJob, ReadersDone>

/** Consoles, each on a connection of its own: a page, its answer, the next page. */
answerJob(async ({ apiPort, callers, seconds, pages }: ReadersJob): Promise<ReadersDone> => {
  const connections = await Promise.all(Array.from({ length: callers }, () => openHttpConnection(apiPort)))
  const durations = createDurations()
  const until = performance.now() + seconds * 1000
  let next = 0

  async function read(connection: HttpConnection): Promise<void> {
    while (performance.now() < until) {
      const { path, token } = pages[next++ % pages.length]!
      const since = performance.now()
      const { status, body } = await connection.send(httpRequest('GET', path, { authorization: `Bearer ${token}` }))
      if (status !== 200) throw new Error(`${path} was answered ${status}: ${body}`)
      durations.add(performance.now() - since)
    }
  }

  await Promise.all(connections.map(read))
  for (const connection of connections) connection.close()
  return { reads: durations.count, p50Ms: durations.quantile(0.5) }
})
