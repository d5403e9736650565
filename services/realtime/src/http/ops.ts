import type { IncomingMessage, ServerResponse } from 'node:http'
import { asyncApiDocument } from '@loyalty-live/events/asyncapi'
import type { Metrics } from '../metrics.ts'
import type { ProbeState } from '../probe.ts'
import { answer, answerJson } from './answer.ts'
import type { Routes } from './router.ts'

export type OpsDeps = {
  readonly readProbe: () => ProbeState
  readonly metrics: Metrics
  /** Where clients reach this server. */
  readonly url: () => string
}

/** Makes the routes for whoever runs the server, and for whoever writes a client of it. */
export function createOpsRoutes({ readProbe, metrics, url }: OpsDeps): Routes {
  let document: string | null = null

  return {
    '/healthz': { GET: (_request, response) => answerJson(response, 200, { healthy: true }) },
    '/readyz': { GET: readiness },
    '/metrics': { GET: scrape },
    '/asyncapi.json': {
      GET: (_request, response) => {
        document ??= JSON.stringify(asyncApiDocument(url()))
        answer(response, 200, 'application/json', document)
      },
    },
  }

  function readiness(_request: IncomingMessage, response: ServerResponse): void {
    const probe = readProbe()
    if (probe.state === 'ready') answerJson(response, 200, { ready: true, probeMs: probe.probeMs })
    else answerJson(response, 503, { ready: false, state: probe.state, reason: probe.reason })
  }

  async function scrape(_request: IncomingMessage, response: ServerResponse): Promise<void> {
    answer(response, 200, metrics.registry.contentType, await metrics.registry.metrics())
  }
}
