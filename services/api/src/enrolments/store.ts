import { sql, type SqlBool } from 'kysely'
import { jsonObjectFrom } from 'kysely/helpers/postgres'
import { exactTime } from '../db/exact-time.ts'
import type { TenantTransaction } from '../db/tenant-scope.ts'
import type { EnrolmentItem } from './schemas.ts'

export type EnrolmentFilter = {
  readonly status?: EnrolmentItem['status'] | undefined
  readonly customerId?: string | undefined
  readonly programId?: string | undefined
}

/** Time of a request with all its microseconds, and its id. */
export type EnrolmentKey = readonly [requestedAt: string, id: string]

const record = sql<EnrolmentItem>`enrolment_record(enrolments)`

/** Enrolments, the newest request first, from the one after `after` on. */
export function listEnrolments(
  trx: TenantTransaction,
  tenant: string,
  { status, customerId, programId }: EnrolmentFilter,
  after: EnrolmentKey | null,
  limit: number,
) {
  let query = trx
    .selectFrom('enrolments')
    .select(['id', record.as('record'), exactTime('requested_at').as('sort_key')])
    .where('tenant_id', '=', tenant)
    .orderBy('requested_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
  if (status) query = query.where('status', '=', status)
  if (customerId) query = query.where('customer_id', '=', customerId)
  if (programId) query = query.where('program_id', '=', programId)
  if (after) query = query.where(sql<SqlBool>`(requested_at, id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`)
  return query.execute()
}

/** Every programme with the customer's last enrolment in it. */
export function listStatus(trx: TenantTransaction, tenant: string, customerId: string) {
  return trx
    .selectFrom('programs')
    .select(['programs.id', 'programs.name', 'programs.active'])
    .select((eb) =>
      jsonObjectFrom(
        eb
          .selectFrom('enrolments')
          .select(record.as('record'))
          .whereRef('enrolments.tenant_id', '=', 'programs.tenant_id')
          .whereRef('enrolments.program_id', '=', 'programs.id')
          .where('enrolments.customer_id', '=', customerId)
          .orderBy('requested_at', 'desc')
          .limit(1),
      ).as('last'),
    )
    .where('programs.tenant_id', '=', tenant)
    .orderBy('programs.is_default', 'desc')
    .orderBy('programs.name')
    .execute()
}

export async function isMember(trx: TenantTransaction, tenant: string, customerId: string): Promise<boolean> {
  const row = await trx
    .selectFrom('members')
    .select('customer_id')
    .where('tenant_id', '=', tenant)
    .where('customer_id', '=', customerId)
    .executeTakeFirst()
  return row !== undefined
}
