import type { ClientBase } from 'pg'
import type { Check } from './check.ts'
import { dashboardChecks } from './dashboard-checks.ts'
import { engagementChecks } from './engagement-checks.ts'
import { ledgerChecks } from './ledger-checks.ts'
import { paymentChecks } from './payment-checks.ts'
import { peopleChecks } from './people-checks.ts'
import { streamChecks } from './stream-checks.ts'

export const checks: readonly Check[] = [
  ...ledgerChecks,
  ...streamChecks,
  ...peopleChecks,
  ...engagementChecks,
  ...paymentChecks,
  ...dashboardChecks,
]

/** So many of the rows that a check has found are shown. */
const ROWS_SHOWN = 5

export type Row = Readonly<Record<string, unknown>>

export type Finding = {
  readonly check: Check
  /** How many rows the check has found; 0: it holds. */
  readonly breaches: number
  readonly first: readonly Row[]
  readonly ms: number
}

export type AuditOptions = {
  /** Null: all. */
  tenant: string | null
  /** Events since then are kept; what is older may have been dropped. */
  keptSince: Date
  onFinding?: (finding: Finding) => void
}

/** Runs every check on a snapshot, one after the other. */
export async function audit(client: ClientBase, { tenant, keptSince, onFinding }: AuditOptions): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const check of checks) {
    const since = performance.now()
    const { rows } = await client.query<{ breaches: string; row: Row }>({
      text: `select count(*) over () as breaches, to_jsonb(found) as row from (${check.sql}) found limit ${ROWS_SHOWN}`,
      values: check.sql.includes('$2') ? [tenant, keptSince] : [tenant],
    })
    const finding = {
      check,
      breaches: Number(rows[0]?.breaches ?? 0),
      first: rows.map(({ row }) => row),
      ms: performance.now() - since,
    }
    findings.push(finding)
    onFinding?.(finding)
  }
  return findings
}

/**
 * Since when events are kept: whole days (UTC), as housekeeping drops them.
 *
 * @param retentionDays as EVENT_RETENTION_DAYS of the API
 */
export function retentionStart(now: Date, retentionDays: number): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() - retentionDays))
}
