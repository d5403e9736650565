import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { Db } from './connect.ts'

const EVERY_MS = 3_600_000
/** Short enough that whoever reads a notification at that moment does not notice. */
const BATCH = 5_000

/** What providers said, as evidence: longer than anybody disputes a charge. */
const CALLBACK_DAYS = 180

/**
 * Once now and once an hour: partitions for the days ahead, and the end of what is past its time. Safe in several processes at
 * once.
 *
 * @returns function that stops it
 */
export async function keepHouse(db: Db, retention: Config['retention'], logger: Logger): Promise<() => void> {
  let stopped = false
  async function once(): Promise<void> {
    try {
      await sql`select maintain_events(${retention.eventDays})`.execute(db.query)
      await sql`select forget_expired(${retention.idempotencyDays})`.execute(db.query)
      await sql`select forget_callbacks(${CALLBACK_DAYS})`.execute(db.query)
      while (!stopped && (await forgetNotifications(db, retention, BATCH)) === BATCH);
    } catch (error) {
      logger.warn({ err: error }, 'housekeeping failed; it is tried again in an hour')
    }
  }
  await once()
  const timer = setInterval(() => void once(), EVERY_MS)
  return () => {
    stopped = true
    clearInterval(timer)
  }
}

/** Forgets one batch of notifications whose time is up; gives how many there were, fewer than `batch` when it was the last. */
export async function forgetNotifications(
  db: Db,
  { notificationReadDays, notificationDays }: Config['retention'],
  batch: number,
): Promise<number> {
  const { rows } = await sql<{ forgotten: number }>`
    select forget_notifications(${notificationReadDays}, ${notificationDays}, ${batch}) as forgotten`.execute(db.query)
  return rows[0]!.forgotten
}
