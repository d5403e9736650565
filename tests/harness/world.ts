import { freePorts } from '../../scripts/free-ports.ts'
import { newKey, startTestApi, type Answer, type TestApi } from './api.ts'
import { createDatabase, type TestDatabase } from './database.ts'
import { startTestRealtime, type TestRealtime } from './realtime.ts'
import { openScreen, type Screen, type ScreenOptions } from './screen.ts'
import { makeTenant, type TestTenant } from './tenant.ts'

/** Database, API and realtime server, all real, in this process; and screens that watch them. */
export type World = {
  readonly database: TestDatabase
  readonly api: TestApi
  /** The realtime server as it is now; null while it is stopped. */
  readonly realtime: TestRealtime | null
  stopRealtime(): Promise<void>
  /** Starts it again on the same port, with nothing in memory. */
  startRealtime(env?: Record<string, string>): Promise<TestRealtime>
  tenant(id: string): Promise<TestTenant>
  /** A customers page: it loads its snapshot, follows the stream and is closed with the world. */
  screen(tenant: TestTenant, options?: Partial<ScreenOptions>): Promise<Screen>
  /** A till's redemption. */
  redeem(till: string, customerId: string, points: number): Promise<Answer>
  close(): Promise<void>
}

/** @param env settings of the API; told where the realtime server is going to be */
export async function openWorld(env: (realtimeUrl: string) => Record<string, string> = () => ({})): Promise<World> {
  const database = await createDatabase()
  const [realtimePort] = await freePorts(1)
  const realtimeUrl = `http://127.0.0.1:${realtimePort}`
  const api = await startTestApi(database.url, { WS_SERVER_URL: realtimeUrl, ...env(realtimeUrl) })
  const screens: Screen[] = []
  let realtime: TestRealtime | null = null

  async function startRealtime(more: Record<string, string> = {}): Promise<TestRealtime> {
    const jwksUrl = `${api.url}/.well-known/jwks.json`
    realtime = await startTestRealtime({ jwksUrl, port: realtimePort, env: more })
    return realtime
  }

  await startRealtime()
  return {
    database,
    api,
    get realtime() {
      return realtime
    },
    async stopRealtime() {
      await realtime?.close()
      realtime = null
    },
    startRealtime,
    tenant: (id) => makeTenant(database, id),
    async screen(tenant, options = {}) {
      const screen = await openScreen({
        apiUrl: api.url,
        realtimeUrl,
        getToken: () => api.signIn(tenant, 'owner'),
        ...options,
      })
      screens.push(screen)
      return screen
    },
    redeem: (till, customerId, points) =>
      api.call('POST', '/api/customer/loyalty/redeem', {
        token: till,
        headers: newKey(),
        body: { customerId, points },
      }),
    async close() {
      await Promise.all(screens.map((screen) => screen.close()))
      await realtime?.close()
      await api.close()
      await database.drop()
    },
  }
}
