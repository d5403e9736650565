import type { ClientBase } from 'pg'
import type { Payment } from './payment-book.ts'

/** Payments that the tenant's stream tells of after a position, as they stand now. */
export function readPayments(client: ClientBase, tenant: string, seq: number): Promise<Payment[]> {
  const told = `select (data ->> 'paymentId')::uuid
    from events
    where tenant_id = $1 and seq > $2 and type = 'payment_recorded'`
  return read(client, `p.tenant_id = $1 and p.id in (${told})`, [tenant, seq])
}

/** Payments of all tenants that nobody has settled yet. */
export const readPending = (client: ClientBase): Promise<Payment[]> => read(client, `p.status = 'pending'`, [])

async function read(client: ClientBase, which: string, values: unknown[]): Promise<Payment[]> {
  const { rows } = await client.query<Payment>(
    `select
       p.id, p.tenant_id as tenant, coalesce(p.note, p.provider_reference) as name, p.status,
       p.amount_minor::float8 as "amountMinor", p.refunded_minor::float8 as "refundedMinor", p.customer_id as "customerId",
       p.booking_id as "bookingId", p.points_awarded::float8 as "pointsAwarded", p.points_reversed::float8 as "pointsReversed",
       coalesce(last.points_missing, 0)::float8 as "pointsMissing", back.refunds
     from payments p
     cross join lateral (
       select coalesce(json_agg(json_build_object(
         'name', case when r.provider = 'paystack' then r.refund_key else r.reason end,
         'amountMinor', r.amount_minor, 'status', r.status
       )), '[]') as refunds
       from payment_refunds r
       where r.tenant_id = p.tenant_id and r.payment_id = p.id
     ) back
     left join lateral (
       select r.points_missing
       from payment_refunds r
       where r.tenant_id = p.tenant_id and r.payment_id = p.id and r.status = 'applied'
       order by r.applied_at desc, r.id desc
       limit 1
     ) last on true
     where ${which}`,
    values,
  )
  return rows
}
