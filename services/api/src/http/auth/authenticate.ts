import type { FastifyRequest } from 'fastify'
import { ApiError } from '../../errors.ts'
import type { App, Caller } from '../app-types.ts'
import type { Revocations } from './revocations.ts'
import type { TokenVerifier } from './verify-token.ts'

/**
 * Lets a request through to its route when the route is public, or the token proves one of the roles that the route names.
 * A route that does not say who may use it stops the application from starting.
 */
export function registerAuthentication(app: App, verify: TokenVerifier, revocations: Revocations): void {
  app.decorateRequest('caller', null as unknown as Caller)

  app.addHook('onRoute', ({ method, url, config }) => {
    if (url.startsWith('/api/') && config?.access === undefined) {
      throw new Error(`route ${String(method)} ${url} does not say who may use it (config.access)`)
    }
  })

  app.addHook('onRequest', async (request) => {
    const access = request.routeOptions.config.access ?? 'public'
    if (access === 'public') return
    const caller = await verify(bearerToken(request))
    if (revocations.has(caller.tenant, caller.subject)) {
      throw new ApiError('token-revoked', 'this terminal or user was revoked; sign in again')
    }
    if (!access.includes(caller.role)) {
      throw new ApiError('role-not-allowed', `the role ${caller.role} may not do that; it takes ${access.join(' or ')}`)
    }
    request.caller = caller
  })
}

function bearerToken(request: FastifyRequest): string {
  const match = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')
  if (!match) throw new ApiError('token-missing', 'send the token as authorization: Bearer <token>')
  return match[1]!
}
