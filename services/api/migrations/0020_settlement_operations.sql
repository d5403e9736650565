-- What is done with payments: by people, by whoever asks providers, by what providers say. What comes before engage are its
-- operations; what comes after it is called by the API alone.

-- {customerId, phone, bookingId, programId, currency, provider, reference}: whether a payment may be recorded with these.
-- Null, or {code, …}.
create function refuse_payment(p_tenant text, p_input json) returns json
language plpgsql
as $$
declare
  input record;
  booking bookings;
  known payments;
begin
  select * into input
  from json_to_record(p_input) as i (
    "customerId" uuid, phone text, "bookingId" uuid, "programId" uuid, "amountMinor" bigint, currency text, provider text,
    reference text
  );
  select * into booking from bookings b where b.tenant_id = p_tenant and b.id = input."bookingId";
  select * into known
  from payments p
  where p.tenant_id = p_tenant and p.provider = input.provider and p.provider_reference = input.reference;
  return case
    when input."customerId" is not null and not exists (
      select from members m where m.tenant_id = p_tenant and m.customer_id = input."customerId"
    ) then json_build_object('code', 'customer-not-found')
    when input."bookingId" is not null and booking.id is null then json_build_object('code', 'booking-not-found')
    when input."programId" is not null and (find_program(p_tenant, input."programId")).id is null
      then json_build_object('code', 'program-not-found')
    when booking.currency <> input.currency then json_build_object(
      'code', 'payment-mismatch', 'expected', json_build_object('currency', booking.currency),
      'found', json_build_object('amountMinor', input."amountMinor", 'currency', input.currency)
    )
    when known.id is not null then json_build_object('code', 'payment-known', 'current', payment_record(known))
  end;
end $$;

-- {provider, amountMinor, currency, customerId, phone, bookingId, programId, reference, detail, note, paidAt}: money that
-- somebody took by hand.
create function record_payment(p_tenant text, p_actor json, p_input json) returns json
language plpgsql
as $$
declare
  input record;
  refusal constant json := refuse_payment(p_tenant, p_input);
  payment payments;
begin
  if refusal is not null then
    return refusal;
  end if;
  select * into input
  from json_to_record(p_input) as i (
    provider text, "amountMinor" bigint, currency text, "customerId" uuid, phone text, "bookingId" uuid, "programId" uuid,
    reference text, detail jsonb, note text, "paidAt" timestamptz
  );
  payment := new_payment(
    p_tenant, input.provider, input.reference, input."amountMinor", input.currency,
    find_payer(p_tenant, input."customerId", input."bookingId", input.phone), input."bookingId", p_actor,
    p_detail => coalesce(input.detail, '{}'), p_program => input."programId", p_note => input.note
  );
  return payment_record(pay_in(payment, input."paidAt", p_actor));
end $$;

-- {paymentId, amountMinor, reason}: money that somebody gave back by hand; null: all that is left. What Paystack gives back it
-- says itself.
create function refund_payment(p_tenant text, p_actor json, p_input json) returns json
language plpgsql
as $$
declare
  input record;
  payment payments;
  refund payment_refunds;
  remaining bigint;
begin
  select * into input from json_to_record(p_input) as i ("paymentId" uuid, "amountMinor" bigint, reason text);
  select * into payment from payments p where p.tenant_id = p_tenant and p.id = input."paymentId";
  remaining := payment.amount_minor - payment.refunded_minor;
  case
    when payment.id is null then
      return json_build_object('code', 'payment-not-found');
    when payment.provider = 'paystack' or payment.status <> 'succeeded' then
      return json_build_object(
        'code', 'payment-not-refundable', 'provider', payment.provider, 'status', payment.status
      );
    when input."amountMinor" > remaining then
      return json_build_object('code', 'refund-too-large', 'availableMinor', remaining, 'currency', payment.currency);
    else
      insert into payment_refunds (
        tenant_id, id, provider, refund_key, payment_id, status, amount_minor, currency, reason, actor_type, actor_id,
        actor_name, created_at
      )
      select
        p_tenant, id, payment.provider, id, payment.id, 'waiting', coalesce(input."amountMinor", remaining), payment.currency,
        input.reason, p_actor ->> 'type', p_actor ->> 'id', p_actor ->> 'name', clock_timestamp()
      from uuid_v7(clock_timestamp(), 0) id
      returning * into refund;
      refund := apply_refund(payment, refund, p_actor);
      select * into payment from payments p where p.tenant_id = p_tenant and p.id = payment.id;
      return (payment_record(payment)::jsonb || jsonb_build_object('refund', refund_record(refund)))::json;
  end case;
