import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '../../services/api/src/db/migrate.ts'
import { clusterFolder, DATABASE, ensureDatabase } from '../database.ts'
import { freePorts } from '../free-ports.ts'
import { isAlive } from '../postgres/processes.ts'
import { startPostgres } from '../postgres/server.ts'
import { makeSecrets } from '../start/secrets.ts'
import { waitUntil } from '../waiting.ts'
import { createPm2, type Pm2 } from './pm2.ts'

const CONNECTIONS_MAX = '200'
const END_MAX_MS = 30_000

export type ThrowAwayPlatform = {
  readonly apiUrl: string
  readonly realtimeUrl: string
  /** Connection string of the database's owner. */
  readonly databaseUrl: string
  readonly pm2: Pm2
  /** `pm2 kill`, as a person would. @throws Error when a process outlives it */
  kill(): Promise<void>
  /** Ends whatever still runs, at once, and removes every trace. */
  [Symbol.asyncDispose](): Promise<void>
}

export type PlatformOptions = {
  /** Where everything of it is kept; made, and removed with it. Default: a new folder for temporary files. */
  folder?: string
  /** For the services, beside what they need. */
  env?: Readonly<Record<string, string>>
  /** Fills the database, before anybody is there to look. */
  prepare: (databaseUrl: string) => Promise<void>
}

/**
 * The whole platform as in production, on this machine, for as long as somebody measures it: an embedded database with
 * durable commits, and both services under a pm2 of their own, started by `ecosystem.config.json`. Ports are free ones.
 */
export async function startThrowAwayPlatform(options: PlatformOptions): Promise<ThrowAwayPlatform> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'loyalty-ops-'))
  await using opened = new AsyncDisposableStack()
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  opened.defer(() => rmSync(folder, { recursive: true, force: true }))

  const cluster = clusterFolder(folder)
  const postgres = await startPostgres({ dataDir: cluster, settings: { max_connections: CONNECTIONS_MAX } })
  // Whatever ends this process, it takes database and daemon along.
  const quit = () => killAll([postgres.pid])
  process.on('exit', quit)
  opened.defer(async () => {
    await postgres.stop()
    process.off('exit', quit)
  })
  await ensureDatabase(postgres.url('postgres'))
  const databaseUrl = postgres.url(DATABASE)
  await migrate(databaseUrl)
  await options.prepare(databaseUrl)

  const [apiPort, realtimePort] = await freePorts(2)
  const apiUrl = `http://127.0.0.1:${apiPort}`
  const realtimeUrl = `http://127.0.0.1:${realtimePort}`
  const pm2 = createPm2(join(folder, 'pm2'), {
    ...makeSecrets(),
    DATABASE_URL: databaseUrl,
    API_PORT: String(apiPort),
    REALTIME_PORT: String(realtimePort),
    WS_SERVER_URL: realtimeUrl,
    AUTH_JWKS_URL: `${apiUrl}/.well-known/jwks.json`,
    ...options.env,
  })
  const last = () => killAll(pm2.pids())
  process.on('exit', last)
  opened.defer(async () => {
    last()
    await untilGone(pm2.pids())
    process.off('exit', last)
  })
  await pm2.start()

  const parts = opened.move()
  return {
    apiUrl,
    realtimeUrl,
    databaseUrl,
    pm2,
    async kill() {
      const pids = [...pm2.pids(), ...(await pm2.list()).map(({ pid }) => pid)]
      await pm2.kill()
      await untilGone(pids)
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

/** The daemon comes first in the list: it would start again what was killed before it. */
function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended by itself, which is what was wanted.
    }
  }
}

function untilGone(pids: readonly number[]): Promise<void> {
  const what = () => `the end of ${pids.filter(isAlive).join(', ')}`
  return waitUntil(() => !pids.some(isAlive), { what, limitMs: END_MAX_MS })
}
