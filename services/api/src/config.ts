import { resolve } from 'node:path'
import { z } from 'zod'

const port = z.coerce.number().int().min(0).max(65_535)
const positive = z.coerce.number().int().positive()

/** Nobody signs in by a URL: errors and logs write it down, and browsers are told where the realtime server is. */
const url = z.url({ protocol: /^https?$/, error: 'must be an http or https URL', abort: true }).refine(
  (text) => {
    const { username, password } = new URL(text)
    return username === '' && password === ''
  },
  { error: 'must not hold a user name or a password', abort: true },
)

const origin = url.refine((text) => new URL(text).href === `${new URL(text).origin}/`, {
  error: 'must end with the host or its port: no path',
})

/** Splits at commas and white space, so that lists read well in .env files and on one line. */
const list = (item: z.ZodType<string, string>) =>
  z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter(Boolean))
    .pipe(z.array(item).min(1))

const webhookSecret = z
  .string()
  .refine(
    (secret) =>
      /^(whsec_)?[A-Za-z0-9+/]+=*$/.test(secret) && Buffer.from(secret.replace(/^whsec_/, ''), 'base64').length >= 24,
    { error: 'must be a Standard Webhooks secret: whsec_ and the base64 of at least 24 random bytes' },
  )

/** 32 bytes each; the first seals, the others still open what they sealed. */
const secretsKey = z
  .string()
  .refine((text) => /^[A-Za-z0-9+/_-]{43}=?$/.test(text), { error: 'must be the base64 of 32 random bytes' })

const privateJwk = z.looseObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), d: z.string(), x: z.string() })

/** One key, or a JWK Set (RFC 7517): the first signs, the others are still accepted while a rotation is under way. */
const signingKeys = z.string().transform((text, context) => {
  try {
    const json = JSON.parse(text) as { keys?: unknown[] }
    return z
      .array(privateJwk)
      .min(1)
      .parse(json.keys ?? [json])
  } catch {
    context.addIssue({
      code: 'custom',
      message: 'must be a private Ed25519 key as a JWK, or a JWK Set of them (npm run keys:new prints one)',
    })
    return z.NEVER
  }
})

/** Where `npm run build` leaves the console. */
const CONSOLE_FOLDER = resolve(import.meta.dirname, '..', '..', '..', 'apps', 'console', 'dist')

