import { ofTenant, type Check } from './check.ts'

/** A payment whose money came in. */
const CAME_IN = `p.status in ('succeeded', 'refunded')`

/** What came in and went back, held against the ledger, the bookings and what providers said. */
export const paymentChecks: readonly Check[] = [
  {
    name: 'refunds-fit-their-payment',
    claim: 'what has gone back of each payment is the sum of its refunds, in its currency, and never more than came in',
    sql: `
      with refunds as (
        select r.tenant_id, r.payment_id, sum(r.amount_minor) as refunded, array_agg(distinct r.currency) as currencies,
          sum(r.points_taken) as taken
        from payment_refunds r
        where ${ofTenant('r')} and r.status = 'applied'
        group by r.tenant_id, r.payment_id
      )
      select
        p.tenant_id as tenant, p.id as payment, p.status, p.amount_minor as amount, p.refunded_minor as refunded,
        r.refunded as "refunds say", r.currencies
      from payments p
      left join refunds r on r.tenant_id = p.tenant_id and r.payment_id = p.id
      where ${ofTenant('p')}
        and (
          coalesce(r.refunded, 0) <> p.refunded_minor or p.refunded_minor > p.amount_minor
          or coalesce(r.taken, 0) <> p.points_reversed
          or r.currencies <> array[p.currency]
          or (p.status = 'refunded') <> (p.refunded_minor = p.amount_minor)
          or (p.refunded_minor > 0 and not ${CAME_IN})
        )`,
  },
  {
    name: 'payments-move-their-points',
    claim:
      'each payment that gave points has the one entry that it names, with its points; no entry of a payment is nobody’s',
    sql: `
      select
        coalesce(p.tenant_id, e.tenant_id) as tenant, p.id as payment, p.points_awarded as "payment says",
        e.id as entry, e.points as "entry says"
      from (select * from payments p where ${ofTenant('p')} and p.transaction_id is not null) p
      full join (select * from entries e where ${ofTenant('e')} and e.type = 'payment') e
        on e.tenant_id = p.tenant_id and e.id = p.transaction_id
      where (p.points_awarded, p.customer_id) is distinct from (e.points, e.customer_id)`,
  },
  {
    name: 'refunds-take-their-points',
    claim: 'each refund that took points back has the entry that it names; of no payment was more taken than was due',
    sql: `
      select r.tenant_id as tenant, r.id as refund, r.points_taken as taken, e.points as "entry says"
      from payment_refunds r
      left join entries e on e.tenant_id = r.tenant_id and e.id = r.transaction_id
      where ${ofTenant('r')} and r.points_taken > 0 and (e.type, e.points) is distinct from ('adjust'::text, -r.points_taken)
      union all
      select p.tenant_id, p.id, p.points_reversed,
        p.points_awarded - points_kept(p.points_awarded, p.amount_minor, p.refunded_minor)
      from payments p
      where ${ofTenant('p')}
        and p.points_reversed > p.points_awarded - points_kept(p.points_awarded, p.amount_minor, p.refunded_minor)`,
  },
  {
    name: 'bookings-say-what-was-paid',
    claim: 'each booking that was paid for says what its payments make of it, in its own currency',
    sql: `
      select b.tenant_id as tenant, b.id as booking, b.payment_status as "booking says", b.amount_minor as amount, p.kept,
        p.currencies
      from bookings b
      join (
        select p.tenant_id, p.booking_id, sum(p.amount_minor - p.refunded_minor) as kept,
          array_agg(distinct p.currency) as currencies
        from payments p
        where ${ofTenant('p')} and p.booking_id is not null and ${CAME_IN}
        group by p.tenant_id, p.booking_id
      ) p on p.tenant_id = b.tenant_id and p.booking_id = b.id
      where p.currencies <> array[b.currency]
        or b.payment_status <> case
          when p.kept = 0 then 'refunded'
          when p.kept >= b.amount_minor then 'paid'
          else 'partly'
        end`,
  },
  {
    name: 'callbacks-have-their-payment',
    claim:
      'each callback that was applied has its payment; no refund waits for a charge that has come in; only open payments are asked about',
    sql: `
      select c.tenant_id as tenant, 'callback' as "where", c.id, c.outcome as found
      from provider_callbacks c
      where ${ofTenant('c')} and c.outcome = 'applied'
        and not exists (select from payments p where p.tenant_id = c.tenant_id and p.id = c.payment_id)
      union all
      select r.tenant_id, 'refund', r.id, r.status
      from payment_refunds r
      join payments p
        on p.tenant_id = r.tenant_id and p.provider = r.provider and p.provider_reference = r.provider_reference and ${CAME_IN}
      where ${ofTenant('r')} and r.status = 'waiting'
      union all
      select p.tenant_id, 'open payment', p.id, p.status
      from payments p
      left join open_payments o on o.tenant_id = p.tenant_id and o.payment_id = p.id
      where ${ofTenant('p')} and (p.status = 'pending') <> (o.payment_id is not null)`,
  },
  {
    name: 'payments-were-told',
    claim: 'the last event of each payment says its state and what has gone back, as long as events are kept',
    sql: `
      with told as (
        select distinct on (e.tenant_id, e.data ->> 'paymentId')
          e.tenant_id, (e.data ->> 'paymentId')::uuid as payment, e.data ->> 'status' as status,
          (e.data ->> 'refundedMinor')::bigint as refunded
        from events e
        where ${ofTenant('e')} and e.type = 'payment_recorded' and e.created_at >= $2::timestamptz
        order by e.tenant_id, e.data ->> 'paymentId', e.seq desc
      )
      select p.tenant_id as tenant, p.id as payment, p.status, t.status as "event says", p.refunded_minor as refunded,
        t.refunded as "event says refunded"
      from payments p
      left join told t on t.tenant_id = p.tenant_id and t.payment = p.id
      where ${ofTenant('p')} and p.updated_at >= $2::timestamptz
        and (p.status, p.refunded_minor) is distinct from (t.status, t.refunded)`,
  },
]
