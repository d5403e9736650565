-- The safety net: whoever changes a card, a member, an enrolment or a notification by hand in SQL, screens hear of it.
-- The API runs as loyalty_app and tells the stream itself; its functions run as loyalty_engine; anybody else is a person.
-- These triggers do for that person what the API would have done: the version, the ledger entry, the event.
--
-- A hand-made statement locks the row first and the stream second, the API the other way round. Should the two meet,
-- PostgreSQL ends one of them as a deadlock: the API tries again, the person sees the error and can do the same.

create function sql_actor() returns actor_v1
language sql stable
as $$ select row('sql', session_user, session_user)::actor_v1 $$;

create function card_changed_by_hand() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  stream streams;
  entry entries;
  member members;
  before bigint := 0;
begin
  if tg_op = 'UPDATE' then
    if new.balance = old.balance and (new.earned, new.redeemed, new.version) = (old.earned, old.redeemed, old.version) then
      return new;
    end if;
    if (new.tenant_id, new.id, new.customer_id, new.program_id) <> (old.tenant_id, old.id, old.customer_id, old.program_id)
      or (new.earned, new.redeemed, new.version) <> (old.earned, old.redeemed, old.version)
    then
      raise exception 'of a card, change the balance only: earned, version and the ledger entry follow'
        using errcode = 'check_violation';
    end if;
    before := old.balance;
    new.version := old.version + 1;
    new.earned := old.earned + new.balance - old.balance;
  else
    new.version := 1;
    new.redeemed := 0;
    new.earned := new.balance;
  end if;
  if new.balance < 0 and new.balance < before and not exists (
    select from programs
    where tenant_id = new.tenant_id and id = new.program_id and debt_policy = 'allow'
  ) then
    raise exception 'the programme allows no balance below zero (%)', new.balance using errcode = 'check_violation';
  end if;

  update streams
  set head = head + 1, last_at = greatest(last_at, date_trunc('milliseconds', clock_timestamp()))
  where tenant_id = new.tenant_id
  returning * into strict stream;
  select * into strict member from members where tenant_id = new.tenant_id and customer_id = new.customer_id;
  new.updated_at := stream.last_at;

  insert into entries
  select new.tenant_id, uuid_v7(stream.last_at, stream.head), new.id, new.version, new.customer_id, new.program_id,
    case tg_op when 'UPDATE' then 'adjust' else 'enrol' end, new.balance - before, new.balance, new.earned, new.redeemed,
    'changed by hand in SQL', null, null, actor.type, actor.id, actor.name, null, null,
    stream.epoch, stream.head, stream.last_at
  from sql_actor() actor
  returning * into entry;

  insert into events
  values (
    new.tenant_id, stream.epoch, stream.head, uuid_v7(stream.last_at, stream.head), 'loyalty_updated', 1, new.customer_id,
    row_to_json(sql_actor()), loyalty_updated_data(entry, member.phone, member.display_name), stream.last_at
  );
  return new;
end $$;

create trigger by_hand before insert or update on cards
  for each row when (current_user not in ('loyalty_app', 'loyalty_engine'))
  execute function card_changed_by_hand();

create function member_changed_by_hand() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  changes jsonb := '{}';
begin
  if tg_op = 'UPDATE' then
    if (new.display_name, new.vip, new.phone) = (old.display_name, old.vip, old.phone) then
      return new;
    end if;
    new.version := old.version + 1;
    if new.display_name <> old.display_name then
      changes := changes || jsonb_build_object('displayName', jsonb_build_object('from', old.display_name, 'to', new.display_name));
    end if;
    if new.vip <> old.vip then
      changes := changes || jsonb_build_object('vip', jsonb_build_object('from', old.vip, 'to', new.vip));
    end if;
  end if;
  new.vip_since := case when new.vip then coalesce(new.vip_since, clock_timestamp()) end;
  perform append_event(new.tenant_id, 'member_updated', 1, new.customer_id, row_to_json(sql_actor()), json_build_object(
    'customerId', new.customer_id, 'customerPhone', new.phone, 'customerName', new.display_name,
    'memberVersion', new.version, 'vip', new.vip, 'changes', changes
  ));
  return new;
end $$;

create trigger by_hand before insert or update on members
  for each row when (current_user not in ('loyalty_app', 'loyalty_engine'))
  execute function member_changed_by_hand();

create function enrolment_changed_by_hand() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  member members;
  program programs;
  card uuid;
begin
  if tg_op = 'UPDATE' and new.status = old.status then
    return new;
  end if;
  select * into strict member from members where tenant_id = new.tenant_id and customer_id = new.customer_id;
  select * into strict program from programs where tenant_id = new.tenant_id and id = new.program_id;
  if new.status = 'active' then
    -- Refused when the card is there already, which is as well.
    perform apply_changes(json_build_array(json_build_object(
      'tenant', new.tenant_id, 'actor', sql_actor(), 'kind', 'enrol', 'customerId', new.customer_id,
      'programId', new.program_id, 'points', program.welcome_bonus, 'reason', 'changed by hand in SQL'
    )));
    select id into card from cards
    where tenant_id = new.tenant_id and customer_id = new.customer_id and program_id = new.program_id;
  end if;
  perform append_event(new.tenant_id, 'enrolment_updated', 1, new.customer_id, row_to_json(sql_actor()), json_build_object(
    'customerId', new.customer_id, 'customerPhone', member.phone, 'customerName', member.display_name,
    'enrolmentId', new.id, 'enrolmentVersion', new.version, 'programId', new.program_id, 'programName', program.name,
    'status', new.status, 'previousStatus', case tg_op when 'UPDATE' then old.status end, 'method', new.method, 'cardId', card
  ));
  return null;
end $$;

create function enrolment_version() returns trigger
language plpgsql
as $$
begin
  if new.status <> old.status then
    new.version := old.version + 1;
    new.decided_at := clock_timestamp();
  end if;
  return new;
end $$;

create trigger by_hand_version before update on enrolments
  for each row when (current_user not in ('loyalty_app', 'loyalty_engine'))
  execute function enrolment_version();
create trigger by_hand after insert or update on enrolments
  for each row when (current_user not in ('loyalty_app', 'loyalty_engine'))
  execute function enrolment_changed_by_hand();

create function notification_made_by_hand() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  perform append_event(
    new.tenant_id, 'notification_created', 1, new.customer_id, row_to_json(sql_actor()),
    (
      select json_build_object(
        'notificationId', new.id, 'customerId', new.customer_id, 'kind', new.kind, 'tenantName', tenants.name,
        'programId', new.program_id, 'programName', programs.name, 'enrolmentId', new.enrolment_id,
        'adjustmentId', new.adjustment_id, 'transactionId', new.transaction_id, 'points', new.points,
        'expiresAt', to_char(new.expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
      )
      from tenants
      left join programs on programs.tenant_id = new.tenant_id and programs.id = new.program_id
      where tenants.id = new.tenant_id
    )
  );
  return null;
end $$;

create trigger by_hand after insert on notifications
  for each row when (current_user not in ('loyalty_app', 'loyalty_engine'))
  execute function notification_made_by_hand();

grant create on schema public to loyalty_engine;
alter function card_changed_by_hand owner to loyalty_engine;
alter function member_changed_by_hand owner to loyalty_engine;
alter function enrolment_changed_by_hand owner to loyalty_engine;
alter function notification_made_by_hand owner to loyalty_engine;
revoke create on schema public from loyalty_engine;
grant execute on function sql_actor to loyalty_engine;
