import type { ClientBase } from 'pg'
import type { Booking, Payment } from './money.ts'
import type { DemoTenant } from './tenants.ts'

type Placed<T> = Omit<T, 'customer' | 'booking'>
export type PlacedBooking = Placed<Booking> & { readonly id: string; readonly customerId: string }
export type PlacedPayment = Placed<Payment> & { readonly customerId: string | null; readonly bookingId: string | null }

const ACTOR = JSON.stringify({ type: 'system', id: 'setup', name: null })
/** As long as events are kept: seven days, counted in whole ones. */
const TOLD = "interval '8 days'"

/** Books tables, and tells the stream of those that are still of interest. */
export async function bookTables(
  client: ClientBase,
  { id: tenant, settings: { currency } }: DemoTenant,
  bookings: readonly PlacedBooking[],
): Promise<void> {
  await client.query(
    `insert into bookings (tenant_id, id, customer_id, status, payment_status, starts_at, amount_minor, currency)
     select $1, id, "customerId", status, "paymentStatus", "startsAt", "amountMinor", $2
     from json_to_recordset($3) as b (
       id uuid, "customerId" uuid, status text, "paymentStatus" text, "startsAt" timestamptz, "amountMinor" bigint
     )`,
    [tenant, currency, JSON.stringify(bookings)],
  )
  await client.query(
    `select announce_booking(b, null, $2::json)
     from bookings b where tenant_id = $1 and starts_at >= now() - ${TOLD} order by starts_at`,
    [tenant, ACTOR],
  )
}

/**
 * Writes payments of the past with what went back of them, an hour later, and tells the stream of the last ones. They earned
 * no points: the programme gives none for money.
 */
export async function takePayments(
  client: ClientBase,
  { id: tenant, settings: { currency } }: DemoTenant,
  payments: readonly PlacedPayment[],
): Promise<void> {
  await client.query(
    `insert into payments (
       tenant_id, id, provider, provider_reference, amount_minor, refunded_minor, currency, status, customer_id, booking_id,
       paid_at, created_at, updated_at, actor_type, actor_id
     )
     select
       $1, uuid_v7("paidAt", i), provider, case when provider in ('mpesa', 'paystack') then 'demo-' || i end, "amountMinor",
       "refundedMinor", $2, 'succeeded', "customerId", "bookingId", "paidAt", "paidAt", "paidAt", 'system', 'setup'
     from rows from (json_to_recordset($3) as (
       provider text, "amountMinor" bigint, "refundedMinor" bigint, "customerId" uuid, "bookingId" uuid, "paidAt" timestamptz
     )) with ordinality as p (provider, "amountMinor", "refundedMinor", "customerId", "bookingId", "paidAt", i)`,
    [tenant, currency, JSON.stringify(payments)],
  )
  await client.query(
    `insert into payment_refunds (
       tenant_id, id, provider, refund_key, payment_id, status, amount_minor, currency, reason, actor_type, actor_id,
       created_at, applied_at
     )
     select
       tenant_id, uuid_v7(at, 0), provider, 'demo-' || id, id, 'applied', refunded_minor, currency, 'Sent back to the kitchen',
       'system', 'setup', at, at
     from payments
     cross join lateral (select least(paid_at + interval '1 hour', now()) as at) later
     where tenant_id = $1 and refunded_minor > 0`,
    [tenant],
  )
  await client.query(
    `select announce_payment(p, $2::json)
     from payments p where tenant_id = $1 and updated_at >= now() - ${TOLD} order by updated_at`,
    [tenant, ACTOR],
  )
}
