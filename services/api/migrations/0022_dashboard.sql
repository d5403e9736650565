-- Figures of the dashboard, kept beside the facts that they sum up: by triggers, in the same transaction, so that a snapshot
-- has both or neither. Whoever writes such a fact holds the tenant's stream, so nobody waits for these rows who does not wait
-- already. Days and hours are those of the tenant's time zone. Each table has a view, recounted_*, that says what the facts make
-- of it: rebuild_dashboard fills from it, `npm run verify` compares with it.

-- Points, from entries. `issued` and `redeemed` are what cards call earned and redeemed: a reversal counts against what it
-- reverses, a deduction by hand against what was issued. So what was issued less what was redeemed is what is outstanding.
create table points_hours (
  tenant_id text not null,
  day date not null,
  hour smallint not null,
  entries bigint not null,
  issued bigint not null,
  redeemed bigint not null,
  primary key (tenant_id, day, hour)
  -- the row of this hour is rewritten by every commit: it stays on its page
) with (fillfactor = 30);

create table points_totals (
  tenant_id text primary key,
  outstanding bigint not null
) with (fillfactor = 10);

-- Money that came in when it came in, and money that went back when it went back: never one currency with another.
create table revenue_days (
  tenant_id text not null,
  day date not null,
  currency text not null,
  provider text not null,
  payments bigint not null,
  received_minor bigint not null,
  refunds bigint not null,
  refunded_minor bigint not null,
  primary key (tenant_id, day, currency, provider)
) with (fillfactor = 50);

create table revenue_hours (
  tenant_id text not null,
  day date not null,
  hour smallint not null,
  currency text not null,
  payments bigint not null,
  received_minor bigint not null,
  refunded_minor bigint not null,
  primary key (tenant_id, day, hour, currency)
) with (fillfactor = 50);

-- Days on which a customer paid.
create table client_days (
  tenant_id text not null,
  customer_id uuid not null,
  day date not null,
  payments bigint not null,
  primary key (tenant_id, customer_id, day)
);

-- How many distinct customers paid in a period does not follow from how many did on each of its days. It follows from these: of
-- those who paid on a day, how many had paid last on which day before it (-infinity: never). Who paid in a period did so for
-- the first time in it on exactly one day, and that is the one before which they had last paid before the period. So
-- customers of a period = sum of those rows whose day is in it and whose previous_day is before it.
create table client_returns (
  tenant_id text not null,
  day date not null,
  previous_day date not null check (previous_day < day),
  clients int not null check (clients > 0),
  primary key (tenant_id, day, previous_day)
) with (fillfactor = 70);

create table booking_days (
  tenant_id text not null,
  day date not null,
  status text not null,
  bookings bigint not null,
  primary key (tenant_id, day, status)
) with (fillfactor = 50);

do $$
declare
  name text;
begin
  foreach name in array array[
    'points_hours', 'points_totals', 'revenue_days', 'revenue_hours', 'client_days', 'client_returns', 'booking_days'
  ] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy tenant on %I using (tenant_id = current_tenant())', name);
    execute format('create policy engine on %I to loyalty_engine using (true)', name);
    execute format('grant select on %I to loyalty_app', name);
    execute format('grant select, insert, update, delete on %I to loyalty_engine', name);
  end loop;
end $$;

-- What the facts make of each table.

create view recounted_points_hours with (security_invoker = true) as
select tenant_id, day, hour, count(*) as entries, sum(issued)::bigint as issued, sum(redeemed)::bigint as redeemed
from (
  select
    e.tenant_id, local.at::date as day, extract(hour from local.at)::smallint as hour,
    case when coalesce(reversed.type, e.type) = 'redeem' then 0 else e.points end as issued,
    case when coalesce(reversed.type, e.type) = 'redeem' then -e.points else 0 end as redeemed
  from entries e
  join tenants t on t.id = e.tenant_id
  left join entries reversed on reversed.tenant_id = e.tenant_id and reversed.id = e.reverses
  cross join lateral (select e.created_at at time zone coalesce(t.settings ->> 'timeZone', 'UTC') as at) local
) each
group by tenant_id, day, hour;

create view recounted_points_totals with (security_invoker = true) as
select tenant_id, sum(points)::bigint as outstanding from entries group by tenant_id;

create view money_moves with (security_invoker = true) as
select
  p.tenant_id, p.paid_at at time zone coalesce(t.settings ->> 'timeZone', 'UTC') as at, p.provider, p.currency, p.customer_id,
  1 as payments, p.amount_minor as received_minor, 0 as refunds, 0::bigint as refunded_minor
from payments p
join tenants t on t.id = p.tenant_id
where p.paid_at is not null
union all
select
  r.tenant_id, r.applied_at at time zone coalesce(t.settings ->> 'timeZone', 'UTC'), r.provider, r.currency, null,
  0, 0, 1, r.amount_minor
