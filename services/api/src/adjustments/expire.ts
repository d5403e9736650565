import type { Actor } from '@loyalty-live/events'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import { engage, type EngageDeps } from '../stream/engage.ts'

const EVERY_MS = 60_000

const expiry: Actor = { type: 'system', id: 'expiry', name: null }

/**
 * Once a minute: ends the requests for approval that nobody has answered in time, so that screens say so. Nobody can approve
 * one meanwhile: whoever tries ends it. Safe in several processes at once.
 *
 * @returns function that stops it
 */
export function keepExpiring(deps: EngageDeps, logger: Logger): () => void {
  const timer = setInterval(() => {
    expireAdjustments(deps).catch((error: unknown) => {
      logger.warn({ err: error }, 'requests for approval could not be ended; it is tried again in a minute')
    })
  }, EVERY_MS)
  return () => clearInterval(timer)
}

/** Ends what has run out by now, one tenant at a time. */
export async function expireAdjustments(deps: EngageDeps): Promise<void> {
  const { rows } = await sql<{ tenant: string }>`
    select tenants_with_expired_adjustments() as tenant`.execute(deps.db.query)
  for (const { tenant } of rows) {
    await engage(deps, { operation: 'expire_adjustments', tenant, actor: expiry, key: null, hash: null, input: {} })
  }
}