const environment = z
  .object({
    NODE_ENV: z.enum(['production', 'development', 'test']).default('production'),
    API_HOST: z.string().default('127.0.0.1'),
    API_PORT: port.default(9010),
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    DATABASE_URL: z.string().min(1),
    DATABASE_CONNECTIONS: positive.max(500).default(10),
    WS_SERVER_URL: list(origin).default(['http://localhost:9011']),
    BROADCAST_SECRET: list(webhookSecret),
    AUTH_SIGNING_KEY: signingKeys.optional(),
    AUTH_JWKS_URL: url.optional(),
    AUTH_ISSUER: z.string().min(1).default('loyalty-live'),
    AUTH_AUDIENCE: z.string().min(1).default('loyalty-live'),
    AUTH_TOKEN_SECONDS: positive.max(86_400).default(600),
    CUSTOMER_SECRET: z.string().min(32, { error: 'must be at least 32 random characters' }).optional(),
    CUSTOMER_CODE_WEBHOOK_URL: url.optional(),
    CUSTOMER_CODE_WEBHOOK_SECRET: webhookSecret.optional(),
    SECRETS_KEY: list(secretsKey).optional(),
    API_PUBLIC_URL: origin.optional(),
    PAYSTACK_URL: url.default('https://api.paystack.co'),
    MPESA_URL: url.default('https://api.safaricom.co.ke'),
    PAYMENT_TIMEOUT_MS: positive.max(60_000).default(10_000),
    PAYMENT_RECONCILE_SECONDS: positive.max(3600).default(60),
    AUTH_REFRESH_DAYS: positive.max(365).default(30),
    LEDGER_LANES: positive.max(16).default(2),
    LEDGER_QUEUE_MAX: positive.default(2000),
    RATE_LIMIT_PER_MINUTE: positive.default(6000),
    SIGN_IN_LIMIT_PER_MINUTE: positive.default(60),
    EVENT_RETENTION_DAYS: positive.default(7),
    IDEMPOTENCY_DAYS: positive.min(7, { error: 'must be at least 7: clients may retry that long' }).default(7),
    NOTIFICATION_READ_DAYS: positive.default(90),
    NOTIFICATION_DAYS: positive.default(365),
    CORS_ORIGIN: z.string().default('*'),
    REALTIME_PUBLIC_URL: url.optional(),
    CONSOLE_FOLDER: z.string().min(1).default(CONSOLE_FOLDER),
    TRUST_PROXY: z.stringbool().default(false),
  })
  .check((context) => {
    const { AUTH_SIGNING_KEY, AUTH_JWKS_URL, CUSTOMER_SECRET } = context.value
    if (!AUTH_SIGNING_KEY && !AUTH_JWKS_URL) {
      context.issues.push({
        code: 'custom',
        input: undefined,
        path: ['AUTH_SIGNING_KEY'],
        message: 'is missing: set it (npm run keys:new prints one), or AUTH_JWKS_URL for an outside identity provider',
      })
    } else if (!AUTH_SIGNING_KEY && !CUSTOMER_SECRET) {
      context.issues.push({
        code: 'custom',
        input: undefined,
        path: ['CUSTOMER_SECRET'],
        message: 'is missing: with an outside identity provider it is what customers’ QR codes are signed with',
      })
    }
    for (const name of ['NOTIFICATION_READ_DAYS', 'NOTIFICATION_DAYS'] as const) {
      if (context.value[name] >= context.value.EVENT_RETENTION_DAYS) continue
      context.issues.push({
        code: 'custom',
        input: undefined,
        path: [name],
        message: 'must be at least EVENT_RETENTION_DAYS: what is told of is there as long',
      })
    }
    const { CUSTOMER_CODE_WEBHOOK_URL, CUSTOMER_CODE_WEBHOOK_SECRET } = context.value
    if (CUSTOMER_CODE_WEBHOOK_URL && !CUSTOMER_CODE_WEBHOOK_SECRET) {
      context.issues.push({
        code: 'custom',
        input: undefined,
        path: ['CUSTOMER_CODE_WEBHOOK_SECRET'],
        message:
          'is missing: it signs what is sent to CUSTOMER_CODE_WEBHOOK_URL (npm run keys:new prints such secrets)',
      })
    }
  })

export type Jwk = z.infer<typeof privateJwk>

export type Config = {
  readonly production: boolean
  readonly host: string
  readonly port: number
  readonly logLevel: string
  readonly database: { readonly url: string; readonly connectionsMax: number }
  readonly relay: { readonly targets: readonly string[]; readonly secrets: readonly string[] }
  readonly auth: {
    /** Our private keys, or where an outside provider publishes its own. */
    readonly keys: { readonly own: readonly Jwk[] } | { readonly jwksUrl: string }
    readonly issuer: string
    readonly audience: string
    readonly tokenSeconds: number
    readonly refreshDays: number
  }
  /** What the keys of customers' codes are derived from: the first signs, the others still count. */
  readonly customerSecrets: readonly string[]
  /** Who sends customers their one-time codes; null: the log in development, nobody in production. */
  readonly customerCodeWebhook: { readonly url: string; readonly secret: string } | null
  readonly payments: {
    /** What tenants' secrets are sealed with, 32 bytes each; none: nothing can be set up. */
    readonly secretKeys: readonly Buffer[]
    /** Where providers reach this API. */
    readonly publicUrl: string
    readonly paystackUrl: string
    readonly mpesaUrl: string
    /** For each attempt. */
    readonly timeoutMs: number
    /** How long a payment may stay open before its provider is asked. */
    readonly reconcileSeconds: number
  }
  readonly ledger: { readonly lanes: number; readonly queueMax: number }
  readonly limits: { readonly perMinute: number; readonly signInPerMinute: number }
  readonly retention: {
    readonly eventDays: number
    readonly idempotencyDays: number
    /** Since a notification was read. */
    readonly notificationReadDays: number
    /** Since it was made, read or not. */
    readonly notificationDays: number
  }
  readonly corsOrigin: string
  /** The built console, and where its browsers reach the realtime server. */
  readonly console: { readonly folder: string; readonly realtimeUrl: string }
  /** Believe X-Forwarded-For: only behind a proxy that sets it. */
  readonly trustProxy: boolean
}