from payment_refunds r
join tenants t on t.id = r.tenant_id
where r.status = 'applied';

create view recounted_revenue_days with (security_invoker = true) as
select
  tenant_id, at::date as day, currency, provider, sum(payments) as payments, sum(received_minor)::bigint as received_minor,
  sum(refunds) as refunds, sum(refunded_minor)::bigint as refunded_minor
from money_moves
group by tenant_id, day, currency, provider;

create view recounted_revenue_hours with (security_invoker = true) as
select
  tenant_id, at::date as day, extract(hour from at)::smallint as hour, currency, sum(payments) as payments,
  sum(received_minor)::bigint as received_minor, sum(refunded_minor)::bigint as refunded_minor
from money_moves
group by tenant_id, day, hour, currency;

create view recounted_client_days with (security_invoker = true) as
select tenant_id, customer_id, at::date as day, sum(payments) as payments
from money_moves
where customer_id is not null
group by tenant_id, customer_id, day;

create view recounted_client_returns with (security_invoker = true) as
select tenant_id, day, previous_day, count(*)::int as clients
from (
  select tenant_id, day, lag(day, 1, '-infinity') over (partition by tenant_id, customer_id order by day) as previous_day
  from client_days
) each
group by tenant_id, day, previous_day;

create view recounted_booking_days with (security_invoker = true) as
select
  b.tenant_id, (b.starts_at at time zone coalesce(t.settings ->> 'timeZone', 'UTC'))::date as day, b.status,
  count(*) as bookings
from bookings b
join tenants t on t.id = b.tenant_id
group by b.tenant_id, day, b.status;

grant select on money_moves, recounted_points_hours, recounted_points_totals, recounted_revenue_days, recounted_revenue_hours,
  recounted_client_days, recounted_client_returns, recounted_booking_days to loyalty_engine;

-- Fills a tenant's figures anew. For data that came in with triggers off, and when the tenant's days begin at another time.
create function rebuild_dashboard(p_tenant text) returns void
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  name text;
begin
  -- Lock: what is written meanwhile counts once, by its own trigger, after this.
  perform lock_streams(array[p_tenant]);
  foreach name in array array[
    'points_hours', 'points_totals', 'revenue_days', 'revenue_hours', 'client_days', 'client_returns', 'booking_days'
  ] loop
    execute format('delete from %I where tenant_id = $1', name) using p_tenant;
    execute format('insert into %I select * from %I where tenant_id = $1', name, 'recounted_' || name) using p_tenant;
  end loop;
end $$;

create function time_zone_changed() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  perform rebuild_dashboard(new.id);
  return null;
end $$;

create trigger other_days after update of settings on tenants
  for each row when (old.settings ->> 'timeZone' is distinct from new.settings ->> 'timeZone')
  execute function time_zone_changed();

-- Entries. Every redemption passes here: one statement, look-ups by whole keys.
create function count_entries() returns trigger
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
    insert into points_hours as kept (tenant_id, day, hour, entries, issued, redeemed)
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

create trigger counted after insert on entries
  referencing new table as made
  for each statement execute function count_entries();

-- Money. Payments and refunds come one at a time: rows are counted one by one.

