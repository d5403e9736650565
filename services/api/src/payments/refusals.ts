import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { Db } from '../db/connect.ts'
import type { ProviderName } from './provider.ts'

const FLUSH_MS = 2_000
/** Tenants × providers × reasons between two flushes; what is beyond is in the metrics only. */
const COUNTS_MAX = 10_000

/** Counts callbacks that changed nothing, for the people of the tenant that they were meant for. */
export type Refusals = {
  /** @param reason a code of errors.ts, or `repeated` */
  add(tenant: string, provider: ProviderName, reason: string): void
  /** Writes what was counted. */
  flush(): Promise<void>
  /** Stops counting, and writes the rest. */
  close(): Promise<void>
}

type Count = { tenant: string; provider: ProviderName; reason: string; times: number; lastAt: string }

/**
 * In memory, written every two seconds: a forger who sends a thousand a second costs one statement. What a crash takes with it
 * is counts.
 */
export function countRefusals(db: Db, logger: Logger, now: () => Date = () => new Date()): Refusals {
  let counts = new Map<string, Count>()

  async function flush(): Promise<void> {
    if (counts.size === 0) return
    const flushed = [...counts.values()]
    counts = new Map()
    try {
      await sql`select count_refusals(${JSON.stringify(flushed)}::json)`.execute(db.query)
    } catch (error) {
      logger.warn({ err: error, counts: flushed.length }, 'counts of refused callbacks could not be written')
    }
  }

  const timer = setInterval(() => void flush(), FLUSH_MS)
  return {
    add(tenant, provider, reason) {
      const key = `${tenant} ${provider} ${reason}`
      const known = counts.get(key)
      if (!known && counts.size >= COUNTS_MAX) return
      counts.set(key, { tenant, provider, reason, times: (known?.times ?? 0) + 1, lastAt: now().toISOString() })
    },
    flush,
    async close() {
      clearInterval(timer)
      await flush()
    },
  }
}