/** Every fault of the environment in one error, so that one restart mends them all. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** Reads the environment. @throws ConfigError naming every variable that is missing or wrong */
export function parseConfig(env: Record<string, string | undefined>): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = environment.safeParse(present)
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `  ${String(issue.path[0])}: ${issue.message}`)
    throw new ConfigError(`the environment is not complete:\n${faults.join('\n')}`)
  }
  const e = parsed.data
  return {
    production: e.NODE_ENV === 'production',
    host: e.API_HOST,
    port: e.API_PORT,
    logLevel: e.LOG_LEVEL,
    database: { url: e.DATABASE_URL, connectionsMax: e.DATABASE_CONNECTIONS },
    relay: { targets: e.WS_SERVER_URL, secrets: e.BROADCAST_SECRET },
    auth: {
      // A key of our own wins: the realtime server beside us needs AUTH_JWKS_URL, often from the same environment.
      keys: e.AUTH_SIGNING_KEY ? { own: e.AUTH_SIGNING_KEY } : { jwksUrl: e.AUTH_JWKS_URL! },
      issuer: e.AUTH_ISSUER,
      audience: e.AUTH_AUDIENCE,
      tokenSeconds: e.AUTH_TOKEN_SECONDS,
      refreshDays: e.AUTH_REFRESH_DAYS,
    },
    customerSecrets: e.CUSTOMER_SECRET ? [e.CUSTOMER_SECRET] : (e.AUTH_SIGNING_KEY ?? []).map(({ d }) => d),
    customerCodeWebhook: e.CUSTOMER_CODE_WEBHOOK_URL
      ? { url: e.CUSTOMER_CODE_WEBHOOK_URL, secret: e.CUSTOMER_CODE_WEBHOOK_SECRET! }
      : null,
    payments: {
      secretKeys: (e.SECRETS_KEY ?? []).map((key) => Buffer.from(key, 'base64')),
      publicUrl: withoutSlash(e.API_PUBLIC_URL ?? `http://localhost:${e.API_PORT}`),
      paystackUrl: withoutSlash(e.PAYSTACK_URL),
      mpesaUrl: withoutSlash(e.MPESA_URL),
      timeoutMs: e.PAYMENT_TIMEOUT_MS,
      reconcileSeconds: e.PAYMENT_RECONCILE_SECONDS,
    },
    ledger: { lanes: e.LEDGER_LANES, queueMax: e.LEDGER_QUEUE_MAX },
    limits: { perMinute: e.RATE_LIMIT_PER_MINUTE, signInPerMinute: e.SIGN_IN_LIMIT_PER_MINUTE },
    retention: {
      eventDays: e.EVENT_RETENTION_DAYS,
      idempotencyDays: e.IDEMPOTENCY_DAYS,
      notificationReadDays: e.NOTIFICATION_READ_DAYS,
      notificationDays: e.NOTIFICATION_DAYS,
    },
    corsOrigin: e.CORS_ORIGIN,
    console: { folder: resolve(e.CONSOLE_FOLDER), realtimeUrl: e.REALTIME_PUBLIC_URL ?? e.WS_SERVER_URL[0]! },
    trustProxy: e.TRUST_PROXY,
  }
}

const withoutSlash = (text: string) => text.replace(/\/+$/, '')
