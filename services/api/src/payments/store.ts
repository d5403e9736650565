import { sql } from 'kysely'
import type { z } from 'zod'
import type { TenantTransaction } from '../db/tenant-scope.ts'
import { firstIdOf } from '../db/time-ids.ts'
import type { PaymentFilter, paymentItem, refundItem } from './schemas.ts'

const CALLBACKS_SHOWN = 50

type PaymentItem = z.infer<typeof paymentItem>

/** Payments, newest first, from the one before `before` on. Their ids sort by time. */
export function listPayments(
  trx: TenantTransaction,
  tenant: string,
  { provider, status, customerId, bookingId, from, to }: PaymentFilter,
  before: string | null,
  limit: number,
) {
  let query = trx
    .selectFrom('payments')
    .select(['id', sql<PaymentItem>`payment_record(payments)`.as('record')])
    .where('tenant_id', '=', tenant)
    .orderBy('id', 'desc')
    .limit(limit)
  if (provider) query = query.where('provider', '=', provider)
  if (status) query = query.where('status', '=', status)
  if (customerId) query = query.where('customer_id', '=', customerId)
  if (bookingId) query = query.where('booking_id', '=', bookingId)
  if (from) query = query.where('id', '>=', firstIdOf(from))
  if (to) query = query.where('id', '<', firstIdOf(to))
  if (before) query = query.where('id', '<', before)
  return query.execute()
}

/** A payment with its refunds and what its provider said of it. */
export async function findPayment(trx: TenantTransaction, tenant: string, id: string) {
  const payment = await trx
    .selectFrom('payments')
    .select([sql<PaymentItem>`payment_record(payments)`.as('record')])
    .where('tenant_id', '=', tenant)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!payment) return null
  const refunds = await trx
    .selectFrom('payment_refunds')
    .select([sql<z.infer<typeof refundItem>>`refund_record(payment_refunds)`.as('record')])
    .where('tenant_id', '=', tenant)
    .where('payment_id', '=', id)
    .orderBy('id', 'desc')
    .execute()
  const callbacks = await trx
    .selectFrom('provider_callbacks')
    .select(['id', 'outcome', 'received_at', 'raw'])
    .where('tenant_id', '=', tenant)
    .where('payment_id', '=', id)
    .orderBy('id', 'desc')
    .limit(CALLBACKS_SHOWN)
    .execute()
  return {
    ...payment.record,
    refunds: refunds.map(({ record }) => record),
    callbacks: callbacks.map(({ received_at: receivedAt, raw, ...callback }) => ({
      ...callback,
      receivedAt: receivedAt.toISOString(),
      raw: raw.toString('utf8'),
    })),
  }
}

/** What the reconciler has to know of a payment; null when there is none of that id. */
export function findAsked(trx: TenantTransaction, tenant: string, id: string) {
  return trx
    .selectFrom('payments')
    .select(['id', 'provider', 'provider_reference as reference', 'currency', 'status', 'created_at'])
    .where('tenant_id', '=', tenant)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** What the starter of a payment was answered; null while the provider has not. */
export async function findStartAnswer(trx: TenantTransaction, tenant: string, id: string) {
  const row = await trx
    .selectFrom('payments')
    .select('start_answer')
    .where('tenant_id', '=', tenant)
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.start_answer ?? null
}

export type RefusalRow = {
  day: string
  provider: 'paystack' | 'mpesa'
  reason: string
  times: number
  last_at: Date
}

type RefusalKey = readonly [day: string, provider: string, reason: string]

/** Counts of refused callbacks, the newest day first, from the one after `after` on. */
export async function listRefusals(trx: TenantTransaction, tenant: string, after: RefusalKey | null, limit: number) {
  const { rows } = await sql<RefusalRow>`
    select day::text, provider, reason, times, last_at
    from callback_refusals
    where tenant_id = ${tenant}
      and (
        ${after === null}
        or day < ${after?.[0] ?? null}::date
        or (day = ${after?.[0] ?? null}::date and (provider, reason) > (${after?.[1] ?? null}, ${after?.[2] ?? null}))
      )
    order by day desc, provider, reason
    limit ${limit}`.execute(trx)
  return rows
}