end $$;

-- {provider, configured, paymentId, reference, amountMinor, currency, customerId, phone, bookingId, programId, detail, note,
-- askInSeconds}: a payment that a provider is about to be asked for.
create function open_payment(p_tenant text, p_actor json, p_input json) returns json
language plpgsql
as $$
declare
  input record;
  refusal constant json := refuse_payment(p_tenant, p_input);
  payment payments;
begin
  if refusal is not null then
    return refusal;
  elsif not (p_input ->> 'configured')::boolean then
    return json_build_object('code', 'provider-not-configured');
  end if;
  select * into input
  from json_to_record(p_input) as i (
    provider text, "paymentId" uuid, reference text, "amountMinor" bigint, currency text, "customerId" uuid, phone text,
    "bookingId" uuid, "programId" uuid, detail jsonb, note text, "askInSeconds" int
  );
  payment := new_payment(
    p_tenant, input.provider, input.reference, input."amountMinor", input.currency,
    find_payer(p_tenant, input."customerId", input."bookingId", input.phone), input."bookingId", p_actor,
    p_id => input."paymentId", p_detail => coalesce(input.detail, '{}'), p_program => input."programId",
    p_note => input.note
  );
  insert into open_payments (tenant_id, payment_id, ask_at)
  values (p_tenant, payment.id, clock_timestamp() + make_interval(secs => input."askInSeconds"));
  perform announce_payment(payment, p_actor);
  return payment_record(payment);
end $$;

-- {paymentId, reference, detail, failure, refusal}: what the provider answered to it. `failure`: it will never be paid.
-- `refusal`: what its starter is told instead of the payment, unless it was paid meanwhile. The first answer stays:
-- {answer, head}.
create function answer_start(p_tenant text, p_actor json, p_input json) returns json
language plpgsql
as $$
declare
  input record;
  payment payments;
begin
  select * into input
  from json_to_record(p_input) as i ("paymentId" uuid, reference text, detail jsonb, failure text, refusal json);
  select * into strict payment from payments p where p.tenant_id = p_tenant and p.id = input."paymentId";
  if payment.start_answer is not null then
    return payment.start_answer;
  end if;
  update payments p
  set provider_reference = coalesce(p.provider_reference, input.reference),
      detail = coalesce(input.detail, '{}') || p.detail, updated_at = clock_timestamp()
  where p.tenant_id = p_tenant and p.id = payment.id
  returning * into payment;
  if input.failure is not null and payment.status = 'pending' then
    payment := fail_payment(payment, input.failure, p_actor);
  end if;
  update payments p
  set start_answer = (
    select json_build_object(
      'answer', case
        when input.refusal is null or payment.status = 'succeeded' then payment_record(payment)
        else input.refusal
      end,
      'head', s.epoch || ':' || s.head
    )
    from streams s
    where s.tenant_id = p_tenant
  )
  where p.tenant_id = p_tenant and p.id = payment.id
  returning * into payment;
  return payment.start_answer;
end $$;

-- {paymentId, fact, abandoned}: what the provider said when it was asked. A payment that it says was made otherwise than asked
-- for has failed; so has one that is given up, for the reason in `abandoned`.
create function settle_payment(p_tenant text, p_actor json, p_input json) returns json
language plpgsql
as $$
declare
  payment payments;
  settled json;
begin
  select * into payment
  from payments p
  where p.tenant_id = p_tenant and p.id = (p_input ->> 'paymentId')::uuid;
  if not found then
    return json_build_object('code', 'payment-not-found');
  end if;
  if json_typeof(p_input -> 'fact') = 'object' then
    settled := settle_charge(p_tenant, payment.provider, p_actor, p_input -> 'fact');
    if settled ->> 'code' is not null and payment.status = 'pending' then
      perform fail_payment(payment, settled ->> 'code', p_actor);
    end if;
  elsif p_input ->> 'abandoned' is not null and payment.status = 'pending' then
    perform fail_payment(payment, p_input ->> 'abandoned', p_actor);
  end if;
  return (select payment_record(p) from payments p where p.tenant_id = p_tenant and p.id = payment.id);
end $$;

