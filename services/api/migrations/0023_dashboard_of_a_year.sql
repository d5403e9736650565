-- A year on the dashboard is read from a third of the rows: one pass over its hours tells points and busiest hours, and
-- distinct customers are counted without looking at everybody who came back.

-- Hours, with the payments that came in beside the entries.

alter table points_hours rename to activity_hours;
alter table activity_hours rename constraint points_hours_pkey to activity_hours_pkey;
alter table activity_hours add payments bigint not null default 0;

insert into activity_hours
select tenant_id, day, hour, 0, 0, 0, sum(payments) from revenue_hours group by tenant_id, day, hour having sum(payments) > 0
on conflict (tenant_id, day, hour) do update set payments = excluded.payments;

drop view recounted_points_hours;
create view recounted_activity_hours with (security_invoker = true) as
select
  tenant_id, at::date as day, extract(hour from at)::smallint as hour, sum(entries) as entries,
  sum(issued)::bigint as issued, sum(redeemed)::bigint as redeemed, sum(payments) as payments
from (
  select
    e.tenant_id, e.created_at at time zone coalesce(t.settings ->> 'timeZone', 'UTC') as at, 1 as entries,
    case when coalesce(reversed.type, e.type) = 'redeem' then 0 else e.points end as issued,
    case when coalesce(reversed.type, e.type) = 'redeem' then -e.points else 0 end as redeemed,
    0 as payments
  from entries e
  join tenants t on t.id = e.tenant_id
  left join entries reversed on reversed.tenant_id = e.tenant_id and reversed.id = e.reverses
  union all
  select tenant_id, at, 0, 0, 0, payments from money_moves where payments > 0
) each
group by tenant_id, day, hour;
grant select on recounted_activity_hours to loyalty_engine;

create or replace function count_entries() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  with moved as (
    select
      made.tenant_id, made.points,
      made.created_at at time zone (
        select coalesce(settings ->> 'timeZone', 'UTC') from tenants where id = made.tenant_id
      ) as at,
      'redeem' = coalesce(
        (select e.type from entries e where e.tenant_id = made.tenant_id and e.id = made.reverses), made.type
      ) as is_spending
    from made
  ), hourly as (
    insert into activity_hours as kept (tenant_id, day, hour, entries, issued, redeemed)
    select
      tenant_id, at::date, extract(hour from at), count(*),
      coalesce(sum(points) filter (where not is_spending), 0), coalesce(-sum(points) filter (where is_spending), 0)
    from moved
    group by 1, 2, 3
    on conflict (tenant_id, day, hour) do update
    set entries = kept.entries + excluded.entries, issued = kept.issued + excluded.issued,
        redeemed = kept.redeemed + excluded.redeemed
  )
  insert into points_totals as kept (tenant_id, outstanding)
  select tenant_id, sum(points) from moved group by tenant_id
  on conflict (tenant_id) do update set outstanding = kept.outstanding + excluded.outstanding;
  return null;
end $$;

create or replace function count_money(
  p_tenant text, p_at timestamptz, p_currency text, p_provider text,
  p_payments int, p_received bigint, p_refunds int, p_refunded bigint
) returns void
language plpgsql
as $$
declare
  local constant timestamp := p_at at time zone tenant_time_zone(p_tenant);
begin
  insert into revenue_days as kept
  values (p_tenant, local::date, p_currency, p_provider, p_payments, p_received, p_refunds, p_refunded)
  on conflict (tenant_id, day, currency, provider) do update
  set payments = kept.payments + excluded.payments, received_minor = kept.received_minor + excluded.received_minor,
      refunds = kept.refunds + excluded.refunds, refunded_minor = kept.refunded_minor + excluded.refunded_minor;
  insert into revenue_hours as kept
  values (p_tenant, local::date, extract(hour from local), p_currency, p_payments, p_received, p_refunded)
  on conflict (tenant_id, day, hour, currency) do update
  set payments = kept.payments + excluded.payments, received_minor = kept.received_minor + excluded.received_minor,
      refunded_minor = kept.refunded_minor + excluded.refunded_minor;
  if p_payments <> 0 then
    insert into activity_hours as kept
    values (p_tenant, local::date, extract(hour from local), 0, 0, 0, p_payments)
    on conflict (tenant_id, day, hour) do update set payments = kept.payments + excluded.payments;
  end if;
  -- A row of nothing is no row.
  if p_payments < 0 then
    delete from revenue_days d
    where d.tenant_id = p_tenant and d.day = local::date and d.currency = p_currency and d.provider = p_provider
      and d.payments = 0 and d.refunds = 0;
    delete from revenue_hours h
    where h.tenant_id = p_tenant and h.day = local::date and h.hour = extract(hour from local)::smallint
      and h.currency = p_currency and h.payments = 0 and h.refunded_minor = 0;
    delete from activity_hours h
    where h.tenant_id = p_tenant and h.day = local::date and h.hour = extract(hour from local)::smallint
      and h.entries = 0 and h.payments = 0;
  end if;
end $$;

-- Customers. Also kept is on which day those who have not come back paid last, as a return on the day `infinity`: everybody who
-- ever paid has one. Customers of a period are then those who paid last on its first day or later, less those who stayed away
-- for the whole of it, who had paid last before it and came back after it. For a period that ends today that is a row a day.

create or replace view recounted_client_returns with (security_invoker = true) as
select tenant_id, day, previous_day, count(*)::int as clients
from (
  select tenant_id, day, lag(day, 1, '-infinity') over (partition by tenant_id, customer_id order by day) as previous_day
  from client_days
  union all
  select tenant_id, 'infinity', max(day) from client_days group by tenant_id, customer_id
) each
group by tenant_id, day, previous_day;

insert into client_returns
select * from recounted_client_returns where day = 'infinity';

-- who paid for the first time: of the rows of a year, one a day
create index client_returns_first on client_returns (tenant_id, day) include (clients) where previous_day = '-infinity';

-- A day more, or less, between the days before and after it.
create or replace function count_client_day(p_tenant text, p_customer uuid, p_day date, p_days int) returns void
language plpgsql
as $$
declare
  before constant date := coalesce((
    select max(d.day) from client_days d where d.tenant_id = p_tenant and d.customer_id = p_customer and d.day < p_day
  ), '-infinity');
  after constant date := coalesce((
    select min(d.day) from client_days d where d.tenant_id = p_tenant and d.customer_id = p_customer and d.day > p_day
  ), 'infinity');
begin
  perform count_return(p_tenant, p_day, before, p_days);
  perform count_return(p_tenant, after, p_day, p_days);
  -- Who paid on no other day has nothing between.
  if isfinite(before) or isfinite(after) then
    perform count_return(p_tenant, after, before, -p_days);
  end if;
end $$;

create or replace function rebuild_dashboard(p_tenant text) returns void
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  name text;
begin
  -- Lock: what is written meanwhile counts once, by its own trigger, after this.
  perform lock_streams(array[p_tenant]);
  foreach name in array array[
    'activity_hours', 'points_totals', 'revenue_days', 'revenue_hours', 'client_days', 'client_returns', 'booking_days'
  ] loop
    execute format('delete from %I where tenant_id = $1', name) using p_tenant;
    execute format('insert into %I select * from %I where tenant_id = $1', name, 'recounted_' || name) using p_tenant;
  end loop;
end $$;
