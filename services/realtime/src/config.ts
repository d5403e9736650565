import { isEventType, serverMessages } from '@loyalty-live/events'
import { z } from 'zod'

export type Config = {
  readonly host: string
  readonly port: number
  readonly logLevel: string
  /** HMAC keys of POST /broadcast and /control. Any of them verifies, so that a secret can be changed without a gap. */
  readonly broadcastKeys: readonly Buffer[]
  /** Event types beside the catalogue that other backends may broadcast. */
  readonly extraTypes: ReadonlySet<string>
  readonly auth: { readonly jwksUrl: string; readonly issuer: string; readonly audience: string }
  readonly history: {
    readonly eventsMax: number
    readonly bytesMax: number
    readonly ageMs: number
    readonly totalBytesMax: number
  }
  readonly holdMs: number
  readonly headBeatMs: number
  readonly sockets: { readonly bytesMax: number; readonly max: number; readonly tenantMax: number }
  readonly token: { readonly warningMs: number; readonly graceMs: number }
  readonly drainMs: number
  readonly corsOrigins: '*' | string[]
}

/** Every fault of the environment in one error, so that one restart mends them all. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

const count = z.coerce.number().int().positive()
const duration = z.coerce.number().nonnegative()

/** Nobody signs in by a URL: errors and logs write it down. */
const url = z.url({ protocol: /^https?$/, error: 'must be an http or https URL', abort: true }).refine(
  (text) => {
    const { username, password } = new URL(text)
    return username === '' && password === ''
  },
  { error: 'must not hold a user name or a password' },
)

/** Splits at commas and white space, so that lists read well in .env files and on one line. */
const list = <T extends z.ZodType<unknown, string>>(item: T) =>
  z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter(Boolean))
    .pipe(z.array(item))

/** A Standard Webhooks secret: base64 of at least 24 bytes, with or without its `whsec_` prefix. */
const webhookSecret = z.string().transform((text, context) => {
  const base64 = text.replace(/^whsec_/, '')
  const key = Buffer.from(base64, 'base64')
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(base64) && key.length >= 24) return key
  context.addIssue({
    code: 'custom',
    message: 'must be Standard Webhooks secrets: whsec_ and the base64 of at least 24 random bytes',
  })
  return z.NEVER
})

/** Names with a meaning of their own on a socket: those of this server, of Socket.IO and of Node's EventEmitter. */
const reservedNames: ReadonlySet<string> = new Set([
  ...Object.keys(serverMessages),
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'error',
  'probe',
])

const extraType = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/, { error: 'must be snake_case event types' })
  .refine((type) => !isEventType(type), { error: 'must not repeat a type of the catalogue' })
  .refine((type) => !reservedNames.has(type), {
    error: `must not use a reserved name (${[...reservedNames].join(', ')})`,
  })

const origins = z.string().transform((text) => (text.trim() === '*' ? '*' : text.split(/[\s,]+/).filter(Boolean)))

const environment = z
  .object({
    REALTIME_HOST: z.string().default('127.0.0.1'),
    REALTIME_PORT: z.coerce.number().int().min(0).max(65_535).default(9011),
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    BROADCAST_SECRET: list(webhookSecret).refine((keys) => keys.length > 0, { error: 'must hold at least one secret' }),
    EXTRA_EVENT_TYPES: list(extraType).default([]),
    AUTH_JWKS_URL: url.default('http://localhost:9010/.well-known/jwks.json'),
    AUTH_ISSUER: z.string().default('loyalty-live'),
    AUTH_AUDIENCE: z.string().default('loyalty-live'),
    HISTORY_EVENTS: count.default(1000),
    HISTORY_BYTES: count.default(524_288),
    HISTORY_SECONDS: count.default(3600),
    HISTORY_TOTAL_BYTES: count.default(268_435_456),
    HOLD_MS: duration.max(60_000).default(2000),
    HEAD_BEAT_MS: count.min(10).default(5000),
    SOCKET_BYTES_MAX: count.min(4096).default(1_048_576),
    SOCKETS_MAX: count.default(20_000),
    TENANT_SOCKETS_MAX: count.default(10_000),
    TOKEN_WARNING_SECONDS: duration.default(30),
    TOKEN_GRACE_SECONDS: duration.default(25),
    DRAIN_SECONDS: duration.default(10),
    CORS_ORIGIN: origins.default('*'),
  })
  .refine(({ HISTORY_BYTES, SOCKET_BYTES_MAX }) => HISTORY_BYTES <= SOCKET_BYTES_MAX, {
    path: ['HISTORY_BYTES'],
    error: 'must not exceed SOCKET_BYTES_MAX: a whole history is replayed into one socket',
  })

/** Reads the environment. @throws ConfigError naming every variable that is missing or wrong */
export function parseConfig(env: Record<string, string | undefined>): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = environment.safeParse(present)
  if (!parsed.success) throw new ConfigError(`the environment is not complete:\n${faults(parsed.error)}`)
  const e = parsed.data
  return {
    host: e.REALTIME_HOST,
    port: e.REALTIME_PORT,
    logLevel: e.LOG_LEVEL,
    broadcastKeys: e.BROADCAST_SECRET,
    extraTypes: new Set(e.EXTRA_EVENT_TYPES),
    auth: { jwksUrl: e.AUTH_JWKS_URL, issuer: e.AUTH_ISSUER, audience: e.AUTH_AUDIENCE },
    history: {
      eventsMax: e.HISTORY_EVENTS,
      bytesMax: e.HISTORY_BYTES,
      ageMs: e.HISTORY_SECONDS * 1000,
      totalBytesMax: e.HISTORY_TOTAL_BYTES,
    },
    holdMs: e.HOLD_MS,
    headBeatMs: e.HEAD_BEAT_MS,
    sockets: { bytesMax: e.SOCKET_BYTES_MAX, max: e.SOCKETS_MAX, tenantMax: e.TENANT_SOCKETS_MAX },
    token: { warningMs: e.TOKEN_WARNING_SECONDS * 1000, graceMs: e.TOKEN_GRACE_SECONDS * 1000 },
    drainMs: e.DRAIN_SECONDS * 1000,
    corsOrigins: e.CORS_ORIGIN,
  }
}

/** One line a variable. The values are left out: one of them is a secret. */
function faults(error: z.ZodError): string {
  const lines = error.issues.map((issue) => {
    const missing = issue.code === 'invalid_type' && issue.input === undefined
    return `  ${String(issue.path[0])}: ${missing ? 'is missing' : issue.message}`
  })
  return [...new Set(lines)].join('\n')
}
