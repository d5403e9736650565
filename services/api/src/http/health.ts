import { outageOf, type Outage } from '../db/outage.ts'
import type { App } from './app-types.ts'
import { gauge, type Metrics } from './metrics.ts'

const CHECK_TIMEOUT_MS = 2_000

export type HealthOptions = {
  /** Rejects when the database does not answer. */
  checkDatabase: () => Promise<unknown>
  /** True from the moment this process has been told to stop. */
  isClosing: () => boolean
  metrics: Metrics
}

/**
 * /healthz: the process answers. /readyz: it can do its work; 503 with the reason when not, so that traffic goes elsewhere. The
 * reason is a word of ours, since anybody may ask; what the database's driver said is logged, once for each change.
 */
export function registerHealth(app: App, { checkDatabase, isClosing, metrics }: HealthOptions): void {
  let outage: Outage | null = null

  function note(now: Outage | null, error?: unknown): void {
    if (now !== null && now !== outage) app.log.warn({ reason: now, err: error }, 'not ready')
    if (now === null && outage !== null) app.log.info({ reason: outage }, 'ready again')
    outage = now
  }

  /** Null: ready. */
  async function whyUnready(): Promise<'stopping' | Outage | null> {
    if (isClosing()) return 'stopping'
    try {
      await Promise.race([checkDatabase(), rejectAfter(CHECK_TIMEOUT_MS)])
      note(null)
      return null
    } catch (error) {
      const now = outageOf(error)
      note(now, error)
      return now
    }
  }

  gauge(metrics, 'loyalty_api_ready', '1 while the database answers and the process is not stopping', async () =>
    (await whyUnready()) === null ? 1 : 0,
  )
  const options = { schema: { hide: true }, config: { rateLimit: false as const }, logLevel: 'warn' as const }
  app.get('/healthz', options, async () => ({ status: 'ok' }))
  app.get('/readyz', options, async (_request, reply) => {
    const reason = await whyUnready()
    return reason === null ? { ready: true } : reply.code(503).send({ ready: false, reason })
  })
}

function rejectAfter(timeoutMs: number): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs).unref()
  return promise
}
