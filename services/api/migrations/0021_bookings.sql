-- Bookings: made and changed by operations of engage. Their status is what people say, any after any; their payment_status is
-- what payments make of their amount.

alter table bookings add column note text check (length(note) between 1 and 500);
alter table bookings alter column id set default uuid_v7(clock_timestamp(), 0);

-- the bookings list, by start
create index bookings_by_start on bookings (tenant_id, starts_at, id);

grant insert, update on bookings to loyalty_engine;

-- Where a tenant's days begin and end: lists by day and the dashboard go by it.
create function is_time_zone(p_name text) returns boolean
language plpgsql stable
as $$
begin
  perform now() at time zone p_name;
  return true;
exception
  when invalid_parameter_value then return false;
end $$;

-- A zone that PostgreSQL does not know would make every write of the tenant fail.
alter table tenants add constraint known_time_zone check (is_time_zone(settings ->> 'timeZone'));

create function tenant_time_zone(p_tenant text) returns text
language sql stable
as $$ select coalesce(settings ->> 'timeZone', 'UTC') from tenants where id = p_tenant $$;

-- What was paid for a booking, and what of it has not gone back.
create function booking_money(b bookings, out came_in bigint, out kept bigint)
language sql stable
as $$
  select coalesce(sum(p.amount_minor), 0), coalesce(sum(p.amount_minor - p.refunded_minor), 0)
  from payments p
  where p.tenant_id = b.tenant_id and p.booking_id = b.id and p.status in ('succeeded', 'refunded')
$$;

-- Unpaid until something came in, refunded once all of it has gone back, paid when what is left is its amount, else partly.
create function booking_payment_status(b bookings) returns text
language sql stable
as $$
  select case
    when came_in = 0 then 'unpaid'
    when kept = 0 then 'refunded'
    when kept >= b.amount_minor then 'paid'
    else 'partly'
  end
  from booking_money(b)
$$;

-- As it is on the wire. It runs as whoever asks, and sees what they may see.
create function booking_record(b bookings) returns json
language sql stable
as $$
  select json_build_object(
    'id', b.id, 'customerId', b.customer_id, 'customerPhone', m.phone, 'customerName', m.display_name,
    'status', b.status, 'paymentStatus', b.payment_status, 'startsAt', iso_time(b.starts_at),
    'amountMinor', b.amount_minor, 'paidMinor', (booking_money(b)).kept, 'currency', b.currency, 'note', b.note,
    'version', b.version, 'createdAt', iso_time(b.created_at)
  )
  from (select) one
  left join members m on m.tenant_id = b.tenant_id and m.customer_id = b.customer_id
$$;

-- Tells of a booking as it is now, and of what it was where that differs; p_before is null for a new one.
create function announce_booking(b bookings, p_before bookings, p_actor json) returns void
language sql
as $$
  select append_event(b.tenant_id, 'booking_updated', 1, b.customer_id, p_actor, json_build_object(
    'bookingId', b.id, 'bookingVersion', b.version, 'customerId', b.customer_id, 'customerName', m.display_name,
    'status', b.status, 'paymentStatus', b.payment_status, 'startsAt', iso_time(b.starts_at),
    'amountMinor', b.amount_minor, 'currency', b.currency,
    'previous', jsonb_strip_nulls(jsonb_build_object(
      'status', nullif(p_before.status, b.status),
      'paymentStatus', nullif(p_before.payment_status, b.payment_status),
      'startsAt', iso_time(nullif(p_before.starts_at, b.starts_at)),
      'amountMinor', nullif(p_before.amount_minor, b.amount_minor)
    ))
  ))
  from (select) one
  left join members m on m.tenant_id = b.tenant_id and m.customer_id = b.customer_id
$$;

-- {customerId | phone, startsAt, amountMinor, currency, note}: neither of the first two for somebody who is not a customer.
create function make_booking(p_tenant text, p_actor json, p_input json) returns json
language plpgsql
as $$
declare
  input record;
  member members;
  booking bookings;
begin
  select * into input
  from json_to_record(p_input) as i (
    "customerId" uuid, phone text, "startsAt" timestamptz, "amountMinor" bigint, currency text, note text
  );
  select * into member
  from members m
  where m.tenant_id = p_tenant and (m.customer_id = input."customerId" or m.phone = input.phone);
  if member.customer_id is null and (input."customerId" is not null or input.phone is not null) then
    return json_build_object('code', 'customer-not-found');
  end if;
  insert into bookings (tenant_id, id, customer_id, starts_at, amount_minor, currency, note, created_at)
  select
    p_tenant, uuid_v7(clock_timestamp(), 0), member.customer_id, input."startsAt", input."amountMinor",
    coalesce(input.currency, t.settings ->> 'currency'), input.note, clock_timestamp()
  from tenants t
  where t.id = p_tenant
  returning * into booking;
  perform announce_booking(booking, null, p_actor);
  return booking_record(booking);
