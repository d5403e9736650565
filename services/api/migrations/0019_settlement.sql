-- How payments are settled. Everything here runs in one transaction with the tenant's stream locked (engage): the payment, its
-- points, its booking and their events, or nothing.

-- How many minor units make one of a currency (ISO 4217).
create function minor_units(p_currency text) returns bigint
language sql immutable parallel safe
as $$
  select case
    when p_currency in (
      'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'
    ) then 1
    when p_currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 1000
    when p_currency in ('CLF', 'UYW') then 10000
    else 100
  end
$$;

-- What a payment earns: whole points for its amount in major units, rounded down; one entry holds a million at most.
create function points_for_payment(p_amount_minor bigint, p_currency text, p_per_unit numeric) returns bigint
language sql immutable parallel safe
as $$ select least(floor(p_amount_minor * p_per_unit / minor_units(p_currency)), 1000000)::bigint $$;

-- What a payment's points come to once so much of it has gone back, rounded down: it depends on the sum of the refunds, not on
-- their number or order.
create function points_kept(p_awarded bigint, p_amount_minor bigint, p_refunded_minor bigint) returns bigint
language sql immutable parallel safe
as $$ select floor(p_awarded::numeric * (p_amount_minor - p_refunded_minor) / p_amount_minor)::bigint $$;

create function payment_record(p payments) returns json
language sql stable
as $$
  select json_build_object(
    'id', p.id, 'provider', p.provider, 'providerReference', p.provider_reference, 'detail', p.detail,
    'amountMinor', p.amount_minor, 'currency', p.currency, 'refundedMinor', p.refunded_minor, 'status', p.status,
    'failure', p.failure, 'customerId', p.customer_id, 'customerPhone', m.phone, 'customerName', m.display_name,
    'bookingId', p.booking_id, 'programId', p.program_id, 'pointsAwarded', p.points_awarded,
    'pointsReversed', p.points_reversed, 'transactionId', p.transaction_id, 'note', p.note, 'version', p.version,
    'actor', json_build_object('type', p.actor_type, 'id', p.actor_id, 'name', p.actor_name),
    'paidAt', iso_time(p.paid_at), 'createdAt', iso_time(p.created_at), 'updatedAt', iso_time(p.updated_at)
  )
  from (select) one
  left join members m on m.tenant_id = p.tenant_id and m.customer_id = p.customer_id
$$;

create function refund_record(r payment_refunds) returns json
language sql stable
as $$
  select json_build_object(
    'id', r.id, 'status', r.status, 'amountMinor', r.amount_minor, 'currency', r.currency, 'reason', r.reason,
    'pointsTaken', r.points_taken, 'pointsMissing', r.points_missing, 'transactionId', r.transaction_id,
    'actor', json_build_object('type', r.actor_type, 'id', r.actor_id, 'name', r.actor_name),
    'createdAt', iso_time(r.created_at), 'appliedAt', iso_time(r.applied_at)
  )
$$;

create function announce_payment(p payments, p_actor json) returns void
language sql
as $$
  select append_event(p.tenant_id, 'payment_recorded', 1, p.customer_id, p_actor, json_build_object(
    'paymentId', p.id, 'provider', p.provider, 'providerReference', p.provider_reference, 'status', p.status,
    'amountMinor', p.amount_minor, 'currency', p.currency, 'customerId', p.customer_id, 'customerName', m.display_name,
    'bookingId', p.booking_id, 'pointsAwarded', nullif(p.points_awarded, 0), 'paymentVersion', p.version,
    'refundedMinor', p.refunded_minor
  ))
  from (select) one
  left join members m on m.tenant_id = p.tenant_id and m.customer_id = p.customer_id
$$;

create function announce_booking(b bookings, p_actor json) returns void
language sql
as $$
  select append_event(b.tenant_id, 'booking_updated', 1, b.customer_id, p_actor, json_build_object(
    'bookingId', b.id, 'bookingVersion', b.version, 'customerId', b.customer_id, 'customerName', m.display_name,
    'status', b.status, 'paymentStatus', b.payment_status, 'startsAt', iso_time(b.starts_at),
    'amountMinor', b.amount_minor, 'currency', b.currency
  ))
  from (select) one
  left join members m on m.tenant_id = b.tenant_id and m.customer_id = b.customer_id
