import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { Db } from '../db/connect.ts'
import type { Revocations } from '../http/auth/revocations.ts'
import { gauge, type Metrics } from '../http/metrics.ts'
import { Announcer } from './announcer.ts'
import { createBroadcaster } from './broadcaster.ts'
import type { CommittedEvent } from './committed-event.ts'
import { createDeliver } from './deliver.ts'
import { DeliveryMarks } from './delivery-marks.ts'
import { Relay } from './relay.ts'
import { Sweeper } from './sweeper.ts'

export type DeliveryOptions = {
  db: Db
  relay: Config['relay']
  revocations: Revocations
  metrics: Metrics
  logger: Logger
}

/** Everything between a commit and the realtime server. */
export type Delivery = {
  /** Sends what was just committed. Never throws, is never waited for (I7). */
  push(events: readonly CommittedEvent[]): void
  /** Tells the realtime servers now of who was revoked. */
  announce(): void
  start(): void
  /** Sends what this process still has, then stops. */
  close(): Promise<void>
}

export function openDelivery({ db, relay: targets, revocations, metrics, logger }: DeliveryOptions): Delivery {
  const marks = new DeliveryMarks(db, (error) => logger.warn({ err: error }, 'delivery marks could not be written'))
  const broadcaster = createBroadcaster({
    ...targets,
    onNewInstance: () => announcer.hurryAll(),
    onReachable: (reachable, reason) =>
      reachable
        ? logger.info({ server: reason }, 'a realtime server takes events again')
        : logger.warn({ reason }, 'no realtime server takes events; they are kept and sent later'),
  })
  const deliver = createDeliver({ broadcaster, marks, metrics, logger })
  const relay = new Relay({ deliver })
  const sweeper = new Sweeper({ db, deliver, marks, logger })
  const announcer = new Announcer({ db, broadcaster, revocations, logger })

  gauge(
    metrics,
    'loyalty_api_relay_queued',
    'Events that wait in this process for the realtime server',
    () => relay.queued,
  )
  gauge(
    metrics,
    'loyalty_api_undelivered_events',
    'Events that no realtime server has acknowledged, of all tenants',
    async () => (await undelivered(db)).events,
  )
  gauge(
    metrics,
    'loyalty_api_undelivered_oldest_seconds',
    'Age of the oldest of them',
    async () => (await undelivered(db)).oldest_seconds,
  )

  return {
    push: (events) => relay.push(events),
    announce: () => announcer.hurry(),
    start() {
      sweeper.start()
      announcer.start()
    },
    async close() {
      await relay.close()
      await Promise.all([sweeper.close(), announcer.close()])
      await marks.flush()
      await broadcaster.close()
    },
  }
}

async function undelivered(db: Db): Promise<{ events: number; oldest_seconds: number }> {
  const { rows } = await sql<{ events: number; oldest_seconds: number }>`
    select events, oldest_seconds from undelivered_totals()`.execute(db.query)
  return rows[0]!
}
