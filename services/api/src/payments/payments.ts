import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { KnownSettings } from '../db/tenant-settings.ts'
import type { App } from '../http/app-types.ts'
import type { Metrics } from '../http/metrics.ts'
import type { EngageDeps } from '../stream/engage.ts'
import { accountRoutes } from './account-routes.ts'
import { createAccounts } from './accounts.ts'
import { callbackRoutes } from './callbacks.ts'
import { createPaymentMetrics } from './metrics.ts'
import { mpesaProvider } from './mpesa/provider.ts'
import { paystackProvider } from './paystack/provider.ts'
import { createProviderHttp, type ProviderHttp } from './provider-http.ts'
import type { ProviderName } from './provider.ts'
import { createReconciler } from './reconciler.ts'
import { countRefusals } from './refusals.ts'
import { paymentRoutes } from './routes.ts'
import { createSecretBox } from './sealing.ts'
import { startRoutes } from './start-routes.ts'

/** Everything of payments that lives as long as the process. */
export type Payments = {
  register(app: App, options: { settings: KnownSettings; config: Pick<Config, 'limits'> }): Promise<void>
  /** Begins to ask about payments that stay open. */
  start(): void
  close(): Promise<void>
}

export type PaymentsOptions = EngageDeps & { config: Config['payments']; metrics: Metrics; logger: Logger }

/** An attempt at a token, and one at the request itself: so long may starting a payment take. */
const ATTEMPTS_MAX = 6

export function openPayments({ db, onCommitted, config, metrics, logger }: PaymentsOptions): Payments {
  const paymentMetrics = createPaymentMetrics(metrics, db)
  const connections: ProviderHttp[] = []
  const httpTo = (provider: ProviderName) => {
    const http = createProviderHttp({
      timeoutMs: config.timeoutMs,
      onAttempt: (outcome, seconds) => paymentMetrics.requests.observe({ provider, outcome }, seconds),
    })
    connections.push(http)
    return http
  }
  // Whoever collects money here: a provider is deleted with its line and its folder.
  const providers = [
    paystackProvider({ http: httpTo('paystack'), url: config.paystackUrl }),
    mpesaProvider({ http: httpTo('mpesa'), url: config.mpesaUrl, publicUrl: config.publicUrl }),
  ]
  const accounts = createAccounts(db, createSecretBox(config.secretKeys))
  const refusals = countRefusals(db, logger)
  const shared = { db, onCommitted, providers, accounts, metrics: paymentMetrics }
  const reconciler = createReconciler({ ...shared, logger, everySeconds: config.reconcileSeconds })

  return {
    async register(app, { settings, config: { limits } }) {
      await callbackRoutes(app, { ...shared, settings, refusals, perMinute: limits.perMinute })
      paymentRoutes(app, { db, onCommitted, settings, reconciler })
      startRoutes(app, {
        ...shared,
        settings,
        askInSeconds: config.reconcileSeconds,
        startMaxMs: ATTEMPTS_MAX * config.timeoutMs,
      })
      accountRoutes(app, { db, providers, accounts, publicUrl: config.publicUrl })
    },
    start: () => reconciler.start(),
    async close() {
      const stopped = reconciler.close()
      // Whoever is being asked is not waited for: the payment is asked about again.
      await Promise.all(connections.map((http) => http.close()))
      await stopped
      await refusals.close()
    },
  }
}
