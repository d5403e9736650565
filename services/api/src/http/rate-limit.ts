import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import { ApiError } from '../errors.ts'
import type { App } from './app-types.ts'

/**
 * Bounds how often one terminal or user may ask, and says so in the RateLimit headers. By who asks, not by address: a shop
 * with ten tills is one address. Counted in each process.
 */
export async function registerRateLimit(app: App, perMinute: number): Promise<void> {
  await app.register(rateLimit, {
    max: perMinute,
    timeWindow: 60_000,
    cache: 20_000,
    enableDraftSpec: true,
    keyGenerator: (request) =>
      request.caller ? `${request.caller.tenant} ${request.caller.subject}` : normalizeIP(request.ip),
    errorResponseBuilder: (_request, { max, ttl }) =>
      new ApiError('rate-limited', `at most ${max} such requests a minute; try again in ${Math.ceil(ttl / 1000)} s`),
  })
}

/** Limit of a sign-in route: tries at one account from one address, the successful ones too. */
export function signInLimit(perMinute: number, accountOf: (body: unknown) => string) {
  return {
    max: perMinute,
    timeWindow: 60_000,
    hook: 'preHandler' as const,
    keyGenerator: (request: { ip: string; body?: unknown }) => `${normalizeIP(request.ip)} ${accountOf(request.body)}`,
  }
}
