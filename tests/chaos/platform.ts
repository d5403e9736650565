import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../../scripts/free-ports.ts'
import { addTerminal, createTenant, enrolMember } from '../../scripts/tenants.ts'
import { BROADCAST_SECRET, makeSigningKey } from '../harness/api.ts'
import { openDatabase, type ChaosDatabase } from './database.ts'
import { openMoneySources, type MoneySources, type MoneyTenant } from './money-sources.ts'
import { openOwnTime, type OwnTime } from './own-time.ts'
import { openPostProxy, type PostProxy } from './post-proxy.ts'
import { createService, type Service } from './service.ts'
import { openTcpProxy, type TcpProxy } from './tcp-proxy.ts'
import { openTokenProvider, type TokenProvider } from './tokens.ts'

/**
 * The whole of it as real processes, with a place for a fault on every way between them:
 *
 *     tills, clients, providers ─front─► api 1, api 2 ─posts─► realtime ◄─wire─ clients
 *                                          │    └──────► providers, which do not always answer
 *                                          └──────► PostgreSQL, on a disk of its own
 */
export type Platform = {
  readonly database: ChaosDatabase
  readonly apis: readonly [Service, Service]
  readonly apiUrls: readonly string[]
  readonly realtime: Service
  readonly front: TcpProxy
  readonly posts: PostProxy
  readonly wire: TcpProxy
  readonly tokens: TokenProvider
  readonly money: MoneySources
  readonly tenants: readonly PlatformTenant[]
  readonly time: OwnTime
  /** Where the logs of the processes are; gone once the platform is closed, unless they are kept. */
  readonly folder: string
  close(options?: { keepLogs?: boolean }): Promise<void>
}

export type PlatformTenant = MoneyTenant & {
  readonly terminalKeys: readonly string[]
  readonly currency: string
  readonly phones: readonly string[]
  /** Of the same customers. Both tenants have the same. */
  readonly customerIds: readonly string[]
}

export type PlatformOptions = {
  readonly seed: number
  readonly tillsPerTenant: number
  readonly onUnexpectedEnd: (how: string) => void
}

const TENANTS = ['north', 'south']
const CUSTOMERS = 12
const OPENING_POINTS = 300
const WELCOME_BONUS = 25
const POINTS_PER_SCAN = 3
/** The one that M-Pesa knows. */
const CURRENCY = 'KES'
/** A fraction, so that points of payments and refunds are rounded; of a power of two, so that anybody can say how. */
export const POINTS_PER_CURRENCY_UNIT = 0.5

