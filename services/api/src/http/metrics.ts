import { setTimeout as sleep } from 'node:timers/promises'
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from '@prometheus-io/client'
import type { App } from './app-types.ts'

/** A scrape must not wait for a database that hangs: it is then that somebody looks at the other figures. */
const READ_MAX_MS = 3_000

/** Figures of this process, under names that do not depend on tenants: a label for each would have no bound. */
export type Metrics = ReturnType<typeof createMetrics>

export function createMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const deliveries = new Counter({
    name: 'loyalty_api_event_deliveries_total',
    help: 'Events that this process sent, by what became of them: accepted, rejected, unreachable (they are sent again)',
    labelNames: ['outcome'] as const,
    registers,
  })
  // From nought: of a series that begins at one, nobody sees that it has risen.
  for (const outcome of ['accepted', 'rejected', 'unreachable'] as const) deliveries.inc({ outcome }, 0)
  return {
    registry,
    requests: new Histogram({
      name: 'loyalty_api_request_seconds',
      help: 'Time to answer, by method, route and status',
      labelNames: ['method', 'route', 'status'] as const,
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
    changes: new Counter({
      name: 'loyalty_api_changes_total',
      help: 'Changes of points by what became of them',
      labelNames: ['outcome'] as const,
      registers,
    }),
    batchSize: new Histogram({
      name: 'loyalty_api_batch_changes',
      help: 'Changes in one commit',
      buckets: [1, 2, 5, 10, 25, 50, 100, 250],
      registers,
    }),
    committed: new Counter({
      name: 'loyalty_api_events_committed_total',
      help: 'Events that this process committed',
      registers,
    }),
    deliveries,
  }
}

/** A figure that is read when somebody asks for it; NaN while it cannot be read, or not in time. */
export function gauge({ registry }: Metrics, name: string, help: string, read: () => number | Promise<number>): void {
  void new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      const late = sleep(READ_MAX_MS, Number.NaN, { ref: false })
      this.set(await Promise.race([Promise.resolve(read()).catch(() => Number.NaN), late]))
    },
  })
}

/** Serves /metrics in the Prometheus text format, and times every request. */
export function registerMetrics(app: App, metrics: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    metrics.requests.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000)
  })
  app.get('/metrics', { schema: { hide: true }, config: { rateLimit: false } }, async (_request, reply) => {
    reply.type(metrics.registry.contentType)
    return metrics.registry.metrics()
  })
}
