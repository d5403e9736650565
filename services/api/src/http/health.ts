import type { App } from './app-types.ts'

const CHECK_TIMEOUT_MS = 2_000

export type HealthOptions = {
  /** Rejects when the database does not answer. */
  checkDatabase: () => Promise<unknown>
  /** True from the moment this process has been told to stop. */
  isClosing: () => boolean
}

/** /healthz: the process answers. /readyz: it can do its work; 503 with the reason when not, so that traffic goes elsewhere. */
export function registerHealth(app: App, { checkDatabase, isClosing }: HealthOptions): void {
  const options = { schema: { hide: true }, config: { rateLimit: false as const }, logLevel: 'warn' as const }
  app.get('/healthz', options, async () => ({ status: 'ok' }))
  app.get('/readyz', options, async (_request, reply) => {
    if (isClosing()) return reply.code(503).send({ ready: false, reason: 'stopping' })
    try {
      await Promise.race([checkDatabase(), rejectAfter(CHECK_TIMEOUT_MS)])
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
