-- Scans and enrolments: operations of engage (0014), which has locked the stream.
--
-- An enrolment: pending → active | declined | cancelled. What was decided stays decided: the same decision again is given the
-- same answer, another one a refusal that holds the record as it is (I10).

-- The programme that is meant: by id, or the default one.
create function find_program(p_tenant text, p_program uuid) returns programs
language sql stable
as $$
  select p from programs p
  where p.tenant_id = p_tenant and (p.id = p_program or (p_program is null and p.is_default))
$$;

create function find_card(p_tenant text, p_customer uuid, p_program uuid) returns cards
language sql stable
as $$
  select c from cards c where c.tenant_id = p_tenant and c.customer_id = p_customer and c.program_id = p_program
$$;

-- One change of points: {transactionId} or {code, …}.
create function apply_change(p_tenant text, p_actor json, p_change jsonb) returns json
language sql
as $$
  select coalesce(a.refusal::json, json_build_object('transactionId', a.transaction_id))
  from apply_changes(json_build_array(p_change || jsonb_build_object('tenant', p_tenant, 'actor', p_actor))) a
$$;

-- A new request to enrol, with the question to the customer.
create function open_enrolment(p_tenant text, p_actor json, p_customer uuid, p_program uuid, p_method text)
returns enrolments
language plpgsql
as $$
declare
  enrolment enrolments;
begin
  insert into enrolments (tenant_id, id, customer_id, program_id, status, method, requested_at)
  values (p_tenant, uuid_v7(clock_timestamp(), 0), p_customer, p_program, 'pending', p_method, clock_timestamp())
  returning * into enrolment;
  perform announce_enrolment(enrolment, null, p_actor);
  perform notify_customer(
    p_tenant, p_customer, 'enrolment_request', p_program, p_actor, p_enrolment => enrolment.id
  );
  return enrolment;
end $$;

-- {customerId, nonce (hex), programId, points}: a code that was verified was read at a till. `points`: instead of what the
-- programme's rule gives.
create function scan_customer(p_tenant text, p_actor json, p_input json) returns json
language plpgsql
as $$
declare
  input record;
  person customers;
  member members;
  program programs;
  card cards;
  scan qr_scans;
  enrolment enrolments;
begin
  select * into input
  from json_to_record(p_input) as i ("customerId" uuid, nonce text, "programId" uuid, points bigint);
  select * into person from customers where id = input."customerId";
  if not found then
    return json_build_object('code', 'customer-not-found');
  end if;
  program := find_program(p_tenant, input."programId");
  if program.id is null then
    return json_build_object('code', 'program-not-found');
  end if;
  card := find_card(p_tenant, person.id, program.id);
  if not program.active and (card.id is null or input.points is not null) then
    return json_build_object('code', 'program-inactive');
  end if;
  if exists (select from qr_scans s where s.tenant_id = p_tenant and s.nonce = decode(input.nonce, 'hex')) then
    return json_build_object('code', 'qr-used');
  end if;
  select * into enrolment
  from enrolments e
  where e.tenant_id = p_tenant and e.customer_id = person.id and e.program_id = program.id and e.status = 'pending';

  member := (ensure_member(p_tenant, person.phone, person.name, p_actor)).member;
  scan := row(
    p_tenant, uuid_v7(clock_timestamp(), 0), decode(input.nonce, 'hex'), person.id, program.id,
    case
      when card.id is null and enrolment.id is null then 'enrolment_requested'
      when card.id is null then 'enrolment_pending'
      when coalesce(input.points, program.points_per_scan) > 0 and program.active then 'points_awarded'
      else 'identified'
    end,
    null, null, null, p_actor ->> 'type', p_actor ->> 'id', p_actor ->> 'name', clock_timestamp()
  )::qr_scans;
  if scan.outcome = 'points_awarded' then
    scan.points := coalesce(input.points, program.points_per_scan);
  end if;

  perform append_event(p_tenant, 'qr_scanned', 1, person.id, p_actor, json_build_object(
    'customerId', person.id, 'customerPhone', member.phone, 'customerName', member.display_name, 'scanId', scan.id,
    'programId', program.id, 'outcome', scan.outcome, 'pointsAwarded', scan.points
  ));
  perform notify_customer(p_tenant, person.id, 'scanned', program.id, p_actor);
  case scan.outcome
    when 'enrolment_requested' then
      enrolment := open_enrolment(p_tenant, p_actor, person.id, program.id, 'scan');
      scan.enrolment_id := enrolment.id;
    when 'enrolment_pending' then
      scan.enrolment_id := enrolment.id;
    when 'points_awarded' then
      scan.transaction_id := apply_change(p_tenant, p_actor, jsonb_build_object(
        'kind', 'scan', 'customerId', person.id, 'programId', program.id, 'points', scan.points
      )) ->> 'transactionId';
      perform announce_transaction(p_tenant, scan.transaction_id, p_actor);
      card := find_card(p_tenant, person.id, program.id);
    when 'identified' then null;
  end case;
  insert into qr_scans select scan.*;
  return (scan_record(scan)::jsonb || jsonb_build_object('card', case when card.id is not null then jsonb_build_object(
    'id', card.id, 'balance', card.balance, 'earned', card.earned, 'redeemed', card.redeemed, 'version', card.version
  ) end))::json;
