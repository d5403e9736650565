import { freePorts } from '../../scripts/free-ports.ts'
import { makeSecrets } from '../../scripts/start/secrets.ts'
import type { Scratch } from './scratch.ts'
import { startProgram, type RunningProcess } from './service.ts'

export type Platform = {
  readonly api: RunningProcess
  readonly realtime: RunningProcess
  readonly apiPort: number
  readonly realtimePort: number
  /** Starts the realtime server again on its port, with nothing in memory. */
  startRealtime(): Promise<RunningProcess>
}

/** A day: no token expires in the middle of a measurement that waited long for a quiet machine. */
const TOKEN_SECONDS = '86400'
/** Nobody is told to slow down. */
const NO_LIMIT = '1000000000'

/**
 * The API and the realtime server of this repository as it stands, with the settings they have by default but for limits.
 *
 * @param env more settings of the API
 */
export async function startPlatform(
  scratch: Scratch,
  databaseUrl: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Platform> {
  const [apiPort, realtimePort] = await freePorts(2)
  const secrets = makeSecrets()
  const startRealtime = () =>
    startProgram(scratch, {
      program: 'services/realtime/src/main.ts',
      env: {
        BROADCAST_SECRET: secrets.BROADCAST_SECRET,
        REALTIME_PORT: String(realtimePort),
        AUTH_JWKS_URL: `http://127.0.0.1:${apiPort}/.well-known/jwks.json`,
      },
    })
  const realtime = await startRealtime()
  const api = await startProgram(scratch, {
    program: 'services/api/src/main.ts',
    env: {
      ...secrets,
      DATABASE_URL: databaseUrl,
      API_PORT: String(apiPort),
      WS_SERVER_URL: `http://127.0.0.1:${realtimePort}`,
      AUTH_TOKEN_SECONDS: TOKEN_SECONDS,
      RATE_LIMIT_PER_MINUTE: NO_LIMIT,
      SIGN_IN_LIMIT_PER_MINUTE: NO_LIMIT,
      ...env,
    },
  })
  return { api, realtime, apiPort, realtimePort, startRealtime }
}
