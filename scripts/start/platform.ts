import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { migrate } from '../../services/api/src/db/migrate.ts'
import { openCodeDesk } from '../codes/desk.ts'
import { clusterFolder, DATABASE, ensureDatabase, requireAnswer } from '../database.ts'
import { seedDemo } from '../demo/seed.ts'
import { openPhones } from '../mpesa/phones.ts'
import { giveUpOwnership, takeOwnership } from '../postgres/ownership.ts'
import { postgresUrl, socketDir } from '../postgres/server.ts'
import { aborted, type StopSignal } from '../stop-signal.ts'
import { buildConsole, isConsoleStale } from './console.ts'
import { startEmbeddedPostgres } from './embedded-postgres.ts'
import { keepRunning } from './keep-running.ts'
import { requireFree } from './ports.ts'
import type { Screen } from './screen.ts'
import { keepSecrets } from './secrets.ts'
import { startService, stopOrphan } from './service.ts'
import { describeServices } from './services.ts'
import { playsMpesa, type Settings } from './settings.ts'

export type Platform = {
  /** What `psql` takes to open it. */
  readonly psql: string
  /** Whether the demo data is there. */
  readonly demo: boolean
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts everything, in order: data folder → ports → secrets → database → schema → demo data → services; the console is
 * built beside that. Whatever had started is stopped again, in reverse, when a step fails or `stopping` is aborted between
 * two of them.
 *
 * @throws Error with one sentence that says what to do
 */
export async function startPlatform(settings: Settings, screen: Screen, stop: StopSignal): Promise<Platform> {
  await using opened = new AsyncDisposableStack()
  const { dataDir, databaseUrl: givenUrl, mode } = settings

  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const whole = join(dataDir, 'start')
  takeOwnership(whole)
  opened.defer(() => giveUpOwnership(whole))

  const databaseUrl = givenUrl ?? postgresUrl(clusterFolder(dataDir), DATABASE)
  const secrets = keepSecrets(join(dataDir, 'secrets.json'))
  const services = describeServices(settings, secrets, databaseUrl, { ...(await openCodes()), ...(await openMpesa()) })
  for (const service of [services.api, services.realtime]) {
    const pid = await stopOrphan(service)
    if (pid !== null) screen.say(`${service.name} (process ${pid}) was left over by an earlier start; stopped it`)
  }
  await requireFree(settings.api, 'API_PORT')
  await requireFree(settings.realtime, 'REALTIME_PORT')

  // Nobody waits for it: the API shows its console as soon as there is one.
  const building = new AbortController()
  const built = settings.console ? bringConsole(building.signal) : Promise.resolve()
  opened.defer(() => {
    building.abort()
    return built
  })

  if (givenUrl === null) {
    await keepEmbedded()
    await ensureDatabase(postgresUrl(clusterFolder(dataDir), 'postgres'))
  } else await requireAnswer(givenUrl, 'DATABASE_URL')
  const migrations = await migrate(databaseUrl)
  if (migrations.length > 0) screen.say(`the database is at ${migrations.at(-1)}`)
  const demo = mode !== 'production'
  const secretsKey = settings.env['SECRETS_KEY'] ?? secrets.SECRETS_KEY
  if (demo && (await seedDemo(databaseUrl, secretsKey, playsMpesa(settings))).length > 0)
    screen.say('the demo data is in place')
  stop.stopping.throwIfAborted()

  await Promise.all([keepService('realtime'), keepService('api')])

  const parts = opened.move()
  return {
    psql:
      givenUrl === null
        ? `psql -h ${socketDir(clusterFolder(dataDir))} -U loyalty ${DATABASE}`
        : 'as DATABASE_URL says',
    demo,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }

  /** In development customers' codes come here, unless the environment sends them elsewhere. */
  async function openCodes(): Promise<Readonly<Record<string, string>>> {
    if (mode === 'production' || settings.env['CUSTOMER_CODE_WEBHOOK_URL']) return {}
    const desk = await openCodeDesk(dataDir, screen.say)
    opened.defer(() => desk.close())
    return desk.env
  }

  /** In development nobody's telephone rings, unless the environment says where M-Pesa is. */
  async function openMpesa(): Promise<Readonly<Record<string, string>>> {
    if (!playsMpesa(settings)) return {}
    const phones = await openPhones()
    opened.defer(() => phones.close())
    return phones.env
  }

  /** A console that cannot be built keeps nobody from redeeming. */
  async function bringConsole(closing: AbortSignal): Promise<void> {
    if (!isConsoleStale()) return
    screen.say('building the console')
    try {
      await buildConsole(closing)
      screen.say('the console is built')
    } catch (error) {
      if (!closing.aborted) screen.say((error as Error).message, 'warn')
    }
  }

  function keepEmbedded(): Promise<void> {
    const kept = keepRunning({
      name: 'PostgreSQL',
      say: screen.say,
      start: (closing) =>
        startEmbeddedPostgres(clusterFolder(dataDir), join(dataDir, 'postgres.pid'), closing, stop.hurrying),
    })
    opened.defer(() => kept.stop())
    return unlessStopped(kept.ready)
  }

  function keepService(name: 'api' | 'realtime'): Promise<void> {
    const kept = keepRunning({
      name,
      say: screen.say,
      start: (closing) => startService(services[name], screen, closing, stop.hurrying),
    })
    opened.defer(() => kept.stop())
    const ready = kept.ready.catch((error: Error) => {
      throw new Error(`${name} did not start: ${error.message}`, { cause: error })
    })
    return unlessStopped(ready)
  }

  /** Does not wait to the end for what nobody wants any more. */
  async function unlessStopped(ready: Promise<void>): Promise<void> {
    await Promise.race([ready, aborted(stop.stopping)])
    stop.stopping.throwIfAborted()
  }
}
