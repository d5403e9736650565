import { withClient } from '../database.ts'
import { audit, retentionStart } from '../verify/audit.ts'
import { findingText } from '../verify/print.ts'
import { withSnapshot } from '../verify/snapshot.ts'
import { waitUntil } from '../waiting.ts'
import type { Screens } from './screens.ts'
import type { Faults } from './stream-record.ts'

export type Settlement = {
  /** Redemptions in the ledger. */
  readonly redemptions: number
  /** What the screens were told, against the stream. */
  readonly faults: Faults
  /** Committed events that no realtime server has acknowledged. */
  readonly undelivered: number
  /** The audit's checks that do not hold, as text. */
  readonly breaches: readonly string[]
}

const CATCH_UP_MAX_MS = 60_000
const RETENTION_DAYS = 7

/**
 * Waits, once nothing is written any more, until every screen has caught up and every event is acknowledged, or a minute has
 * passed; then holds all of it against the database.
 */
export async function settle(
  { databaseUrl, tenant }: { databaseUrl: string; tenant: string },
  screens: Screens,
  stopping: AbortSignal,
): Promise<Settlement> {
  const { head } = await stand(databaseUrl, tenant)
  const everything = async () => screens.position >= head && (await stand(databaseUrl, tenant)).undelivered === 0
  await waitUntil(everything, { what: 'everything delivered', limitMs: CATCH_UP_MAX_MS, stopping }).catch(() =>
    stopping.throwIfAborted(),
  )
  const { redemptions, undelivered } = await stand(databaseUrl, tenant)
  const findings = await withSnapshot(databaseUrl, (client) =>
    audit(client, { tenant: null, keptSince: retentionStart(new Date(), RETENTION_DAYS) }),
  )
  const breaches = findings.filter(({ breaches: rows }) => rows > 0).map(findingText)
  return { redemptions, faults: screens.faults(head), undelivered, breaches }
}

function stand(url: string, tenant: string): Promise<{ head: number; undelivered: number; redemptions: number }> {
  return withClient(url, async (client) => {
    const { rows } = await client.query(
      `select head::float8 as head, (head - deliveries.seq)::float8 as undelivered,
         (select count(*) from entries where tenant_id = $1 and type = 'redeem')::float8 as redemptions
       from streams join deliveries using (tenant_id)
       where tenant_id = $1`,
      [tenant],
    )
    return rows[0]!
  })
}
