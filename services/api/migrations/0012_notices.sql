-- What customers are told, and the events that tell of it.

create function iso_time(at timestamptz) returns text
language sql stable
as $$ select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;

-- Records as they are on the wire. They run as whoever asks, and see what they may see.

create function enrolment_record(e enrolments) returns json
language sql stable
as $$
  select json_build_object(
    'id', e.id, 'customerId', e.customer_id, 'customerPhone', m.phone, 'customerName', m.display_name,
    'programId', e.program_id, 'programName', p.name, 'status', e.status, 'method', e.method, 'cardId', c.id,
    'version', e.version, 'requestedAt', iso_time(e.requested_at), 'decidedAt', iso_time(e.decided_at)
  )
  from members m
  join programs p on p.tenant_id = e.tenant_id and p.id = e.program_id
  left join cards c
    on c.tenant_id = e.tenant_id and c.customer_id = e.customer_id and c.program_id = e.program_id and e.status = 'active'
  where m.tenant_id = e.tenant_id and m.customer_id = e.customer_id
$$;

create function adjustment_record(a adjustments) returns json
language sql stable
as $$
  select json_build_object(
    'id', a.id, 'customerId', a.customer_id, 'customerPhone', m.phone, 'customerName', m.display_name,
    'programId', a.program_id, 'programName', p.name, 'points', a.points, 'reason', a.reason, 'status', a.status,
    'transactionId', a.transaction_id, 'version', a.version,
    'actor', json_build_object('type', a.actor_type, 'id', a.actor_id, 'name', a.actor_name),
    'createdAt', iso_time(a.created_at), 'expiresAt', iso_time(a.expires_at), 'decidedAt', iso_time(a.decided_at)
  )
  from members m
  join programs p on p.tenant_id = a.tenant_id and p.id = a.program_id
  where m.tenant_id = a.tenant_id and m.customer_id = a.customer_id
$$;

create function scan_record(s qr_scans) returns json
language sql stable
as $$
  select json_build_object(
    'id', s.id, 'customerId', s.customer_id, 'customerPhone', m.phone, 'customerName', m.display_name,
    'programId', s.program_id, 'programName', p.name, 'outcome', s.outcome, 'pointsAwarded', s.points,
    'enrolmentId', s.enrolment_id, 'transactionId', s.transaction_id,
    'actor', json_build_object('type', s.actor_type, 'id', s.actor_id, 'name', s.actor_name),
    'scannedAt', iso_time(s.scanned_at)
  )
  from members m
  join programs p on p.tenant_id = s.tenant_id and p.id = s.program_id
  where m.tenant_id = s.tenant_id and m.customer_id = s.customer_id
$$;

-- Events of what happened, and of what the customer was told.

create function announce_enrolment(e enrolments, p_previous text, p_actor json) returns void
language sql
as $$
  select append_event(e.tenant_id, 'enrolment_updated', 1, e.customer_id, p_actor, json_build_object(
    'customerId', e.customer_id, 'customerPhone', m.phone, 'customerName', m.display_name, 'enrolmentId', e.id,
    'enrolmentVersion', e.version, 'programId', e.program_id, 'programName', p.name, 'status', e.status,
    'previousStatus', p_previous, 'method', e.method, 'cardId', c.id
  ))
  from members m
  join programs p on p.tenant_id = e.tenant_id and p.id = e.program_id
  left join cards c
    on c.tenant_id = e.tenant_id and c.customer_id = e.customer_id and c.program_id = e.program_id and e.status = 'active'
  where m.tenant_id = e.tenant_id and m.customer_id = e.customer_id
$$;

create function announce_adjustment(a adjustments, p_actor json) returns void
language sql
as $$
  select append_event(a.tenant_id, 'adjustment_updated', 1, a.customer_id, p_actor, json_build_object(
    'customerId', a.customer_id, 'customerPhone', m.phone, 'customerName', m.display_name, 'adjustmentId', a.id,
    'programId', a.program_id, 'points', a.points, 'reason', a.reason, 'status', a.status,
    'transactionId', a.transaction_id, 'expiresAt', iso_time(a.expires_at)
  ))
  from members m
  where m.tenant_id = a.tenant_id and m.customer_id = a.customer_id