$$;

-- Makes a booking say what its payments make of it, and tells when that has changed: unpaid until something came in, refunded
-- once all of it has gone back, paid when what is left is its amount, else partly.
create function settle_booking(p_tenant text, p_booking uuid, p_actor json) returns void
language plpgsql
as $$
declare
  booking bookings;
  came_in bigint;
  kept bigint;
begin
  select coalesce(sum(p.amount_minor), 0), coalesce(sum(p.amount_minor - p.refunded_minor), 0) into came_in, kept
  from payments p
  where p.tenant_id = p_tenant and p.booking_id = p_booking and p.status in ('succeeded', 'refunded');
  update bookings b
  set version = b.version + 1,
      payment_status = case
        when came_in = 0 then 'unpaid'
        when kept = 0 then 'refunded'
        when kept >= b.amount_minor then 'paid'
        else 'partly'
      end
  where b.tenant_id = p_tenant and b.id = p_booking
    and b.payment_status <> case
      when came_in = 0 then 'unpaid'
      when kept = 0 then 'refunded'
      when kept >= b.amount_minor then 'paid'
      else 'partly'
    end
  returning * into booking;
  if found then
    perform announce_booking(booking, p_actor);
  end if;
end $$;

-- Whose payment it is: who is named, who booked, whose phone paid. A member of the tenant, or nobody.
create function find_payer(p_tenant text, p_customer uuid, p_booking uuid, p_phone text) returns uuid
language sql stable
as $$
  select coalesce(
    (select m.customer_id from members m where m.tenant_id = p_tenant and m.customer_id = p_customer),
    (select b.customer_id from bookings b where b.tenant_id = p_tenant and b.id = p_booking),
    (select m.customer_id from members m where m.tenant_id = p_tenant and m.phone = p_phone)
  )
$$;

-- What the payer of a payment gets for it: points by the programme's rule, in the currency of the business, for who has a card.
create function award_points(p payments, p_actor json, out points bigint, out transaction uuid)
language plpgsql
as $$
declare
  program constant programs := find_program(p.tenant_id, p.program_id);
  home constant text := (select settings ->> 'currency' from tenants where id = p.tenant_id);
begin
  points := points_for_payment(p.amount_minor, p.currency, program.points_per_currency_unit);
  if p.customer_id is null or p.currency <> home or points is null or points = 0 then
    points := 0;
    return;
  end if;
  transaction := apply_change(p.tenant_id, p_actor, jsonb_build_object(
    'kind', 'payment', 'customerId', p.customer_id, 'programId', program.id, 'points', points
  )) ->> 'transactionId';
  if transaction is null then
    -- no card, or a programme that gives no points any more
    points := 0;
  else
    perform announce_transaction(p.tenant_id, transaction, p_actor);
  end if;
end $$;

-- Takes back the points of what has been refunded: all that is due, or, where the programme allows no debt, as many as there are.
create function take_points_back(p payments, p_actor json, out taken bigint, out missing bigint, out transaction uuid)
language plpgsql
as $$
declare
  card cards;
  due bigint := p.points_awarded - points_kept(p.points_awarded, p.amount_minor, p.refunded_minor) - p.points_reversed;
begin
  taken := 0;
  missing := 0;
  -- Somebody may have reversed the award by hand: then it is back.
  if due <= 0 or exists (select from entries e where e.tenant_id = p.tenant_id and e.reverses = p.transaction_id) then
    return;
  end if;
  select c.* into strict card
  from entries e
  join cards c on c.tenant_id = e.tenant_id and c.id = e.card_id
  where e.tenant_id = p.tenant_id and e.id = p.transaction_id;
  taken := case (find_program(p.tenant_id, card.program_id)).debt_policy
    when 'allow' then due
    else least(due, greatest(card.balance, 0))
  end;
  missing := due - taken;
  if taken > 0 then
    transaction := apply_change(p.tenant_id, p_actor, jsonb_build_object(
      'kind', 'adjust', 'customerId', card.customer_id, 'programId', card.program_id, 'points', -taken,
      'reason', 'payment refunded'
    )) ->> 'transactionId';
    perform announce_transaction(p.tenant_id, transaction, p_actor);
  end if;
