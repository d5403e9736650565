import { normalizeIP } from '@fastify/rate-limit'
import { z } from 'zod'
import type { KnownSettings } from '../db/tenant-settings.ts'
import { ApiError, errorCodes } from '../errors.ts'
import type { App } from '../http/app-types.ts'
import { problemOf, responses } from '../http/problem.ts'
import { refusalError, type Result } from '../http/result.ts'
import type { EngageDeps, Engaged } from '../stream/engage.ts'
import type { Accounts } from './accounts.ts'
import type { PaymentMetrics } from './metrics.ts'
import type { Provider } from './provider.ts'
import { keepCallback } from './keep-callback.ts'
import type { Refusals } from './refusals.ts'

const BODY_BYTES_MAX = 64 * 1024

export type CallbacksOptions = EngageDeps & {
  providers: readonly Provider[]
  accounts: Accounts
  settings: KnownSettings
  refusals: Refusals
  metrics: PaymentMetrics
  /** Callbacks of one tenant from one address. */
  perMinute: number
}

const tenantParams = z.looseObject({ tenant: z.string().max(63) })

/**
 * Where providers tell of payments: prove it, then keep it and do what it says, in one transaction. Whatever is forged, repeated,
 * cut short or too large changes nothing, is counted, and is answered in one way whether the tenant exists or not.
 */
export async function callbackRoutes(app: App, options: CallbacksOptions): Promise<void> {
  const { providers, accounts, settings, refusals, metrics, perMinute } = options

  async function receive(provider: Provider, tenant: string, request: Parameters<Provider['callback']['proves']>[1]) {
    const { name, callback } = provider
    const account = await accounts.read(tenant, name)
    if (!callback.proves(account, request)) throw new ApiError(callback.unproven, UNPROVEN)
    const { defaultCountry } = await settings.read(tenant)
    const read = callback.read(request, defaultCountry)
    if (read.kind === 'ignored') return 'ignored'
    const result = await keepCallback(options, provider, tenant, read, request.raw)
    if (result.kind !== 'applied') throw refused(result)
    return result.replayed ? 'repeated' : String(result.applied.record['outcome'])
  }

  await app.register(async (scope: App) => {
    scope.removeAllContentTypeParsers()
    // The bytes as they came: the signature is over them.
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

    for (const provider of providers) {
      const { name, callback } = provider
      scope.route({
        method: 'POST',
        url: callback.url,
        bodyLimit: BODY_BYTES_MAX,
        config: {
          access: 'public',
          rawBody: callback.described.body,
          rateLimit: {
            max: perMinute,
            // Apart for each tenant: who floods one of them from behind a proxy holds up no other.
            keyGenerator: ({ ip, params }) => `${normalizeIP(ip)} ${name} ${tenantOf(params)}`,
          },
        },
        schema: {
          tags: ['callbacks'],
          summary: `What ${provider.label} tells`,
          description: `In the provider’s own form. ${callback.described.proof} Answered 200 when it was applied, was applied before, waits, or is nothing to us.`,
          params: tenantParams.extend(callback.described.params),
          response: responses(
            { 200: z.looseObject({}) },
            callback.unproven,
            'malformed-json',
            'payment-not-found',
            'payment-mismatch',
            'body-too-large',
          ),
        },
        onError: async (request, _reply, error) => {
          const { code } = problemOf(error, request)
          metrics.callbacks.inc({ provider: name, outcome: code })
          const tenant = tenantOf(request.params)
          request.log.warn({ tenant, provider: name, code }, 'callback refused')
          const ours = errorCodes[code].status < 500 && (await accounts.read(tenant, name).catch(() => null)) !== null
          if (ours) refusals.add(tenant, name, code)
        },
        handler: async (request, reply) => {
          const { headers, ip, params, query } = request
          const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
          const tenant = tenantOf(params)
          const outcome = await receive(provider, tenant, { headers, ip, params, query, raw })
          metrics.callbacks.inc({ provider: name, outcome })
          if (outcome === 'repeated') refusals.add(tenant, name, outcome)
          return reply.send(callback.thanks)
        },
      })
    }
  })
}

const UNPROVEN = 'nothing shows that this comes from the provider of a business here'

const tenantOf = (params: unknown): string => tenantParams.safeParse(params).data?.tenant ?? ''

/** The provider is not told what was expected: it did not ask, and a forger would like to know. */
function refused(result: Exclude<Result<Engaged>, { kind: 'applied' }>): ApiError {
  if (result.kind === 'key-reused') throw new Error('a callback has no idempotency key that could be reused')
  return refusalError({ code: result.refusal.code })
}
