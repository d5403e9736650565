import { audit, retentionStart } from '../../scripts/verify/audit.ts'
import { withSnapshot } from '../../scripts/verify/snapshot.ts'
import type { Breach } from './breach.ts'

const RETENTION_DAYS = 7

/** Every check of `npm run verify -- --all`. */
export async function auditAll(url: string): Promise<Breach[]> {
  const keptSince = retentionStart(new Date(), RETENTION_DAYS)
  const findings = await withSnapshot(url, (client) => audit(client, { tenant: null, keptSince }))
  return findings
    .filter(({ breaches }) => breaches > 0)
    .map(({ check, breaches, first }) => ({
      kind: 'wrong',
      detail: `${breaches} rows break "${check.claim}": ${JSON.stringify(first)}`,
    }))
}
