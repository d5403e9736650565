import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { keepExpiring } from './adjustments/expire.ts'
import { buildApp } from './app.ts'
import type { Config } from './config.ts'
import { connect } from './db/connect.ts'
import { keepHouse } from './db/housekeeping.ts'
import { createKnownSettings } from './db/tenant-settings.ts'
import { followRevocations } from './http/auth/follow-revocations.ts'
import { Revocations, type Revocation } from './http/auth/revocations.ts'
import { openKeyRing } from './http/auth/signing-keys.ts'
import { closeGracefully } from './http/graceful-close.ts'
import { createMetrics, gauge } from './http/metrics.ts'
import { applyChanges } from './ledger/apply.ts'
import { Lanes } from './ledger/lanes.ts'
import { openPayments } from './payments/payments.ts'
import type { CommittedEvent } from './stream/committed-event.ts'
import { openDelivery } from './stream/delivery.ts'
import { Heads } from './stream/heads.ts'
import { Pages } from './stream/pages.ts'

const STEP_MAX_MS = 8_000

export type RunningApi = { readonly url: string; readonly port: number; close(): Promise<void> }

export type StartOptions = {
  /** How long requests on open connections are still served when it closes. Default 500 ms. */
  closeLingerMs?: number
}

/**
 * Starts the API on its port with everything that runs beside the requests: delivery, revocations, housekeeping.
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
  const delivery = openDelivery({ db, relay: config.relay, revocations, metrics, logger })

  function onCommitted(events: readonly CommittedEvent[]): void {
    metrics.committed.inc(events.length)
    for (const { tenant, epoch, seq } of events) heads.raise(tenant, { epoch, seq })
    delivery.push(events)
  }

  function onRevoked(revocation: Revocation): void {
    revocations.add(revocation)
    delivery.announce()
  }

  const lanes = new Lanes({
    ...config.ledger,
    apply: async (changes) => {
      const applied = await applyChanges(db, changes)
      metrics.batchSize.observe(changes.length)
      for (const { kind } of applied.results) metrics.changes.inc({ outcome: kind })
      return applied
    },
    onCommitted,
  })
  gauge(metrics, 'loyalty_api_changes_waiting', 'Changes that wait for a commit', () => lanes.waiting)

  const payments = openPayments({ db, config: config.payments, metrics, onCommitted, logger })

  const app = await buildApp({
    config,
    logger,
    db,
    keyRing: await openKeyRing(config.auth),
    revocations,
    settings: createKnownSettings(db),
    lanes,
    heads,
    pages: new Pages(db),
    metrics,
    payments,
    onCommitted,
    onRevoked,
    isClosing: () => closing,
  })

  // Before the first write: a day's events belong in that day's partition.
  const stopHousekeeping = await keepHouse(db, config.retention, logger)
  const stopExpiring = keepExpiring({ db, onCommitted }, logger)
  const unfollow = await followRevocations({ db, url: config.database.url, revocations, onRevoked, logger })
  await app.listen({ host: config.host, port: config.port })
  delivery.start()
  payments.start()

  const { port } = app.server.address() as AddressInfo
  return {
    url: `http://${config.host}:${port}`,
    port,
    async close() {
      if (closing) return
      closing = true
      stopHousekeeping()
      stopExpiring()
      await step(logger, 'requests', closeGracefully(app.server, options.closeLingerMs ?? 500))
      await step(logger, 'changes', lanes.drain())
      await step(logger, 'payments', payments.close())
      await step(logger, 'delivery', delivery.close())
      await step(logger, 'application', Promise.all([unfollow(), app.close()]))
      await step(logger, 'database', db.close())
      logger.info('closed')
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
