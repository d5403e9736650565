import { sql } from 'kysely'
import type { TenantTransaction } from '../../db/tenant-scope.ts'
import type { Revocation } from './revocations.ts'

/** Channel on which processes tell each other of a revocation at once. Never used by a write of the ledger. */
export const REVOKED_CHANNEL = 'revoked'

/**
 * Ends what a subject was given: its refresh tokens now, its access tokens by name until the last of them has expired. Every
 * process hears of it when the transaction commits.
 */
export async function revokeSubject(
  trx: TenantTransaction,
  tenant: string,
  subject: string,
  tokenSeconds: number,
): Promise<Revocation> {
  // A minute more than a token lives, for clocks that disagree.
  const until = new Date(Date.now() + (tokenSeconds + 60) * 1000)
  await trx
    .insertInto('revocations')
    .values({ tenant_id: tenant, subject, until })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'subject']).doUpdateSet({ until }))
    .execute()
  await trx.deleteFrom('refresh_tokens').where('tenant_id', '=', tenant).where('subject', '=', subject).execute()
  const revocation = { tenant, subject, until }
  await sql`select pg_notify(${REVOKED_CHANNEL}, ${JSON.stringify(revocation)})`.execute(trx)
  return revocation
}

/** Reads a notification of REVOKED_CHANNEL. */
export function parseRevocation(payload: string): Revocation {
  const { tenant, subject, until } = JSON.parse(payload) as { tenant: string; subject: string; until: string }
  return { tenant, subject, until: new Date(until) }
}