end $$;

-- {customerId | phone and name, programId}: asks a customer by hand to enrol.
create function request_enrolment(p_tenant text, p_actor json, p_input json) returns json
language plpgsql
as $$
declare
  input record;
  member members;
  program programs;
  enrolment enrolments;
begin
  select * into input
  from json_to_record(p_input) as i ("customerId" uuid, phone text, name text, "programId" uuid);
  program := find_program(p_tenant, input."programId");
  select * into member
  from members m
  where m.tenant_id = p_tenant and (m.customer_id = input."customerId" or m.phone = input.phone);
  select * into enrolment
  from enrolments e
  where e.tenant_id = p_tenant and e.customer_id = member.customer_id and e.program_id = program.id
    and e.status = 'pending';
  case
    when program.id is null then
      return json_build_object('code', 'program-not-found');
    when not program.active then
      return json_build_object('code', 'program-inactive');
    when member.customer_id is null and input.phone is null then
      return json_build_object('code', 'customer-not-found');
    when (find_card(p_tenant, member.customer_id, program.id)).id is not null then
      return json_build_object('code', 'already-enrolled');
    when enrolment.id is not null then
      return json_build_object('code', 'enrolment-pending', 'current', enrolment_record(enrolment));
    else
      if member.customer_id is null then
        member := (ensure_member(p_tenant, input.phone, input.name, p_actor)).member;
      end if;
      enrolment := open_enrolment(p_tenant, p_actor, member.customer_id, program.id, 'manual');
      return enrolment_record(enrolment);
  end case;
end $$;

-- {enrolmentId}: takes back a request that the customer has not answered.
create function cancel_enrolment(p_tenant text, p_actor json, p_input json) returns json
language plpgsql
as $$
declare
  enrolment enrolments;
begin
  select * into enrolment
  from enrolments e
  where e.tenant_id = p_tenant and e.id = (p_input ->> 'enrolmentId')::uuid
  for update;
  if not found then
    return json_build_object('code', 'enrolment-not-found');
  elsif enrolment.status in ('active', 'declined') then
    return json_build_object('code', 'already-decided', 'current', enrolment_record(enrolment));
  elsif enrolment.status = 'pending' then
    enrolment := close_enrolment(enrolment, 'cancelled', p_actor);
  end if;
  return enrolment_record(enrolment);
end $$;

-- Takes a pending enrolment to its end, and tells.
create function close_enrolment(p_enrolment enrolments, p_status text, p_actor json) returns enrolments
language plpgsql
as $$
declare
  enrolment enrolments;
begin
  update enrolments
  set status = p_status, version = version + 1, decided_at = clock_timestamp()
  where tenant_id = p_enrolment.tenant_id and id = p_enrolment.id
  returning * into enrolment;
  perform announce_enrolment(enrolment, p_enrolment.status, p_actor);
  return enrolment;
end $$;

-- {enrolmentId, accept}: what the customer says to it. Accepting makes the card, with the welcome bonus.
create function decide_enrolment(p_tenant text, p_actor json, p_input json) returns json
language plpgsql
as $$
declare
  accepts constant boolean := p_input ->> 'accept';
  enrolment enrolments;
  program programs;
  enrolled json;
begin
  select * into enrolment
  from enrolments e
  where e.tenant_id = p_tenant and e.id = (p_input ->> 'enrolmentId')::uuid
  for update;
  if not found then
    return json_build_object('code', 'nothing-to-decide', 'kind', 'enrolment_request');
  elsif enrolment.status <> 'pending' then
    if enrolment.status <> (case when accepts then 'active' else 'declined' end) then
      return json_build_object('code', 'already-decided', 'current', enrolment_record(enrolment));
    end if;
  elsif accepts then
    program := find_program(p_tenant, enrolment.program_id);
    enrolled := apply_change(p_tenant, p_actor, jsonb_build_object(
      'kind', 'enrol', 'customerId', enrolment.customer_id, 'programId', program.id, 'points', program.welcome_bonus
    ));
    if enrolled ->> 'code' is not null then
      return enrolled;
    end if;
    enrolment := close_enrolment(enrolment, 'active', p_actor);
    perform announce_transaction(p_tenant, (enrolled ->> 'transactionId')::uuid, p_actor);
  else
    enrolment := close_enrolment(enrolment, 'declined', p_actor);
  end if;
  return enrolment_record(enrolment);
end $$;

grant insert, update on enrolments to loyalty_engine;

-- Called by functions of the engine alone: they run as it, and are nobody else's to call.
grant create on schema public to loyalty_engine;
do $$
declare
  name text;
begin
  foreach name in array array[
    'find_program', 'find_card', 'apply_change', 'open_enrolment', 'scan_customer', 'request_enrolment',
    'cancel_enrolment', 'close_enrolment', 'decide_enrolment'
  ] loop
    execute format('alter function %I owner to loyalty_engine', name);
  end loop;
end $$;
revoke create on schema public from loyalty_engine;