end $$;

-- Takes a refund off its payment; refused, and kept as such, when it is more than is left or of another currency.
create function apply_refund(p_payment payments, p_refund payment_refunds, p_actor json) returns payment_refunds
language plpgsql
as $$
declare
  payment payments := p_payment;
  refund payment_refunds := p_refund;
  back record;
begin
  refund.payment_id := payment.id;
  if refund.currency <> payment.currency or refund.amount_minor > payment.amount_minor - payment.refunded_minor then
    refund.status := 'refused';
  else
    refund.status := 'applied';
    refund.applied_at := clock_timestamp();
    payment.refunded_minor := payment.refunded_minor + refund.amount_minor;
    select * into back from take_points_back(payment, p_actor);
    refund.points_taken := back.taken;
    refund.points_missing := back.missing;
    refund.transaction_id := back.transaction;
    update payments p
    set refunded_minor = payment.refunded_minor, points_reversed = p.points_reversed + back.taken,
        status = case when payment.refunded_minor = p.amount_minor then 'refunded' else 'succeeded' end,
        version = p.version + 1, updated_at = clock_timestamp()
    where p.tenant_id = payment.tenant_id and p.id = payment.id
    returning * into payment;
  end if;
  update payment_refunds r
  set payment_id = refund.payment_id, status = refund.status, applied_at = refund.applied_at,
      points_taken = refund.points_taken, points_missing = refund.points_missing, transaction_id = refund.transaction_id
  where r.tenant_id = refund.tenant_id and r.id = refund.id;
  if refund.status = 'applied' then
    perform announce_payment(payment, p_actor);
    perform settle_booking(payment.tenant_id, payment.booking_id, p_actor);
  end if;
  return refund;
end $$;

-- The money has come in: points, booking, and whatever had been refunded before we heard of it.
create function pay_in(p_payment payments, p_paid_at timestamptz, p_actor json) returns payments
language plpgsql
as $$
declare
  payment payments := p_payment;
  award record;
  refund payment_refunds;
begin
  select * into award from award_points(payment, p_actor);
  update payments p
  set status = 'succeeded', failure = null, paid_at = coalesce(p_paid_at, clock_timestamp()),
      customer_id = payment.customer_id, detail = payment.detail, provider_reference = payment.provider_reference,
      points_awarded = award.points, transaction_id = award.transaction, version = p.version + 1,
      updated_at = clock_timestamp()
  where p.tenant_id = payment.tenant_id and p.id = payment.id
  returning * into payment;
  delete from open_payments o where o.tenant_id = payment.tenant_id and o.payment_id = payment.id;
  perform announce_payment(payment, p_actor);
  perform settle_booking(payment.tenant_id, payment.booking_id, p_actor);
  for refund in
    select * from payment_refunds r
    where r.tenant_id = payment.tenant_id and r.provider = payment.provider
      and r.provider_reference = payment.provider_reference and r.status = 'waiting'
    order by r.id
  loop
    perform apply_refund(payment, refund, p_actor);
    update provider_callbacks c
    set payment_id = payment.id
    where c.tenant_id = payment.tenant_id and c.outcome = 'waiting' and c.answer ->> 'refundId' = refund.id::text;
    select * into payment from payments p where p.tenant_id = payment.tenant_id and p.id = payment.id;
  end loop;
  return payment;
end $$;

-- It has failed, so far: a later success counts all the same.
create function fail_payment(p_payment payments, p_failure text, p_actor json) returns payments
language plpgsql
as $$
declare
  payment payments;
begin
  update payments p
  set status = 'failed', failure = left(p_failure, 500), detail = p_payment.detail,
      provider_reference = p_payment.provider_reference, version = p.version + 1, updated_at = clock_timestamp()
  where p.tenant_id = p_payment.tenant_id and p.id = p_payment.id
  returning * into payment;
  delete from open_payments o where o.tenant_id = payment.tenant_id and o.payment_id = payment.id;
  perform announce_payment(payment, p_actor);
  return payment;
