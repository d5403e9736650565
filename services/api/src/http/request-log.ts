import { eventName } from '@loyalty-live/events'
import type { App } from './app-types.ts'

/**
 * One line for each request that changed something or failed; reading is told at debug. By route, not by URL: a query may
 * hold somebody's phone number. `event` names what was committed, and is found again in the lines of the relay and of the
 * realtime server.
 */
export function registerRequestLog(app: App): void {
  app.decorateRequest('committed', null)
  app.addHook('onResponse', async (request, reply) => {
    const { statusCode } = reply
    const { committed } = request
    const level = statusCode >= 500 ? 'error' : statusCode >= 400 || request.method !== 'GET' ? 'info' : 'debug'
    request.log[level](
      {
        tenant: request.caller?.tenant,
        subject: request.caller?.subject,
        method: request.method,
        route: request.routeOptions.url,
        status: statusCode,
        event: committed === null ? undefined : eventName({ tenant: request.caller.tenant, ...committed }),
        ms: Math.round(reply.elapsedTime * 10) / 10,
      },
      'request',
    )
  })
}