end $$;

-- {bookingId, versions, startsAt, amountMinor, status, note}: only what is given changes; `versions`: those that the change is
-- for, null for any. A change that makes no difference is no change.
create function change_booking(p_tenant text, p_actor json, p_input json) returns json
language plpgsql
as $$
declare
  input constant jsonb := p_input;
  before bookings;
  booking bookings;
begin
  select * into before from bookings b where b.tenant_id = p_tenant and b.id = (input ->> 'bookingId')::uuid for update;
  if not found then
    return json_build_object('code', 'booking-not-found');
  elsif jsonb_typeof(input -> 'versions') = 'array' and not input -> 'versions' @> to_jsonb(before.version) then
    return json_build_object('code', 'version-mismatch', 'current', booking_record(before));
  end if;
  booking := before;
  booking.status := coalesce(input ->> 'status', before.status);
  booking.starts_at := coalesce((input ->> 'startsAt')::timestamptz, before.starts_at);
  booking.amount_minor := coalesce((input ->> 'amountMinor')::bigint, before.amount_minor);
  if input ? 'note' then
    booking.note := input ->> 'note';
  end if;
  if booking = before then
    return booking_record(before);
  end if;
  booking.payment_status := booking_payment_status(booking);
  update bookings b
  set status = booking.status, starts_at = booking.starts_at, amount_minor = booking.amount_minor, note = booking.note,
      payment_status = booking.payment_status, version = b.version + 1
  where b.tenant_id = p_tenant and b.id = before.id
  returning * into booking;
  perform announce_booking(booking, before, p_actor);
  return booking_record(booking);
end $$;

-- As in 0019, and telling what the booking was before.
create or replace function settle_booking(p_tenant text, p_booking uuid, p_actor json) returns void
language plpgsql
as $$
declare
  before bookings;
  booking bookings;
begin
  select * into before from bookings b where b.tenant_id = p_tenant and b.id = p_booking;
  update bookings b
  set payment_status = booking_payment_status(before), version = b.version + 1
  where b.tenant_id = p_tenant and b.id = p_booking and b.payment_status <> booking_payment_status(before)
  returning * into booking;
  if found then
    perform announce_booking(booking, before, p_actor);
  end if;
end $$;

drop function announce_booking(bookings, json);

-- As in 0020, with what can be done to bookings.
create or replace function perform_operation(p_operation text, p_tenant text, p_actor json, p_input json) returns json
language sql
as $$
  select case p_operation
    when 'scan_customer' then scan_customer(p_tenant, p_actor, p_input)
    when 'request_enrolment' then request_enrolment(p_tenant, p_actor, p_input)
    when 'cancel_enrolment' then cancel_enrolment(p_tenant, p_actor, p_input)
    when 'propose_adjustment' then propose_adjustment(p_tenant, p_actor, p_input)
    when 'decide_notification' then decide_notification(p_tenant, p_actor, p_input)
    when 'expire_adjustments' then expire_adjustments(p_tenant, p_actor)
    when 'record_payment' then record_payment(p_tenant, p_actor, p_input)
    when 'refund_payment' then refund_payment(p_tenant, p_actor, p_input)
    when 'open_payment' then open_payment(p_tenant, p_actor, p_input)
    when 'answer_start' then answer_start(p_tenant, p_actor, p_input)
    when 'settle_payment' then settle_payment(p_tenant, p_actor, p_input)
    when 'settle_fact' then settle_fact(p_tenant, p_actor, p_input)
    when 'make_booking' then make_booking(p_tenant, p_actor, p_input)
    when 'change_booking' then change_booking(p_tenant, p_actor, p_input)
  end
$$;

-- Called by functions of the engine alone: they run as it, and are nobody else's to call.
grant create on schema public to loyalty_engine;
do $$
declare
  name text;
begin
  foreach name in array array['announce_booking', 'make_booking', 'change_booking'] loop
    execute format('alter function %I owner to loyalty_engine', name);
  end loop;
end $$;
revoke create on schema public from loyalty_engine;
grant execute on function booking_money, booking_payment_status, booking_record, tenant_time_zone, is_time_zone to loyalty_app, loyalty_engine;
