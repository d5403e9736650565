import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import { pino } from 'pino'
import { parseConfig } from '../../services/api/src/config.ts'
import { startApi, type RunningApi } from '../../services/api/src/start.ts'
import { PASSWORD, type TestTenant } from './tenant.ts'

/** A secret for tests: the base64 of 32 zero bytes. */
export const BROADCAST_SECRET = `whsec_${Buffer.alloc(32).toString('base64')}`

/** A private key as AUTH_SIGNING_KEY takes it. */
export async function makeSigningKey(): Promise<string> {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true })
  return JSON.stringify(await exportJWK(privateKey))
}

export type TestApi = RunningApi & {
  /** Asks as whoever holds the token; gives status, headers and the parsed body. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>
  signIn(
    tenant: Pick<TestTenant, 'id' | 'terminalKey'>,
    role: 'owner' | 'admin' | 'cashier' | 'terminal',
  ): Promise<string>
  /** A token as a customer gets one, without the code that would be sent to their phone. */
  customerToken(customerId: string): Promise<string>
}

type CallOptions = { token?: string; body?: unknown; headers?: Record<string, string> }
/** `body` is untyped on purpose: its shape is what tests assert. */
export type Answer = { status: number; headers: Headers; text: string; body: Record<string, any> }

/** The API in this process, on a free port, against a database. */
export async function startTestApi(databaseUrl: string, env: Record<string, string> = {}): Promise<TestApi> {
  const signingKey = env['AUTH_SIGNING_KEY'] ?? (await makeSigningKey())
  const config = parseConfig({
    NODE_ENV: 'test',
    API_PORT: '0',
    DATABASE_URL: databaseUrl,
    BROADCAST_SECRET,
    // Nobody listens there unless a test says so: the API must not need anybody (I7).
    WS_SERVER_URL: 'http://127.0.0.1:9',
    AUTH_SIGNING_KEY: signingKey,
    SECRETS_KEY: Buffer.alloc(32).toString('base64'),
    // An outside provider signs no codes.
    ...(signingKey === '' ? { CUSTOMER_SECRET: 'test-secret-'.padEnd(32, 'x') } : {}),
    LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'fatal',
    ...env,
  })
  const api = await startApi(config, pino({ level: config.logLevel }), { closeLingerMs: 0 })

  async function call(method: string, path: string, { token, body, headers = {} }: CallOptions = {}): Promise<Answer> {
    const response = await fetch(`${api.url}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') ?? false
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : {} }
  }

  return {
    ...api,
    call,
    async signIn(tenant, role) {
      const { body, status, text } =
        role === 'terminal'
          ? await call('POST', '/api/auth/terminal', { body: { key: tenant.terminalKey } })
          : await call('POST', '/api/auth/login', {
              body: { tenant: tenant.id, email: `${role}@${tenant.id}.test`, password: PASSWORD },
            })
      if (status !== 200) throw new Error(`sign-in as ${role} failed: ${text}`)
      return body['token']
    },
    customerToken: async (customerId) =>
      new SignJWT({ role: 'customer', name: 'Test Customer' })
        .setProtectedHeader({ alg: 'EdDSA' })
        .setSubject(customerId)
        .setIssuer('loyalty-live')
        .setAudience('loyalty-live')
        .setExpirationTime('10m')
        .sign(await importJWK(JSON.parse(signingKey), 'EdDSA')),
  }
}

/** Headers of a request that moves points, under a key of its own. */
export const newKey = (): Record<string, string> => ({ 'idempotency-key': randomUUID() })
