-- For people who report in SQL: what screens show, by names that last, whatever becomes of the tables. docs/reporting.md says
-- what each holds. Read only; security_invoker: whoever asks sees what they may see, a tenant's scope its own rows.

create view loyalty_cards with (security_invoker = true) as
select
  c.tenant_id, t.name as tenant_name, c.id as card_id, c.customer_id, m.phone as customer_phone,
  m.display_name as customer_name, c.program_id, p.name as program_name, c.balance, c.earned, c.redeemed, c.version,
  c.created_at, c.updated_at
from cards c
join tenants t on t.id = c.tenant_id
join members m on m.tenant_id = c.tenant_id and m.customer_id = c.customer_id
join programs p on p.tenant_id = c.tenant_id and p.id = c.program_id;

create view customer_loyalty_cards with (security_invoker = true) as
select
  customer_id, customer_phone, count(*) as cards, count(distinct tenant_id) as tenants, sum(balance)::bigint as balance,
  sum(earned)::bigint as earned, sum(redeemed)::bigint as redeemed, max(updated_at) as last_activity_at
from loyalty_cards
group by customer_id, customer_phone;

create view customer_business_view with (security_invoker = true) as
select
  m.tenant_id, t.name as tenant_name, m.customer_id, m.phone as customer_phone, m.display_name as customer_name, m.vip,
  m.vip_since, m.created_at as customer_since, coalesce(held.cards, 0) as cards, coalesce(held.balance, 0) as balance,
  coalesce(held.earned, 0) as earned, coalesce(held.redeemed, 0) as redeemed, held.last_activity_at,
  (select count(*) from bookings b where b.tenant_id = m.tenant_id and b.customer_id = m.customer_id) as bookings
from members m
join tenants t on t.id = m.tenant_id
left join lateral (
  select
    count(*) as cards, sum(c.balance)::bigint as balance, sum(c.earned)::bigint as earned,
    sum(c.redeemed)::bigint as redeemed, max(c.updated_at) as last_activity_at
  from cards c
  where c.tenant_id = m.tenant_id and c.customer_id = m.customer_id
) held on true;

create view program_enrollments with (security_invoker = true) as
select
  e.tenant_id, t.name as tenant_name, e.id as enrolment_id, e.customer_id, m.phone as customer_phone,
  m.display_name as customer_name, e.program_id, p.name as program_name, e.status, e.method, e.requested_at, e.decided_at
from enrolments e
join tenants t on t.id = e.tenant_id
join members m on m.tenant_id = e.tenant_id and m.customer_id = e.customer_id
join programs p on p.tenant_id = e.tenant_id and p.id = e.program_id;

create view qr_scan_logs with (security_invoker = true) as
select
  s.tenant_id, t.name as tenant_name, s.id as scan_id, s.customer_id, m.phone as customer_phone,
  m.display_name as customer_name, s.program_id, p.name as program_name, s.outcome, s.points as points_awarded,
  s.enrolment_id, s.transaction_id, s.actor_type, s.actor_name, s.scanned_at
from qr_scans s
join tenants t on t.id = s.tenant_id
join members m on m.tenant_id = s.tenant_id and m.customer_id = s.customer_id
join programs p on p.tenant_id = s.tenant_id and p.id = s.program_id;

create view client_business_transactions with (security_invoker = true) as
select
  e.tenant_id, t.name as tenant_name, e.id as transaction_id, e.card_id, e.customer_id, m.phone as customer_phone,
  m.display_name as customer_name, e.program_id, p.name as program_name, e.type, e.points, e.balance_after, e.reason,
  e.order_id, e.reverses, e.actor_type, e.actor_name, e.created_at
from entries e
join tenants t on t.id = e.tenant_id
join members m on m.tenant_id = e.tenant_id and m.customer_id = e.customer_id
join programs p on p.tenant_id = e.tenant_id and p.id = e.program_id;

create view customer_interactions with (security_invoker = true) as
select tenant_id, customer_id, 'scan' as kind, outcome as detail, points_awarded as points, scan_id as id, scanned_at as at
from qr_scan_logs
union all
select tenant_id, customer_id, 'enrolment', status, null, enrolment_id, coalesce(decided_at, requested_at)
from program_enrollments
union all
select tenant_id, customer_id, 'points', type, points, transaction_id, created_at
from client_business_transactions
union all
select tenant_id, customer_id, 'adjustment', status, points, id, coalesce(decided_at, created_at)
from adjustments
union all
select tenant_id, customer_id, 'booking', status, null, id, starts_at
from bookings
where customer_id is not null;

-- What the customer's own page shows now: cards with totals, how much is unread, what waits for an answer, the last changes.
create function refresh_customer_dashboard(p_customer uuid) returns json
language sql stable
as $$
  select json_build_object(
    'customerId', p_customer,
    'totals', (
      select json_build_object(
        'balance', coalesce(sum(balance), 0), 'earned', coalesce(sum(earned), 0), 'redeemed', coalesce(sum(redeemed), 0)
      )
      from cards where customer_id = p_customer
    ),
    'cards', (
      select coalesce(json_agg(
        json_build_object(
          'id', c.id, 'tenant', c.tenant_id, 'tenantName', t.name, 'programId', c.program_id, 'programName', p.name,
          'balance', c.balance, 'earned', c.earned, 'redeemed', c.redeemed, 'version', c.version,
          'updatedAt', iso_time(c.updated_at)
        )
        order by c.updated_at desc, c.id
      ), '[]')
      from cards c
      join tenants t on t.id = c.tenant_id
      join programs p on p.tenant_id = c.tenant_id and p.id = c.program_id
      where c.customer_id = p_customer
    ),
    'unread', (select count(*) from notifications where customer_id = p_customer and read_at is null),
    'requests', (
      select coalesce(json_agg(json_build_object('id', n.id, 'tenant', n.tenant_id, 'kind', n.kind) order by n.id desc), '[]')
      from notifications n
      where n.customer_id = p_customer
        and (
          exists (select from enrolments e where e.tenant_id = n.tenant_id and e.id = n.enrolment_id and e.status = 'pending')
          or exists (select from adjustments a where a.tenant_id = n.tenant_id and a.id = n.adjustment_id and a.status = 'pending')
        )
    ),
    'transactions', (
      select coalesce(json_agg(
        json_build_object('id', id, 'tenant', tenant_id, 'type', type, 'points', points, 'balanceAfter', balance_after)
        order by id desc
      ), '[]')
      from (
        select e.id, e.tenant_id, e.type, e.points, e.balance_after
        from members m
        join entries e on e.tenant_id = m.tenant_id and e.customer_id = m.customer_id
        where m.customer_id = p_customer
        order by e.id desc
        limit 10
      ) newest
    )
  )
$$;

grant select on loyalty_cards, customer_loyalty_cards, customer_business_view, program_enrollments, qr_scan_logs,
  client_business_transactions, customer_interactions to loyalty_app, loyalty_engine;
grant execute on function refresh_customer_dashboard to loyalty_app, loyalty_engine, loyalty_customer;
grant execute on function iso_time to loyalty_customer;
