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

/** /healthz: the process answers. /readyz: it can do its work; 503 with the reason when not, so that traffic goes elsewhere. */
export function registerHealth(app: App, { checkDatabase, isClosing, metrics }: HealthOptions): void {
  const checkInTime = () => Promise.race([checkDatabase(), rejectAfter(CHECK_TIMEOUT_MS)])
  gauge(metrics, 'loyalty_api_ready', '1 while the database answers and the process is not stopping', async () => {
    if (isClosing()) return 0
    return checkInTime().then(
      () => 1,
      () => 0,
    )
  })
  const options = { schema: { hide: true }, config: { rateLimit: false as const }, logLevel: 'warn' as const }
  app.get('/healthz', options, async () => ({ status: 'ok' }))
  app.get('/readyz', options, async (_request, reply) => {
    if (isClosing()) return reply.code(503).send({ ready: false, reason: 'stopping' })
    try {
      await checkInTime()
      return { ready: true }
    } catch (error) {
      return reply.code(503).send({ ready: false, reason: `database: ${(error as Error).message}` })
    }
  })
}

function rejectAfter(timeoutMs: number): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs).unref()
  return promise
}
