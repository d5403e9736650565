import { join, resolve } from 'node:path'
import type { Secrets } from './secrets.ts'
import type { Service } from './service.ts'
import { urlOf, type Settings } from './settings.ts'

const ROOT = resolve(import.meta.dirname, '..', '..')

/** What each service may take to end by itself, and a little more. */
const API_CLOSE_MAX_MS = 27_000
const REALTIME_CLOSE_SPARE_MS = 5_000

/** Nobody else could take the sockets over here, so there is nothing to spread out; Ctrl-C should not take ten seconds. */
const DRAIN_SECONDS = '1'

/**
 * Both services as `npm start` runs them. The environment that it was given itself wins over what is put together here.
 *
 * @param playedHere where the API finds what is played here, customers' telephones and M-Pesa, as its environment says it
 */
export function describeServices(
  { env, mode, dataDir, api, realtime }: Settings,
  secrets: Secrets,
  databaseUrl: string,
  playedHere: Readonly<Record<string, string>>,
): { api: Service; realtime: Service } {
  const shared = { NODE_ENV: mode, BROADCAST_SECRET: secrets.BROADCAST_SECRET, ...env }
  const realtimeEnv = {
    DRAIN_SECONDS,
    AUTH_JWKS_URL: `${urlOf(api)}/.well-known/jwks.json`,
    ...shared,
  }
  return {
    api: {
      name: 'api',
      main: join(ROOT, 'services', 'api', 'src', 'main.ts'),
      env: {
        // With an outside identity provider the API signs nothing.
        ...(env['AUTH_JWKS_URL'] ? {} : { AUTH_SIGNING_KEY: secrets.AUTH_SIGNING_KEY }),
        SECRETS_KEY: secrets.SECRETS_KEY,
        API_PUBLIC_URL: urlOf(api),
        WS_SERVER_URL: urlOf(realtime),
        DATABASE_URL: databaseUrl,
        ...playedHere,
        ...shared,
      },
      closeMaxMs: API_CLOSE_MAX_MS,
      pidFile: join(dataDir, 'api.pid'),
    },
    realtime: {
      name: 'realtime',
      main: join(ROOT, 'services', 'realtime', 'src', 'main.ts'),
      env: realtimeEnv,
      closeMaxMs: Number(realtimeEnv.DRAIN_SECONDS) * 1000 + REALTIME_CLOSE_SPARE_MS,
      pidFile: join(dataDir, 'realtime.pid'),
    },
  }
}
