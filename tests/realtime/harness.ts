import { randomBytes, randomUUID } from 'node:crypto'
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT, type JWTVerifyGetKey } from 'jose'
import { pino } from 'pino'
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import { Webhook } from 'standardwebhooks'
import { onTestFinished } from 'vitest'
import { buildRealtime } from '../../services/realtime/src/app.ts'
import { systemClock, type Clock } from '../../services/realtime/src/clock.ts'
import { parseConfig } from '../../services/realtime/src/config.ts'
import { createMetrics } from '../../services/realtime/src/metrics.ts'
import { until } from '../harness/until.ts'

export const SECRET = `whsec_${randomBytes(32).toString('base64')}`

/** The identity provider of these tests. */
const { privateKey, publicKey } = await generateKeyPair('EdDSA')
export const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'test', alg: 'EdDSA' }] }

export type Harness = Awaited<ReturnType<typeof startRealtime>>

/** The whole service in this process, on a free port, closed when the test ends. */
export async function startRealtime(
  env: Record<string, string> = {},
  keys: JWTVerifyGetKey = createLocalJWKSet(jwks),
  clock: Clock = systemClock,
) {
  const logged: string[] = []
  const config = parseConfig({
    REALTIME_PORT: '0',
    BROADCAST_SECRET: SECRET,
    LOG_LEVEL: 'debug',
    DRAIN_SECONDS: '0',
    HEAD_BEAT_MS: '60000',
    ...env,
  })
  const metrics = createMetrics()
  const log = pino({ level: config.logLevel }, { write: (line: string) => void logged.push(line) })
  const realtime = buildRealtime({ config, log, metrics, keys, clock })
  const { url, port } = await realtime.listen()
  onTestFinished(() => realtime.close())

  return {
    realtime,
    url,
    port,
    logged,
    post: (path: string, body: unknown, options?: PostOptions) => post(`${url}${path}`, body, options),
    /** Posts events that must be taken. */
    async broadcast(...events: object[]) {
      const response = await post(`${url}/broadcast`, events)
      if (response.status !== 202) throw new Error(`broadcast: ${response.status} ${await response.text()}`)
      return (await response.json()) as { accepted: number; duplicates: number; instance: string }
    },
    async control(body: { heads?: object[]; revoked?: object[] }) {
      const response = await post(`${url}/control`, body)
      if (response.status !== 202) throw new Error(`control: ${response.status} ${await response.text()}`)
      return (await response.json()) as { instance: string }
    },
    connect: (auth: Record<string, unknown> | undefined, options?: ClientOptions) => connect(url, auth, options),
    /** A client of `tenant` that is connected and has its `ready`. */
    async join(tenant: string, auth: Record<string, unknown> = {}, options?: ClientOptions) {
      const client = connect(url, { token: await signToken({ tenant }), ...auth }, options)
      await client.next('ready')
      return client
    },
    /** A number from /metrics; `series` is the name with its labels, as it is written there. */
    async metric(series: string): Promise<number> {
      const text = await metrics.registry.metrics()
      const line = text.split('\n').find((candidate) => candidate.startsWith(`loyalty_realtime_${series} `))
      return line ? Number(line.slice(line.lastIndexOf(' ') + 1)) : 0
    },
  }
}

export type Claims = Partial<Record<'sub' | 'tenant' | 'role' | 'iss' | 'aud', string>> & { expiresInSeconds?: number }

export async function signToken(claims: Claims = {}, key: CryptoKey = privateKey): Promise<string> {
  const { expiresInSeconds = 600, ...rest } = claims
  const payload = { sub: 'staff-1', role: 'admin', iss: 'loyalty-live', aud: 'loyalty-live', ...rest }
  return new SignJWT({ ...payload, exp: Date.now() / 1000 + expiresInSeconds })
    .setProtectedHeader({ alg: 'EdDSA', kid: 'test' })
    .sign(key)
}

export const customerToken = (sub: string): Promise<string> => signToken({ sub, role: 'customer' })

export type PostOptions = { secret?: string; id?: string; at?: Date; headers?: Record<string, string> }

/** Signs with the specification's own library and posts. A string or a buffer goes out as it is. */
export function post(url: string, body: unknown, options: PostOptions = {}): Promise<Response> {
  const raw = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  const { secret = SECRET, id = `msg_${randomUUID()}`, at = new Date() } = options
  return fetch(url, {
    method: 'POST',
    body: new Uint8Array(raw),
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, at, raw),
      ...options.headers,
    },
  })
}

export const EPOCH = 1_763_700_000

/** A `loyalty_updated` event as the API sends it. */
export function loyaltyUpdated(tenant: string, seq: number, overrides: Record<string, unknown> = {}) {
  const { data, ...envelope } = overrides
  return {
    id: randomUUID(),
    type: 'loyalty_updated',
    version: 1,
    tenant,
    epoch: EPOCH,
    seq,
    timestamp: new Date().toISOString(),
    actor: { type: 'terminal', id: 'till-2', name: 'Till 2' },
    ...envelope,
    data: {
      customerId: '0199f000-0000-7000-8000-000000000001',
      customerPhone: '+447306506797',
      customerName: 'John Doe',
      programId: '0199f000-0000-7000-8000-000000000020',
      cardId: '0199f000-0000-7000-8000-000000000021',
      cardVersion: seq,
      transactionId: randomUUID(),
      pointsChange: -75,
      newBalance: 200,
      totalPointsEarned: 275,
      totalPointsRedeemed: 75,
      transactionType: 'redeem',
      reason: null,
      orderId: '12345',
      ...(data as object | undefined),
    },
  }
}

export const cursor = (seq: number, epoch = EPOCH): string => `${epoch}:${seq}`

export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)

export type ClientOptions = Partial<ManagerOptions & SocketOptions>
type Message = { name: string; data: Record<string, unknown> }
export type Client = ReturnType<typeof connect>

/** A bare socket.io-client that keeps every message in the order in which it came. Gone when the test ends. */
export function connect(url: string, auth: Record<string, unknown> | undefined, options: ClientOptions = {}) {
  const socket: Socket = io(url, { forceNew: true, reconnection: false, ...(auth ? { auth } : {}), ...options })
  const messages: Message[] = []
  const closes: string[] = []
  const errors: (Error & { data?: unknown })[] = []
  socket.onAny((name: string, data: Record<string, unknown>) => messages.push({ name, data }))
  socket.on('disconnect', (reason) => closes.push(reason))
  socket.on('connect_error', (error) => errors.push(error))
  onTestFinished(() => void socket.disconnect())
  const named = (name: string) => messages.filter((message) => message.name === name).map((message) => message.data)

  return {
    socket,
    messages,
    closes,
    errors,
    named,
    /** Sequence numbers of the events that came, in their order. */
    seqs: () => messages.filter(({ data }) => typeof data['seq'] === 'number').map(({ data }) => data['seq'] as number),
    /** The first message of that name. */
    async next(name: string): Promise<Record<string, unknown>> {
      await until(() => named(name).length > 0, `a ${name} message (errors: ${errors.map(String).join()})`)
      return named(name)[0]!
    },
    /** Why the connection was refused. */
    async refusal(): Promise<{ message: string; data: { code: string; detail: string; retry: boolean } }> {
      await until(() => errors.length > 0, 'a connect_error')
      return errors[0] as never
    },
    disconnected: () => until(() => closes.length > 0, 'the socket to be closed'),
  }
}