end $$;

-- A payment that nobody has heard of before, open.
create function new_payment(
  p_tenant text, p_provider text, p_reference text, p_amount_minor bigint, p_currency text, p_customer uuid, p_booking uuid,
  p_actor json, p_id uuid default uuid_v7(clock_timestamp(), 0), p_detail jsonb default '{}', p_program uuid default null,
  p_note text default null
) returns payments
language sql
as $$
  insert into payments (
    tenant_id, id, provider, provider_reference, detail, amount_minor, currency, status, customer_id, booking_id, program_id,
    note, created_at, updated_at, actor_type, actor_id, actor_name
  )
  values (
    p_tenant, p_id, p_provider, p_reference, p_detail, p_amount_minor, p_currency, 'pending', p_customer, p_booking, p_program,
    p_note, clock_timestamp(), clock_timestamp(), p_actor ->> 'type', p_actor ->> 'id', p_actor ->> 'name'
  )
  returning *
$$;

-- What a provider says of a charge: {reference, status: succeeded | failed, amountMinor, currency, paidAt, failure, detail,
-- customerId, bookingId, phone, paymentId, started}.
--   amountMinor  null when the provider does not say it: then it is what was asked for
--   paymentId    of a payment that was started here, for when this comes before the provider has told its own name for it
--   started      only payments that were started here count
-- Gives {outcome: applied | ignored, paymentId}, or {code, …}.
create function settle_charge(p_tenant text, p_provider text, p_actor json, p_fact json) returns json
language plpgsql
as $$
declare
  fact record;
  payment payments;
  booking bookings;
  asked json;
begin
  select * into fact
  from json_to_record(p_fact) as f (
    reference text, status text, "amountMinor" bigint, currency text, "paidAt" timestamptz, failure text, detail jsonb,
    "customerId" uuid, "bookingId" uuid, phone text, "paymentId" uuid, started boolean
  );
  select * into payment
  from payments p
  where p.tenant_id = p_tenant and p.provider = p_provider and p.provider_reference = fact.reference;
  if not found then
    select * into payment
    from payments p
    where p.tenant_id = p_tenant and p.provider = p_provider and p.id = fact."paymentId"
      and (p.provider_reference is null or fact.reference is null);
  end if;
  if not found and fact.started then
    return json_build_object('code', 'payment-not-found');
  end if;

  if found then
    asked := json_build_object('amountMinor', payment.amount_minor, 'currency', payment.currency);
    if fact.status = 'succeeded'
      and (coalesce(fact."amountMinor", payment.amount_minor) <> payment.amount_minor or fact.currency <> payment.currency)
    then
      return json_build_object(
        'code', 'payment-mismatch', 'paymentId', payment.id, 'expected', asked,
        'found', json_build_object('amountMinor', fact."amountMinor", 'currency', fact.currency)
      );
    end if;
    if payment.status in ('succeeded', 'refunded') or payment.status = fact.status then
      return json_build_object('outcome', 'ignored', 'paymentId', payment.id);
    end if;
  else
    select * into booking from bookings b where b.tenant_id = p_tenant and b.id = fact."bookingId";
    if booking.currency <> fact.currency then
      return json_build_object(
        'code', 'payment-mismatch', 'paymentId', null, 'expected', json_build_object('currency', booking.currency),
        'found', json_build_object('amountMinor', fact."amountMinor", 'currency', fact.currency)
      );
    end if;
    payment := new_payment(
      p_tenant, p_provider, fact.reference, fact."amountMinor", fact.currency, null, booking.id, p_actor
    );
  end if;

  payment.provider_reference := coalesce(payment.provider_reference, fact.reference);
  payment.detail := payment.detail || coalesce(fact.detail, '{}');
  if fact.status = 'succeeded' then
    payment.customer_id := coalesce(
      payment.customer_id, find_payer(p_tenant, fact."customerId", payment.booking_id, fact.phone)
    );
    payment := pay_in(payment, fact."paidAt", p_actor);
  else
    payment := fail_payment(payment, fact.failure, p_actor);
  end if;
  return json_build_object('outcome', 'applied', 'paymentId', payment.id);
