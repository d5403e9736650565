import { randomUUIDv7 } from 'node:crypto'
import cors from '@fastify/cors'
import underPressure from '@fastify/under-pressure'
import Fastify, { LogController, type FastifyBaseLogger } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Logger } from 'pino'
import { activityRoutes } from './activity/routes.ts'
import { adjustmentRoutes } from './adjustments/routes.ts'
import { bookingRoutes } from './bookings/routes.ts'
import type { Config } from './config.ts'
import type { Db } from './db/connect.ts'
import { dashboardRoutes } from './dashboard/routes.ts'
import type { KnownSettings } from './db/tenant-settings.ts'
import { enrolmentRoutes } from './enrolments/routes.ts'
import { registerAnswerHeaders } from './http/answer-headers.ts'
import type { App } from './http/app-types.ts'
import { registerAuthentication } from './http/auth/authenticate.ts'
import type { Revocation, Revocations } from './http/auth/revocations.ts'
import type { KeyRing } from './http/auth/signing-keys.ts'
import { tokenVerifier } from './http/auth/verify-token.ts'
import { answerClientError, HTTP_LIMITS, registerHostCheck } from './http/client-errors.ts'
import { registerConsole } from './http/console.ts'
import { registerConnectionClose } from './http/graceful-close.ts'
import { registerHealth } from './http/health.ts'
import { registerMetrics, type Metrics } from './http/metrics.ts'
import { registerOpenApi } from './http/openapi.ts'
import { registerProblems, sendAstray } from './http/problem.ts'
import { createQrCodes } from './http/qr-codes.ts'
import { registerRateLimit } from './http/rate-limit.ts'
import { registerRequestLog } from './http/request-log.ts'
import type { Lanes } from './ledger/lanes.ts'
import { ledgerRoutes } from './ledger/routes.ts'
import { meRoutes } from './me/routes.ts'
import { memberRoutes } from './members/routes.ts'
import type { Payments } from './payments/payments.ts'
import { programRoutes } from './programs/routes.ts'
import { qrScanRoutes } from './qr-scans/routes.ts'
import { settingsRoutes } from './settings/routes.ts'
import { codeSender } from './sign-in/code-sender.ts'
import { createCustomerCodes } from './sign-in/customer-codes.ts'
import { signInRoutes } from './sign-in/routes.ts'
import { staffRoutes } from './staff/routes.ts'
import type { Heads } from './stream/heads.ts'
import type { Pages } from './stream/pages.ts'
import { streamRoutes } from './stream/routes.ts'
import type { OnCommitted } from './stream/write.ts'
import { terminalRoutes } from './terminals/routes.ts'

const BODY_BYTES_MAX = 64 * 1024
const REQUEST_TIMEOUT_MS = 30_000
const EVENT_LOOP_DELAY_MAX_MS = 2_000

export type AppDeps = {
  config: Config
  logger: Logger
  db: Db
  keyRing: KeyRing
  revocations: Revocations
  settings: KnownSettings
  lanes: Lanes
  heads: Heads
  pages: Pages
  metrics: Metrics
  payments: Payments
  onCommitted: OnCommitted
  onRevoked: (revocation: Revocation) => void
  isClosing: () => boolean
}

/** The application with every route, not listening: `start.ts` gives it a port, tests inject requests. */
export async function buildApp(deps: AppDeps): Promise<App> {
  const { config, logger, db, keyRing, revocations, metrics, onCommitted, onRevoked, isClosing } = deps
  const { auth, limits } = config
  const fastifyLogger: FastifyBaseLogger = logger
  const app: App = Fastify({
    loggerInstance: fastifyLogger,
    genReqId: () => randomUUIDv7(),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: HTTP_LIMITS,
    clientErrorHandler: answerClientError,
    keepAliveTimeout: 65_000,
    trustProxy: config.trustProxy,
    // A request that is here is served, also while closing; see graceful-close.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    frameworkErrors: sendAstray,
  }).withTypeProvider<ZodTypeProvider>()
  app.removeContentTypeParser('text/plain')
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)

  registerAnswerHeaders(app)
  registerProblems(app)
  registerConnectionClose(app, isClosing)
  registerRequestLog(app)
  await app.register(cors, {
    origin: config.corsOrigin,
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: [
      'etag',
      'retry-after',
      'idempotency-replayed',
      'ratelimit-limit',
      'ratelimit-remaining',
      'ratelimit-reset',
    ],
  })
  registerHostCheck(app)
  await app.register(underPressure, { maxEventLoopDelay: EVENT_LOOP_DELAY_MAX_MS, retryAfter: 1 })
  registerAuthentication(app, tokenVerifier(keyRing, auth), revocations)
  await registerRateLimit(app, limits.perMinute)
  await registerOpenApi(app)
  registerMetrics(app, metrics)
  // An exported snapshot is a small file: a server whose disk is full answers `select 1`, and can do none of our work.
  const checkDatabase = () => db.pool.query('select pg_export_snapshot()')
  registerHealth(app, { checkDatabase, isClosing, metrics })

  const { tokenSeconds } = auth
  if (keyRing.sign) {
    const codes = createCustomerCodes(db, config.customerSecrets, codeSender(config, logger))
    signInRoutes(app, { db, sign: keyRing.sign, auth, attemptsPerMinute: limits.signInPerMinute, codes })
  }
  app.get('/.well-known/jwks.json', { schema: { hide: true } }, () => keyRing.jwks)
  streamRoutes(app, deps)
  ledgerRoutes(app, deps)
  memberRoutes(app, { db, onCommitted })
  programRoutes(app, { db, onCommitted })
  settingsRoutes(app, deps)
  activityRoutes(app, { db })
  staffRoutes(app, { db, tokenSeconds, onRevoked })
  terminalRoutes(app, { db, tokenSeconds, onRevoked })
  const qrCodes = createQrCodes(config.customerSecrets)
  enrolmentRoutes(app, deps)
  qrScanRoutes(app, { db, onCommitted, qrCodes })
  adjustmentRoutes(app, deps)
  await deps.payments.register(app, deps)
  bookingRoutes(app, deps)
  dashboardRoutes(app, { db })
  meRoutes(app, { db, onCommitted, qrCodes })
  await registerConsole(app, config)
  return app
}