-- {provider, fact}: what a provider's callback says.
create function settle_fact(p_tenant text, p_actor json, p_input json) returns json
language sql
as $$
  select case p_input -> 'fact' ->> 'kind'
    when 'charge' then settle_charge(p_tenant, p_input ->> 'provider', p_actor, p_input -> 'fact')
    when 'refund' then settle_refund(p_tenant, p_input ->> 'provider', p_actor, p_input -> 'fact')
  end
$$;

-- Does an operation of engage. Apart from it, so that a new operation needs no new engage.
create function perform_operation(p_operation text, p_tenant text, p_actor json, p_input json) returns json
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
  end
$$;

-- As in 0014: does one operation on a tenant's stream, with everything that belongs to it.
--
-- p_key, p_hash: idempotency key and the hash of the request under it, hex; null for what nobody repeats. Done or refused,
-- the first answer is kept beside the ledger's refusals, for good when something was done, so that the ledger takes the key
-- for another request's, and this function takes keys of the ledger for another request's.
-- outcome: applied · refused · replayed, refused-again (what the same key and request was answered the first time) ·
--   key-reused
-- answer: the record, or {code, …}; head: where the stream stood then; events: what was committed, in order
create or replace function engage(
  p_operation text, p_tenant text, p_actor json, p_key text, p_hash text, p_input json,
  out outcome text, out answer json, out head text, out events json
)
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  known idempotency_keys;
  before streams;
begin
  -- Lock: from here on nobody else writes to this tenant's stream, moves its points or decides anything in it.
  perform lock_streams(array[p_tenant]);
  events := '[]';
  select * into before from streams where tenant_id = p_tenant;
  if not found then
    outcome := 'refused';
    answer := json_build_object('code', 'tenant-not-found');
    return;
  end if;

  select * into known
  from idempotency_keys k
  where k.tenant_id = p_tenant and k.actor_id = p_actor ->> 'id' and k.key = p_key;
  if known.request_hash <> decode(p_hash, 'hex') or exists (
    select from entries e
    where e.tenant_id = p_tenant and e.actor_id = p_actor ->> 'id' and e.idempotency_key = p_key
  ) then
    outcome := 'key-reused';
    return;
  elsif known.key is not null then
    outcome := case when known.refusal ->> 'code' is null then 'replayed' else 'refused-again' end;
    answer := coalesce(known.refusal -> 'answer', known.refusal);
    head := known.refusal ->> 'head';
    return;
  end if;

  answer := perform_operation(p_operation, p_tenant, p_actor, p_input);
  outcome := case when answer ->> 'code' is null then 'applied' else 'refused' end;
  select s.epoch || ':' || s.head into head from streams s where s.tenant_id = p_tenant;
  if p_key is not null then
    insert into idempotency_keys (tenant_id, actor_id, key, request_hash, refusal, created_at)
    values (
      p_tenant, p_actor ->> 'id', p_key, decode(p_hash, 'hex'),
      case outcome when 'refused' then answer else json_build_object('answer', answer, 'head', head) end,
      clock_timestamp()
    );
  end if;
  select coalesce(json_agg(
    json_build_object(
      'tenant_id', e.tenant_id, 'epoch', e.epoch, 'seq', e.seq, 'id', e.id, 'type', e.type, 'version', e.version,
      'actor', e.actor::text, 'data', e.data::text, 'created_at', iso_time(e.created_at)
    )
    order by e.seq
  ), '[]') into events
  from events e
  where e.tenant_id = p_tenant and e.seq > before.head;
end $$;

-- A provider's callback, which the API has proved to be the provider's: what it says is done and the callback kept, together.
--
-- p_callback: {provider, key, digest (hex), fact}. A repeat waits for nobody: it is answered before the stream is locked.
-- Outcomes are engage's: applied (answer: {outcome, paymentId}) · refused ({code, …}) · replayed, refused-again.
-- Refused ones are kept, for people to look at, at most twenty of one payment. One that names no payment is not kept.
create function receive_callback(
  p_tenant text, p_actor json, p_callback json, p_raw bytea,
  out outcome text, out answer json, out head text, out events json
)
language plpgsql security definer set search_path = public, pg_temp
as $$
#variable_conflict use_variable
declare
  provider constant text := p_callback ->> 'provider';
  key constant text := p_callback ->> 'key';
  refused_key constant text := key || '#' || (p_callback ->> 'digest');
  known provider_callbacks;
  payment uuid;
  kept constant int := 20;
