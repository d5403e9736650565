import { sql, type SqlBool } from 'kysely'
import { exactTime } from '../db/exact-time.ts'
import type { TenantTransaction } from '../db/tenant-scope.ts'
import type { BookingItem } from './schemas.ts'

export type BookingFilter = {
  readonly status?: BookingItem['status'] | undefined
  readonly paymentStatus?: BookingItem['paymentStatus'] | undefined
  readonly customerId?: string | undefined
  /** First and last day, `YYYY-MM-DD`, in the tenant's time zone. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly order: 'asc' | 'desc'
}

/** Start with all its microseconds, and id. */
export type BookingKey = readonly [startsAt: string, id: string]

const record = sql<BookingItem>`booking_record(bookings)`

/** Bookings by start, from the one after `after` on. */
export function listBookings(
  trx: TenantTransaction,
  tenant: string,
  { status, paymentStatus, customerId, from, to, order }: BookingFilter,
  after: BookingKey | null,
  limit: number,
) {
  let query = trx
    .selectFrom('bookings')
    .select(['id', record.as('record'), exactTime('starts_at').as('sort_key')])
    .where('tenant_id', '=', tenant)
    .orderBy('starts_at', order)
    .orderBy('id', order)
    .limit(limit)
  if (status) query = query.where('status', '=', status)
  if (paymentStatus) query = query.where('payment_status', '=', paymentStatus)
  if (customerId) query = query.where('customer_id', '=', customerId)
  if (from) query = query.where('starts_at', '>=', startOfDay(tenant, from, 0))
  if (to) query = query.where('starts_at', '<', startOfDay(tenant, to, 1))
  if (after) {
    const beyond = order === 'asc' ? sql`>` : sql`<`
    query = query.where(sql<SqlBool>`(starts_at, id) ${beyond} (${after[0]}::timestamptz, ${after[1]}::uuid)`)
  }
  return query.execute()
}

/** One booking as it is on the wire; undefined when the tenant has none with that id. */
export async function findBooking(
  trx: TenantTransaction,
  tenant: string,
  id: string,
): Promise<BookingItem | undefined> {
  const row = await trx
    .selectFrom('bookings')
    .select(record.as('record'))
    .where('tenant_id', '=', tenant)
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.record
}

/** When a day begins where the tenant is, or one of the days after it. */
function startOfDay(tenant: string, day: string, daysLater: number) {
  return sql<Date>`((${day}::date + ${daysLater}::int)::timestamp at time zone tenant_time_zone(${tenant}))`
}