end $$;

-- What a provider says of a refund: {key, reference, amountMinor, currency, reason}. Gives {outcome: applied | waiting |
-- ignored, paymentId}, or {code, …}.
create function settle_refund(p_tenant text, p_provider text, p_actor json, p_fact json) returns json
language plpgsql
as $$
declare
  fact record;
  payment payments;
  refund payment_refunds;
begin
  select * into fact
  from json_to_record(p_fact) as f (key text, reference text, "amountMinor" bigint, currency text, reason text);
  if exists (
    select from payment_refunds r where r.tenant_id = p_tenant and r.provider = p_provider and r.refund_key = fact.key
  ) then
    return json_build_object('outcome', 'ignored');
  end if;
  select * into payment
  from payments p
  where p.tenant_id = p_tenant and p.provider = p_provider and p.provider_reference = fact.reference;
  insert into payment_refunds (
    tenant_id, id, provider, refund_key, provider_reference, status, amount_minor, currency, reason, actor_type, actor_id,
    actor_name, created_at
  )
  values (
    p_tenant, uuid_v7(clock_timestamp(), 0), p_provider, fact.key, fact.reference, 'waiting', fact."amountMinor",
    fact.currency, fact.reason, p_actor ->> 'type', p_actor ->> 'id', p_actor ->> 'name', clock_timestamp()
  )
  returning * into refund;
  if payment.status is null or payment.status in ('pending', 'failed') then
    return json_build_object('outcome', 'waiting', 'paymentId', payment.id, 'refundId', refund.id);
  end if;
  refund := apply_refund(payment, refund, p_actor);
  if refund.status = 'refused' then
    return json_build_object(
      'code', 'payment-mismatch', 'paymentId', payment.id,
      'expected', json_build_object(
        'amountMinor', payment.amount_minor - payment.refunded_minor, 'currency', payment.currency
      ),
      'found', json_build_object('amountMinor', refund.amount_minor, 'currency', refund.currency)
    );
  end if;
  return json_build_object('outcome', 'applied', 'paymentId', payment.id);
end $$;

create view payment_transactions with (security_invoker = true) as
select
  p.tenant_id, t.name as tenant_name, p.id as payment_id, p.provider, p.provider_reference, p.status, p.currency,
  p.amount_minor, p.refunded_minor,
  case when p.status in ('succeeded', 'refunded') then p.amount_minor - p.refunded_minor else 0 end as revenue_minor,
  p.customer_id, m.phone as customer_phone, m.display_name as customer_name, p.booking_id, p.points_awarded,
  p.points_reversed, p.transaction_id, p.failure, p.actor_type, p.actor_name, p.paid_at, p.created_at
from payments p
join tenants t on t.id = p.tenant_id
left join members m on m.tenant_id = p.tenant_id and m.customer_id = p.customer_id;

create or replace view customer_interactions with (security_invoker = true) as
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
where customer_id is not null
union all
select tenant_id, customer_id, 'payment', status, nullif(points_awarded, 0), payment_id, coalesce(paid_at, created_at)
from payment_transactions
where customer_id is not null;

-- Called by functions of the engine alone: they run as it, and are nobody else's to call.
grant create on schema public to loyalty_engine;
do $$
declare
  name text;
begin
  foreach name in array array[
    'announce_payment', 'announce_booking', 'settle_booking', 'find_payer', 'award_points', 'take_points_back',
    'apply_refund', 'pay_in', 'fail_payment', 'new_payment', 'settle_charge', 'settle_refund'
  ] loop
    execute format('alter function %I owner to loyalty_engine', name);
  end loop;
end $$;
revoke create on schema public from loyalty_engine;
grant execute on function minor_units, points_for_payment, points_kept, payment_record, refund_record
  to loyalty_app, loyalty_engine;
grant select on payment_transactions to loyalty_app, loyalty_engine;
