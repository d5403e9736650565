import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { Db } from '../../db/connect.ts'
import { listen } from '../../db/listen.ts'
import type { Revocation, Revocations } from './revocations.ts'
import { parseRevocation, REVOKED_CHANNEL } from './revoke.ts'

const REREAD_MS = 30_000

export type FollowOptions = {
  db: Db
  url: string
  revocations: Revocations
  /** Somebody was revoked, here or in another process. */
  onRevoked: (revocation: Revocation) => void
  logger: Logger
}

/**
 * Keeps the revocations in memory equal to the table: read now, told of each new one at once, read again after every loss of the
 * connection and each half minute.
 *
 * @returns function that stops it
 */
export async function followRevocations(options: FollowOptions): Promise<() => Promise<void>> {
  const { db, url, revocations, onRevoked, logger } = options

  async function read(): Promise<void> {
    try {
      const { rows } = await sql<{ tenant_id: string; subject: string; until: Date }>`
        select tenant_id, subject, until from active_revocations()`.execute(db.query)
      revocations.replace(rows.map(({ tenant_id, subject, until }) => ({ tenant: tenant_id, subject, until })))
    } catch (error) {
      logger.warn({ err: error }, 'revocations could not be read')
    }
  }

  await read()
  const timer = setInterval(() => void read(), REREAD_MS)
  const stopListening = listen({
    url,
    channel: REVOKED_CHANNEL,
    onNotice: (payload) => onRevoked(parseRevocation(payload)),
    onConnected: () => void read(),
    onError: (error) => logger.warn({ err: error }, 'the connection that hears of revocations was lost'),
  })
  return async () => {
    clearInterval(timer)
    await stopListening()
  }
}
