import type { ClientBase } from 'pg'
import type { FoundBooking } from './booking-book.ts'

/** Bookings that the tenant's stream tells of after a position, themselves or by a payment for them, as they stand now. */
export function readBookings(client: ClientBase, tenant: string, seq: number): Promise<FoundBooking[]> {
  const told = `select (data ->> 'bookingId')::uuid
    from events
    where tenant_id = $1 and seq > $2 and type in ('booking_updated', 'payment_recorded')`
  return read(client, `b.tenant_id = $1 and b.id in (${told})`, [tenant, seq])
}

/** Those of all tenants. */
export const readAllBookings = (client: ClientBase): Promise<FoundBooking[]> => read(client, 'true', [])

async function read(client: ClientBase, which: string, values: unknown[]): Promise<FoundBooking[]> {
  const { rows } = await client.query<FoundBooking>(
    `select
       b.id, b.tenant_id as tenant, b.customer_id as "customerId", b.status, b.amount_minor::float8 as "amountMinor",
       b.note as name, b.version::float8 as version, b.payment_status as "paymentStatus", money.*
     from bookings b
     cross join lateral (
       select
         coalesce(sum(p.amount_minor), 0)::float8 as "cameInMinor",
         coalesce(sum(p.refunded_minor), 0)::float8 as "wentBackMinor"
       from payments p
       where p.tenant_id = b.tenant_id and p.booking_id = b.id and p.status in ('succeeded', 'refunded')
     ) money
     where ${which}`,
    values,
  )
  return rows
}
