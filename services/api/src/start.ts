import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import { buildApp } from './app.ts'
import type { Config } from './config.ts'
import { connect, type Db } from './db/connect.ts'
import { listen } from './db/listen.ts'
import { settingsReader } from './db/tenant-settings.ts'
import { Revocations, type Revocation } from './http/auth/revocations.ts'
import { parseRevocation, REVOKED_CHANNEL } from './http/auth/revoke.ts'
import { openKeyRing } from './http/auth/signing-keys.ts'
import { closeGracefully } from './http/graceful-close.ts'
import { createMetrics, gauge } from './http/metrics.ts'
import { applyChanges } from './ledger/apply.ts'
import { Lanes } from './ledger/lanes.ts'
import { Announcer } from './stream/announcer.ts'
import { createBroadcaster } from './stream/broadcaster.ts'
import type { CommittedEvent } from './stream/committed-event.ts'
import { DeliveryMarks } from './stream/delivery-marks.ts'
import { Heads } from './stream/heads.ts'
import { Pages } from './stream/pages.ts'
import { Relay } from './stream/relay.ts'
import { Sweeper } from './stream/sweeper.ts'

const HOUR_MS = 3_600_000
const REVOCATIONS_MS = 30_000
const STEP_MAX_MS = 8_000

export type RunningApi = { readonly url: string; readonly port: number; close(): Promise<void> }

export type StartOptions = {
  /** How long requests on open connections are still served when it closes. Default 500 ms. */
  closeLingerMs?: number
}

/**
 * Starts the API on its port with everything that runs beside the requests: relay, sweeper, announcer, housekeeping.
 *
 * @throws when the port is taken or the keys cannot be read. The database may come later: until then requests are answered
 *   503 and /readyz says why
 */
export async function startApi(config: Config, logger: Logger, options: StartOptions = {}): Promise<RunningApi> {
  let closing = false
  const db = connect({
    url: config.database.url,
    connectionsMax: config.database.connectionsMax,
    role: 'loyalty_app',
    onError: (error) => logger.warn({ err: error }, 'lost an idle database connection'),
  })
  const metrics = createMetrics()
  const revocations = new Revocations()
  const heads = new Heads(db)
  const marks = new DeliveryMarks(db, (error) => logger.warn({ err: error }, 'delivery marks could not be written'))
  const broadcaster = createBroadcaster({ ...config.relay, onNewInstance: () => announcer.hurryAll() })
  const relay = new Relay({ broadcaster, marks, logger })
  const sweeper = new Sweeper({ db, broadcaster, marks, logger })
  const announcer = new Announcer({ db, broadcaster, revocations, logger })

  function onCommitted(events: readonly CommittedEvent[]): void {
    metrics.committed.inc(events.length)
    for (const { tenant, epoch, seq } of events) heads.raise(tenant, { epoch, seq })
    relay.push(events)
  }

  function onRevoked(revocation: Revocation): void {
    revocations.add(revocation)
    announcer.hurry()
  }

  async function readRevocations(): Promise<void> {
    try {
      revocations.replace(await activeRevocations(db))
    } catch (error) {
      logger.warn({ err: error }, 'revocations could not be read')
    }
  }

  const lanes = new Lanes({
    ...config.ledger,
    apply: async (changes) => {
      metrics.batchSize.observe(changes.length)
      return applyChanges(db, changes)
    },
    onCommitted,
  })
  const app = await buildApp({
    config,
    logger,
    db,
    keyRing: await openKeyRing(config.auth),
    revocations,
    readSettings: settingsReader(db),
    lanes,
    heads,
    pages: new Pages(db),
    metrics,
    onCommitted,
    onRevoked,
    isClosing: () => closing,
  })
  gauge(metrics, 'loyalty_api_changes_waiting', 'Changes that wait for a commit', () => lanes.waiting)
  gauge(
    metrics,
    'loyalty_api_relay_queued',
    'Events that wait for the realtime server in this process',
    () => relay.queued,
  )

  // Before the first write: a day's events belong in that day's partition.
  await keepHouse(db, config, logger)
  await readRevocations()
  await app.listen({ host: config.host, port: config.port })
  const stopListening = listen({
    url: config.database.url,
    channel: REVOKED_CHANNEL,
    onNotice: (payload) => onRevoked(parseRevocation(payload)),
    onConnected: () => void readRevocations(),
    onError: (error) => logger.warn({ err: error }, 'the connection that hears of revocations was lost'),
  })
  const rereading = setInterval(() => void readRevocations(), REVOCATIONS_MS)
  const housekeeping = setInterval(() => void keepHouse(db, config, logger), HOUR_MS)
  sweeper.start()
  announcer.start()

  const { port } = app.server.address() as AddressInfo
  logger.info({ host: config.host, port }, 'api is listening')
  return {
    url: `http://${config.host}:${port}`,
    port,
    async close() {
      if (closing) return
      closing = true
      clearInterval(rereading)
      clearInterval(housekeeping)
      await step(logger, 'requests', closeGracefully(app.server, options.closeLingerMs ?? 500))
      await step(logger, 'changes', lanes.drain())
      await step(logger, 'relay', relay.close())
      await step(logger, 'sweeper', Promise.all([sweeper.close(), announcer.close(), stopListening()]))
      await step(logger, 'connections', Promise.all([broadcaster.close(), app.close()]))
      await step(logger, 'database', db.close())
      logger.info('api is closed')
    },
  }
}

/** Gives each step of closing its time and no more: a process that hangs is killed, and then nothing after it happens. */
async function step(logger: Logger, name: string, work: Promise<unknown>): Promise<void> {
  const late = Symbol(name)
  const timer = new AbortController()
  const result = await Promise.race([
    work.catch((error: unknown) => logger.error({ err: error, step: name }, 'a step of closing failed')),
    sleep(STEP_MAX_MS, late, { signal: timer.signal, ref: false }),
  ])
  timer.abort()
  if (result === late) logger.error({ step: name }, 'a step of closing took too long')
}

async function activeRevocations(db: Db): Promise<Revocation[]> {
  const { rows } = await sql<{ tenant_id: string; subject: string; until: Date }>`
    select tenant_id, subject, until from active_revocations()`.execute(db.query)
  return rows.map(({ tenant_id, subject, until }) => ({ tenant: tenant_id, subject, until }))
}

/** Partitions for the days ahead, and the end of what is past its time. Safe in several processes at once. */
async function keepHouse(db: Db, { retention }: Config, logger: Logger): Promise<void> {
  try {
    await sql`select maintain_events(${retention.eventDays})`.execute(db.query)
    await sql`select forget_expired(${retention.idempotencyDays})`.execute(db.query)
  } catch (error) {
    logger.warn({ err: error }, 'housekeeping failed; it is tried again in an hour')
  }
}
