-- Scans, enrolments, adjustments: what a business asks of a customer, and what the customer decides.
--
-- All of it goes through one function, engage: lock the stream, recall the idempotency key, do the operation, remember its
-- answer, give the events. One round trip; nobody holds the lock while a message is on its way. An operation returns the
-- record that it made, or {code, …}: why it was refused, with nothing written. Points move through apply_changes alone, in
-- the same transaction.
--
-- An adjustment: pending → approved | declined | expired, or approved at once. What was decided stays decided (I10).

-- {customerId, programId, points, reason}: a change of points by hand, at once or when the customer approves.
create function propose_adjustment(p_tenant text, p_actor json, p_input json) returns json
language plpgsql
as $$
declare
  input record;
  program programs;
  card cards;
  adjustment adjustments;
  applied json;
begin
  select * into input
  from json_to_record(p_input) as i ("customerId" uuid, "programId" uuid, points bigint, reason text);
  program := find_program(p_tenant, input."programId");
  card := find_card(p_tenant, input."customerId", program.id);
  adjustment := row(
    p_tenant, uuid_v7(clock_timestamp(), 0), input."customerId", program.id, input.points, input.reason, 'pending', null, 1,
    p_actor ->> 'type', p_actor ->> 'id', p_actor ->> 'name', clock_timestamp(), clock_timestamp() + interval '7 days', null
  )::adjustments;
  case
    when not exists (select from members m where m.tenant_id = p_tenant and m.customer_id = input."customerId") then
      return json_build_object('code', 'customer-not-found');
    when program.id is null then
      return json_build_object('code', 'program-not-found');
    when card.id is null then
      return json_build_object('code', 'card-not-found');
    when (select (settings ->> 'adjustmentsNeedApproval')::boolean from tenants where id = p_tenant) then
      insert into adjustments select adjustment.*;
      perform announce_adjustment(adjustment, p_actor);
      perform notify_customer(
        p_tenant, adjustment.customer_id, 'adjustment_request', program.id, p_actor,
        p_adjustment => adjustment.id, p_points => adjustment.points, p_expires_at => adjustment.expires_at
      );
    else
      applied := apply_adjustment(adjustment, p_actor);
      if applied ->> 'code' is not null then
        return applied;
      end if;
      adjustment.status := 'approved';
      adjustment.transaction_id := applied ->> 'transactionId';
      adjustment.expires_at := null;
      adjustment.decided_at := adjustment.created_at;
      insert into adjustments select adjustment.*;
      perform announce_adjustment(adjustment, p_actor);
  end case;
  return adjustment_record(adjustment);
end $$;

-- Moves the points of an adjustment: {transactionId} or {code, …}.
create function apply_adjustment(p_adjustment adjustments, p_actor json) returns json
language plpgsql
as $$
declare
  applied constant json := apply_change(p_adjustment.tenant_id, p_actor, jsonb_build_object(
    'kind', 'adjust', 'customerId', p_adjustment.customer_id, 'programId', p_adjustment.program_id,
    'points', p_adjustment.points, 'reason', p_adjustment.reason
  ));
begin
  perform announce_transaction(p_adjustment.tenant_id, (applied ->> 'transactionId')::uuid, p_actor);
  return applied;
end $$;

-- Takes a pending adjustment to its end, and tells.
create function close_adjustment(p_adjustment adjustments, p_status text, p_transaction uuid, p_actor json)
returns adjustments
language plpgsql
as $$
declare
  adjustment adjustments;
begin
  update adjustments
  set status = p_status, transaction_id = p_transaction, version = version + 1, decided_at = clock_timestamp()
  where tenant_id = p_adjustment.tenant_id and id = p_adjustment.id
  returning * into adjustment;
  perform announce_adjustment(adjustment, p_actor);
  return adjustment;
end $$;

-- {adjustmentId, accept}: what the customer says to it. One that the card cannot bear stays pending: it may be accepted
-- once there are points enough.
create function decide_adjustment(p_tenant text, p_actor json, p_input json) returns json
language plpgsql
as $$
declare
  accepts constant boolean := p_input ->> 'accept';
  system constant json := '{"type":"system","id":"expiry","name":null}';
  adjustment adjustments;
  applied json;
begin
  select * into adjustment
  from adjustments a
  where a.tenant_id = p_tenant and a.id = (p_input ->> 'adjustmentId')::uuid
  for update;
  if not found then
    return json_build_object('code', 'nothing-to-decide', 'kind', 'adjustment_request');
  elsif adjustment.status = 'pending' and adjustment.expires_at <= clock_timestamp() then
    adjustment := close_adjustment(adjustment, 'expired', null, system);
  end if;
  if adjustment.status = 'expired' then
    return json_build_object('code', 'adjustment-expired', 'current', adjustment_record(adjustment));
  elsif adjustment.status <> 'pending' then
    if adjustment.status <> (case when accepts then 'approved' else 'declined' end) then
      return json_build_object('code', 'already-decided', 'current', adjustment_record(adjustment));
    end if;
  elsif accepts then
    applied := apply_adjustment(adjustment, p_actor);
    if applied ->> 'code' is not null then
      return applied;
    end if;
    adjustment := close_adjustment(adjustment, 'approved', (applied ->> 'transactionId')::uuid, p_actor);
  else
    adjustment := close_adjustment(adjustment, 'declined', null, p_actor);
  end if;
  return adjustment_record(adjustment);