create function count_money(
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
  -- A row of nothing is no row.
  if p_payments < 0 then
    delete from revenue_days d
    where d.tenant_id = p_tenant and d.day = local::date and d.currency = p_currency and d.provider = p_provider
      and d.payments = 0 and d.refunds = 0;
    delete from revenue_hours h
    where h.tenant_id = p_tenant and h.day = local::date and h.hour = extract(hour from local)::smallint
      and h.currency = p_currency and h.payments = 0 and h.refunded_minor = 0;
  end if;
end $$;

create function count_return(p_tenant text, p_day date, p_previous date, p_clients int) returns void
language plpgsql
as $$
begin
  if p_clients > 0 then
    insert into client_returns as kept values (p_tenant, p_day, p_previous, p_clients)
    on conflict (tenant_id, day, previous_day) do update set clients = kept.clients + excluded.clients;
  else
    delete from client_returns r
    where r.tenant_id = p_tenant and r.day = p_day and r.previous_day = p_previous and r.clients = -p_clients;
    if not found then
      update client_returns r set clients = r.clients + p_clients
      where r.tenant_id = p_tenant and r.day = p_day and r.previous_day = p_previous;
    end if;
  end if;
end $$;

-- A day more, or less, between the days before and after it.
create function count_client_day(p_tenant text, p_customer uuid, p_day date, p_days int) returns void
language plpgsql
as $$
declare
  before constant date := coalesce((
    select max(d.day) from client_days d where d.tenant_id = p_tenant and d.customer_id = p_customer and d.day < p_day
  ), '-infinity');
  after constant date := (
    select min(d.day) from client_days d where d.tenant_id = p_tenant and d.customer_id = p_customer and d.day > p_day
  );
begin
  perform count_return(p_tenant, p_day, before, p_days);
  if after is not null then
    perform count_return(p_tenant, after, p_day, p_days);
    perform count_return(p_tenant, after, before, -p_days);
  end if;
end $$;

-- One payment that came in, p_sign = 1, or is not what it was, -1.
create function count_payment(p payments, p_sign int) returns void
language plpgsql
as $$
declare
  today constant date := p.paid_at at time zone tenant_time_zone(p.tenant_id);
  held bigint;
begin
  perform count_money(p.tenant_id, p.paid_at, p.currency, p.provider, p_sign, p_sign * p.amount_minor, 0, 0);
  if p.customer_id is null then
    return;
  end if;
  insert into client_days as kept values (p.tenant_id, p.customer_id, today, p_sign)
  on conflict (tenant_id, customer_id, day) do update set payments = kept.payments + excluded.payments
  returning kept.payments into held;
  if held = 0 then
    delete from client_days d where d.tenant_id = p.tenant_id and d.customer_id = p.customer_id and d.day = today;
  end if;
  if held = greatest(p_sign, 0) then
    perform count_client_day(p.tenant_id, p.customer_id, today, p_sign);
  end if;
end $$;

create function payments_added() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  perform count_payment(row(p.*)::payments, 1) from added p where p.paid_at is not null;
  return null;
end $$;

create function payments_changed() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  change record;
begin
  for change in
    select row(was.*)::payments as was, row(now.*)::payments as now
    from removed was
    join added now using (tenant_id, id)
    where (was.paid_at, was.amount_minor, was.currency, was.provider, was.customer_id)
      is distinct from (now.paid_at, now.amount_minor, now.currency, now.provider, now.customer_id)
  loop
    if (change.was).paid_at is not null then
      perform count_payment(change.was, -1);
    end if;
    if (change.now).paid_at is not null then
      perform count_payment(change.now, 1);
    end if;
  end loop;
  return null;
end $$;

create trigger counted after insert on payments
  referencing new table as added
  for each statement execute function payments_added();
create trigger counted_again after update on payments
  referencing old table as removed new table as added
  for each statement execute function payments_changed();

create function refunds_added() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  perform count_money(r.tenant_id, r.applied_at, r.currency, r.provider, 0, 0, 1, r.amount_minor)
  from added r
  where r.status = 'applied';
  return null;
end $$;

-- A refund waits, then it is applied, or refused: what was applied stays so.
create function refunds_changed() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  perform count_money(now.tenant_id, now.applied_at, now.currency, now.provider, 0, 0, 1, now.amount_minor)
  from removed was
  join added now using (tenant_id, id)
  where now.status = 'applied' and was.status <> 'applied';
  return null;
end $$;

create trigger counted after insert on payment_refunds
  referencing new table as added
  for each statement execute function refunds_added();
create trigger counted_again after update on payment_refunds
  referencing old table as removed new table as added
  for each statement execute function refunds_changed();

-- Bookings, by the day on which they start.

create function count_booking(b bookings, p_sign int) returns void
language plpgsql
as $$
declare
  starts constant date := b.starts_at at time zone tenant_time_zone(b.tenant_id);
begin
  insert into booking_days as kept values (b.tenant_id, starts, b.status, p_sign)
  on conflict (tenant_id, day, status) do update set bookings = kept.bookings + excluded.bookings;
  delete from booking_days d
  where d.tenant_id = b.tenant_id and d.day = starts and d.status = b.status and d.bookings = 0;
end $$;

create function bookings_added() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  perform count_booking(row(b.*)::bookings, 1) from added b;
  return null;
end $$;

create function bookings_changed() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  perform count_booking(row(was.*)::bookings, -1), count_booking(row(now.*)::bookings, 1)
  from removed was
  join added now using (tenant_id, id)
  where (was.starts_at, was.status) is distinct from (now.starts_at, now.status);
  return null;
end $$;

create trigger counted after insert on bookings
  referencing new table as added
  for each statement execute function bookings_added();
create trigger counted_again after update on bookings
  referencing old table as removed new table as added
  for each statement execute function bookings_changed();

-- Called by triggers alone, which run as the engine.
grant create on schema public to loyalty_engine;
do $$
declare
  name text;
begin
  foreach name in array array[
    'rebuild_dashboard', 'time_zone_changed', 'count_entries', 'count_money', 'count_return', 'count_client_day',
    'count_payment', 'payments_added', 'payments_changed', 'refunds_added', 'refunds_changed', 'count_booking',
    'bookings_added', 'bookings_changed'
  ] loop
    execute format('alter function %I owner to loyalty_engine', name);
  end loop;
end $$;
revoke create on schema public from loyalty_engine;

-- What is there already.
select rebuild_dashboard(id) from tenants;
