import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { Db } from './connect.ts'

const EVERY_MS = 3_600_000

/**
 * Once now and once an hour: partitions for the days ahead, and the end of what is past its time. Safe in several processes at
 * once.
 *
 * @returns function that stops it
 */
export async function keepHouse(
  db: Db,
  { eventDays, idempotencyDays }: Config['retention'],
  logger: Logger,
): Promise<() => void> {
  async function once(): Promise<void> {
    try {
      await sql`select maintain_events(${eventDays})`.execute(db.query)
      await sql`select forget_expired(${idempotencyDays})`.execute(db.query)
    } catch (error) {
      logger.warn({ err: error }, 'housekeeping failed; it is tried again in an hour')
    }
  }
  await once()
  const timer = setInterval(() => void once(), EVERY_MS)
  return () => clearInterval(timer)
}