begin
  for attempt in 1..2 loop
    select * into known
    from provider_callbacks c
    where c.tenant_id = p_tenant and c.provider = provider and c.event_key in (key, refused_key);
    if found then
      outcome := case known.outcome when 'refused' then 'refused-again' else 'replayed' end;
      answer := known.answer;
      events := '[]';
      return;
    end if;
    -- Lock, then look again: of many at once the first does it.
    if attempt = 1 then
      perform lock_streams(array[p_tenant]);
    end if;
  end loop;

  select e.* into outcome, answer, head, events
  from engage('settle_fact', p_tenant, p_actor, null, null, p_callback) e;
  payment := answer ->> 'paymentId';
  if outcome = 'refused' and (
    payment is null
    or (select count(*) from provider_callbacks c where c.tenant_id = p_tenant and c.payment_id = payment and c.outcome = 'refused') >= kept
  ) then
    return;
  end if;
  insert into provider_callbacks (tenant_id, id, provider, event_key, digest, raw, outcome, answer, payment_id, received_at)
  values (
    p_tenant, uuid_v7(clock_timestamp(), 0), provider, case outcome when 'refused' then refused_key else key end,
    decode(p_callback ->> 'digest', 'hex'), p_raw, case outcome when 'refused' then 'refused' else answer ->> 'outcome' end,
    answer, payment, clock_timestamp()
  );
end $$;

-- Payments whose provider is to be asked now, each for whoever comes first; asked again later and later, an hour apart at most.
create function claim_open_payments(p_limit int, p_every_seconds double precision)
returns table (tenant text, payment_id uuid, asks int)
language sql security definer set search_path = public, pg_temp
as $$
  update open_payments o
  set asks = o.asks + 1,
      ask_at = clock_timestamp() + make_interval(
        secs => least(p_every_seconds * 2 ^ least(o.asks, 20), greatest(p_every_seconds, 3600)) * (0.8 + 0.4 * random())
      )
  where (o.tenant_id, o.payment_id) in (
    select due.tenant_id, due.payment_id
    from open_payments due
    where due.ask_at <= clock_timestamp()
    order by due.ask_at
    limit p_limit
    -- Lock: what another process is claiming is not waited for.
    for update skip locked
  )
  returning o.tenant_id, o.payment_id, o.asks
$$;

-- What is open, for the metrics.
create function open_payment_totals(out payments bigint, out oldest_seconds double precision)
language sql stable security definer set search_path = public, pg_temp
as $$
  select count(*), coalesce(max(extract(epoch from clock_timestamp() - p.created_at)), 0)::double precision
  from open_payments o
  join payments p on p.tenant_id = o.tenant_id and p.id = o.payment_id
$$;

-- Adds to the counts of callbacks that changed nothing: [{tenant, provider, reason, times, lastAt}].
create function count_refusals(p_counts json) returns void
language sql security definer set search_path = public, pg_temp
as $$
  insert into callback_refusals as known (tenant_id, provider, day, reason, times, last_at)
  select c.tenant, c.provider, (c."lastAt" at time zone 'UTC')::date, c.reason, c.times, c."lastAt"
  from json_to_recordset(p_counts) as c (tenant text, provider text, reason text, times bigint, "lastAt" timestamptz)
  join tenants t on t.id = c.tenant
  order by 1, 3, 2, 4
  on conflict (tenant_id, day, provider, reason) do update
  set times = known.times + excluded.times, last_at = greatest(known.last_at, excluded.last_at)
$$;

-- Forgets what providers said so long ago that they repeat it no more.
create function forget_callbacks(p_keep_days int) returns void
language sql security definer set search_path = public, pg_temp
as $$
  delete from provider_callbacks where received_at < now() - make_interval(days => p_keep_days);
  delete from callback_refusals where day < current_date - p_keep_days;
$$;

-- Called by functions of the engine alone: they run as it, and are nobody else's to call.
grant create on schema public to loyalty_engine;
do $$
declare
  name text;
begin
  foreach name in array array[
    'refuse_payment', 'record_payment', 'refund_payment', 'open_payment', 'answer_start', 'settle_payment', 'settle_fact',
    'perform_operation', 'receive_callback', 'claim_open_payments', 'open_payment_totals', 'count_refusals',
    'forget_callbacks'
  ] loop
    execute format('alter function %I owner to loyalty_engine', name);
  end loop;
end $$;
revoke create on schema public from loyalty_engine;
grant execute on function receive_callback, claim_open_payments, open_payment_totals, count_refusals, forget_callbacks
  to loyalty_app;