export async function openPlatform({ seed, tillsPerTenant, onUnexpectedEnd }: PlatformOptions): Promise<Platform> {
  const folder = mkdtempSync(join(tmpdir(), 'loyalty-chaos-'))
  const toClose: (() => Promise<void>)[] = []
  const close = async ({ keepLogs = false } = {}) => {
    for (const step of toClose.splice(0).toReversed()) await step()
    if (!keepLogs) rmSync(folder, { recursive: true, force: true })
  }
  const time = openOwnTime()
  toClose.push(async () => time.close())
  try {
    const database = await openDatabase(folder)
    toClose.push(() => database.close())
    const tenants = await Promise.all(TENANTS.map((id) => makeTenant(database, id, tillsPerTenant)))
    const signingKey = await makeSigningKey()
    const [apiPort1, apiPort2, realtimePort] = await freePorts(3)
    const posts = await openPostProxy(realtimePort)
    toClose.push(() => posts.close())
    const front = await openTcpProxy([apiPort1, apiPort2])
    toClose.push(() => front.close())
    const wire = await openTcpProxy([realtimePort])
    toClose.push(() => wire.close())

    const money = await openMoneySources(seed)
    toClose.push(() => money.close())

    const service = (name: string, kind: 'api' | 'realtime', env: Record<string, string>) => {
      const logFile = join(folder, `${name}.log`)
      const created = createService({ name, kind, env: { ...shared, ...env }, logFile, onUnexpectedEnd })
      toClose.push(() => created.close())
      return created
    }
    const shared = { BROADCAST_SECRET, LOG_LEVEL: 'warn' }
    const api = (name: string, port: number) =>
      service(name, 'api', {
        ...apiSettings,
        API_PORT: String(port),
        DATABASE_URL: database.url,
        AUTH_SIGNING_KEY: signingKey,
        WS_SERVER_URL: posts.url,
        API_PUBLIC_URL: front.url,
        ...money.env,
      })
    const apis = [api('api-1', apiPort1), api('api-2', apiPort2)] as const
    const realtime = service('realtime', 'realtime', {
      ...realtimeSettings,
      REALTIME_PORT: String(realtimePort),
      AUTH_JWKS_URL: `${front.url}/.well-known/jwks.json`,
    })
    await Promise.all([...apis, realtime].map((each) => each.start()))
    const tokens = await openTokenProvider(signingKey, seed, time)
    for (const tenant of tenants) await money.setUp(front.url, await tokens.issue(tenant.id), tenant)
    return {
      database,
      apis,
      apiUrls: [apiPort1, apiPort2].map((port) => `http://127.0.0.1:${port}`),
      realtime,
      front,
      posts,
      wire,
      tokens,
      money,
      tenants,
      time,
      folder,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

const apiSettings = {
  NODE_ENV: 'test',
  // Tills sign in all the time, so that a token has run out whenever something else goes wrong.
  AUTH_TOKEN_SECONDS: '5',
  RATE_LIMIT_PER_MINUTE: '1000000',
  SIGN_IN_LIMIT_PER_MINUTE: '1000000',
  DATABASE_CONNECTIONS: '5',
  SECRETS_KEY: Buffer.alloc(32, 7).toString('base64'),
}

/** Times and memory as small as the rounds are: what takes minutes in production happens in a second here. */
const realtimeSettings = {
  HEAD_BEAT_MS: '400',
  // Shorter than the sweeper waits: some holes are filled in time, others are skipped and caught up over REST.
  HOLD_MS: '700',
  // What happens in a second or two: some clients are replayed to, others have been away for too long.
  HISTORY_EVENTS: '120',
  TOKEN_WARNING_SECONDS: '1',
  TOKEN_GRACE_SECONDS: '1',
  DRAIN_SECONDS: '0.3',
}

/** Both tenants have the same customers: whatever leaked would look right. */
async function makeTenant(database: ChaosDatabase, id: string, tills: number): Promise<PlatformTenant> {
  const terminalKeys = Array.from({ length: tills }, (_, index) => `key-${id}-${index}`)
  const phones = Array.from({ length: CUSTOMERS }, (_, index) => `+4473065000${10 + index}`)
  const programId = await database.transaction(async (client) => {
    const settings = { adjustmentsNeedApproval: true, currency: CURRENCY }
    const rules = { pointsPerScan: POINTS_PER_SCAN, pointsPerCurrencyUnit: POINTS_PER_CURRENCY_UNIT }
    const made = await createTenant(client, { id, name: `Shop ${id}`, programName: 'Points', rules, settings })
    await client.query('update programs set welcome_bonus = $1', [WELCOME_BONUS])
    for (const [index, key] of terminalKeys.entries())
      await addTerminal(client, { tenant: id, name: `Till ${index}`, key })
    return made.programId
  })
  const customerIds: string[] = []
  for (const [index, phone] of phones.entries()) {
    const member = { tenant: id, programId, phone, name: `Customer ${index}`, points: OPENING_POINTS }
    customerIds.push((await database.transaction((client) => enrolMember(client, member))).customerId)
  }
  return {
    id,
    terminalKeys,
    paystackKey: `sk_test_${id}`,
    callbackSecret: `callback-secret-of-${id}`,
    currency: CURRENCY,
    phones,
    customerIds,
  }
}
