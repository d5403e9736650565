import { createLoyaltyClient } from '@loyalty-live/client'
import { eventName, parseCursor } from '@loyalty-live/events'
import { expect, test } from 'vitest'
import { freePorts } from '../../scripts/free-ports.ts'
import { BROADCAST_SECRET, makeSigningKey, newKey } from '../harness/api.ts'
import { createDatabase } from '../harness/database.ts'
import { startProcess, type ServiceProcess } from '../harness/process.ts'
import { makeTenant } from '../harness/tenant.ts'
import { until } from '../harness/until.ts'

test('one name follows a redemption from the request to the socket, through the logs of every part', async () => {
  const database = await createDatabase()
  const tenant = await makeTenant(database, 'demo')
  const { id: customerId } = await tenant.enrol({ points: 100 })
  const [apiPort, realtimePort] = await freePorts(2)
  const [apiUrl, realtimeUrl] = [`http://127.0.0.1:${apiPort}`, `http://127.0.0.1:${realtimePort}`]
  const env = {
    LOG_LEVEL: 'debug',
    BROADCAST_SECRET,
    AUTH_SIGNING_KEY: await makeSigningKey(),
    AUTH_JWKS_URL: `${apiUrl}/.well-known/jwks.json`,
    DATABASE_URL: database.url,
    WS_SERVER_URL: realtimeUrl,
    API_PORT: String(apiPort),
    REALTIME_PORT: String(realtimePort),
    DRAIN_SECONDS: '0',
  }
  const [api, realtime] = await Promise.all([startProcess('api', env), startProcess('realtime', env)])
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } }
    return (await fetch(`${apiUrl}${path}`, { ...init, body: JSON.stringify(body) })).json() as Promise<
      Record<string, string>
    >
  }
  const { token } = await post('/api/auth/terminal', { key: tenant.terminalKey })
  const screen = createLoyaltyClient({ apiUrl, realtimeUrl, getToken: async () => token! })
  const shown: string[] = []
  screen.on('loyalty_updated', (event) => void shown.push(eventName(event)))
  screen.start()
  await until(() => screen.status.state === 'live')

  const headers = { authorization: `Bearer ${token}`, ...newKey() }
  const { cursor } = await post('/api/customer/loyalty/redeem', { customerId, points: 5 }, headers)
  const name = eventName({ tenant: 'demo', ...parseCursor(cursor!)! })
  await until(() => shown.includes(name))
  await until(() => messages(api, name).length === 2 && messages(realtime, name).length === 2)
  expect(messages(api, name).toSorted()).toEqual(['delivered', 'request'])
  expect(messages(realtime, name).toSorted()).toEqual(['broadcast', 'emitted'])
  expect(realtime.output()).toMatch(new RegExp(`"event":"${name}","sockets":1,`))

  await screen.stop()
  await Promise.all([api.end(), realtime.end()])
  await database.drop()
})

/** What the lines of a process say that name an event. */
function messages(service: ServiceProcess, name: string): string[] {
  const lines = service
    .output()
    .split('\n')
    .filter((line) => line.includes(`"${name}"`))
  return lines.map((line) => (JSON.parse(line) as { msg: string }).msg)
}