end $$;

-- {customerId, notificationId, accept}: the customer's answer to what a notification asks. It counts as read, whatever
-- comes of it.
create function decide_notification(p_tenant text, p_actor json, p_input json) returns json
language plpgsql
as $$
declare
  notification notifications;
begin
  update notifications n
  set read_at = coalesce(n.read_at, clock_timestamp())
  where n.tenant_id = p_tenant
    and n.id = (p_input ->> 'notificationId')::uuid
    and n.customer_id = (p_input ->> 'customerId')::uuid
  returning * into notification;
  return case notification.kind
    when 'enrolment_request' then decide_enrolment(p_tenant, p_actor, json_build_object(
      'enrolmentId', notification.enrolment_id, 'accept', p_input -> 'accept'
    ))
    when 'adjustment_request' then decide_adjustment(p_tenant, p_actor, json_build_object(
      'adjustmentId', notification.adjustment_id, 'accept', p_input -> 'accept'
    ))
    else json_build_object('code', 'nothing-to-decide', 'kind', notification.kind)
  end;
end $$;

-- Ends what nobody has answered in time.
create function expire_adjustments(p_tenant text, p_actor json) returns json
language plpgsql
as $$
declare
  adjustment adjustments;
  expired int := 0;
begin
  for adjustment in
    select * from adjustments a
    where a.tenant_id = p_tenant and a.status = 'pending' and a.expires_at <= clock_timestamp()
    order by a.id
    for update
  loop
    perform close_adjustment(adjustment, 'expired', null, p_actor);
    expired := expired + 1;
  end loop;
  return json_build_object('expired', expired);
end $$;

-- Does one operation on a tenant's stream, with everything that belongs to it. See above.
--
-- p_key, p_hash: idempotency key and the hash of the request under it, hex; null for what nobody repeats. Done or refused,
-- the first answer is kept beside the ledger's refusals, for good when something was done, so that the ledger takes the key
-- for another request's, and this function takes keys of the ledger for another request's.
-- outcome: applied · refused · replayed, refused-again (what the same key and request was answered the first time) ·
--   key-reused
-- answer: the record, or {code, …}; head: where the stream stood then; events: what was committed, in order
create function engage(
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

  answer := case p_operation
    when 'scan_customer' then scan_customer(p_tenant, p_actor, p_input)
    when 'request_enrolment' then request_enrolment(p_tenant, p_actor, p_input)
    when 'cancel_enrolment' then cancel_enrolment(p_tenant, p_actor, p_input)
    when 'propose_adjustment' then propose_adjustment(p_tenant, p_actor, p_input)
    when 'decide_notification' then decide_notification(p_tenant, p_actor, p_input)
    when 'expire_adjustments' then expire_adjustments(p_tenant, p_actor)
  end;
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

-- The same for a customer, who knows the notification and not the tenant.
create function decide(
  p_customer uuid, p_notification uuid, p_accept boolean, p_actor json,
  out outcome text, out answer json, out head text, out events json
)
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  tenant text;
begin
  select n.tenant_id into tenant from notifications n where n.customer_id = p_customer and n.id = p_notification;
  if not found then
    outcome := 'refused';
    answer := json_build_object('code', 'notification-not-found');
    events := '[]';
    return;
  end if;
  select e.* into outcome, answer, head, events
  from engage('decide_notification', tenant, p_actor, null, null, json_build_object(
    'customerId', p_customer, 'notificationId', p_notification, 'accept', p_accept
  )) e;
end $$;

-- Tenants in which a request for approval has run out.
create function tenants_with_expired_adjustments() returns setof text
language sql stable security definer set search_path = public, pg_temp
as $$ select distinct tenant_id from adjustments where status = 'pending' and expires_at <= now() $$;

-- Called by functions of the engine alone: they run as it, and are nobody else's to call.
grant create on schema public to loyalty_engine;
do $$
declare
  name text;
begin
  foreach name in array array[
    'propose_adjustment', 'apply_adjustment', 'close_adjustment', 'decide_adjustment', 'decide_notification',
    'expire_adjustments', 'engage', 'decide', 'tenants_with_expired_adjustments'
  ] loop
    execute format('alter function %I owner to loyalty_engine', name);
  end loop;
end $$;
revoke create on schema public from loyalty_engine;
grant execute on function engage, decide, tenants_with_expired_adjustments to loyalty_app;