$$;

create function announce_notification(n notifications, p_actor json) returns void
language sql
as $$
  select append_event(n.tenant_id, 'notification_created', 1, n.customer_id, p_actor, json_build_object(
    'notificationId', n.id, 'customerId', n.customer_id, 'kind', n.kind, 'tenantName', t.name,
    'programId', n.program_id, 'programName', p.name, 'enrolmentId', n.enrolment_id, 'adjustmentId', n.adjustment_id,
    'transactionId', n.transaction_id, 'points', n.points, 'expiresAt', iso_time(n.expires_at)
  ))
  from tenants t
  left join programs p on p.tenant_id = n.tenant_id and p.id = n.program_id
  where t.id = n.tenant_id
$$;

-- Tells a customer something, or asks them.
create function notify_customer(
  p_tenant text, p_customer uuid, p_kind text, p_program uuid, p_actor json,
  p_enrolment uuid default null, p_adjustment uuid default null, p_points bigint default null,
  p_expires_at timestamptz default null
) returns void
language plpgsql
as $$
declare
  notification notifications;
begin
  insert into notifications (
    tenant_id, customer_id, kind, program_id, enrolment_id, adjustment_id, points, expires_at, created_at
  )
  values (
    p_tenant, p_customer, p_kind, p_program, p_enrolment, p_adjustment, p_points, p_expires_at, clock_timestamp()
  )
  returning * into notification;
  perform announce_notification(notification, p_actor);
end $$;

-- Like the ledger's own rows it has no foreign keys: a check of the member would lock their row at every redemption.
alter table notifications drop constraint notifications_tenant_id_customer_id_fkey;

-- Points that moved are told to whose they are, whoever moved them and however: the notification has the id of the
-- transaction. Screens hear of it by loyalty_updated, which goes to the customer too (decision 0014).
create function tell_of_entries() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  insert into notifications (tenant_id, id, customer_id, kind, program_id, transaction_id, points, created_at)
  select
    tenant_id, id, customer_id,
    case when type = 'enrol' then 'enrolled' when points > 0 then 'points_added' else 'points_deducted' end,
    program_id, id, points, created_at
  from made;
  return null;
end $$;

create trigger told after insert on entries
  referencing new table as made
  for each statement execute function tell_of_entries();

-- A notification of points, told by an event of its own too: where points moved because of something else, such as a scan.
create function announce_transaction(p_tenant text, p_transaction uuid, p_actor json) returns void
language sql
as $$
  select announce_notification(n, p_actor) from notifications n where n.tenant_id = p_tenant and n.id = p_transaction
$$;

-- By hand as by the API: the same events, written by the same lines.

create or replace function notification_made_by_hand() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  perform announce_notification(new, row_to_json(sql_actor()));
  return null;
end $$;

create or replace function enrolment_changed_by_hand() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if tg_op = 'UPDATE' and new.status = old.status then
    return new;
  end if;
  if new.status = 'active' then
    -- Refused when the card is there already, which is as well.
    perform apply_changes(json_build_array(json_build_object(
      'tenant', new.tenant_id, 'actor', sql_actor(), 'kind', 'enrol', 'customerId', new.customer_id,
      'programId', new.program_id, 'points', p.welcome_bonus, 'reason', 'changed by hand in SQL'
    )))
    from programs p
    where p.tenant_id = new.tenant_id and p.id = new.program_id;
  end if;
  perform announce_enrolment(new, case tg_op when 'UPDATE' then old.status end, row_to_json(sql_actor()));
  return null;
end $$;

grant insert on notifications to loyalty_engine;
grant update (read_at) on notifications to loyalty_engine;

-- Called by functions of the engine alone: they run as it, and are nobody else's to call.
grant create on schema public to loyalty_engine;
do $$
declare
  name text;
begin
  foreach name in array array[
    'announce_enrolment', 'announce_adjustment', 'announce_notification', 'notify_customer', 'announce_transaction',
    'tell_of_entries'
  ] loop
    execute format('alter function %I owner to loyalty_engine', name);
  end loop;
end $$;
revoke create on schema public from loyalty_engine;
grant execute on function iso_time, enrolment_record, adjustment_record, scan_record to loyalty_app, loyalty_engine;
