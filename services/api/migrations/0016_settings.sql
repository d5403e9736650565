-- A business changes what it is called and how it works. Two people at its settings never overwrite each other unseen: they
-- have a version, like every record that several may have open. It rises with the change itself, so that one made by hand in
-- SQL is noticed as well.

alter table tenants add column version bigint not null default 1;

create function count_settings_version() returns trigger
language plpgsql
as $$
begin
  new.version := old.version + 1;
  return new;
end $$;

create trigger settings_version before update on tenants
for each row when ((old.name, old.settings) is distinct from (new.name, new.settings))
execute function count_settings_version();

-- Never the id: it is in tokens, rooms and events.
grant update (name, settings) on tenants to loyalty_app;

-- Who asked a customer to enrol. Unknown of requests made before this, or by hand in SQL.
alter table enrolments
  add column actor_type text,
  add column actor_id text,
  add column actor_name text,
  add check ((actor_type is null) = (actor_id is null));

-- Which of its people asked is the tenant's to know, not the customer's.
revoke select on enrolments from loyalty_customer;
grant select (tenant_id, id, customer_id, program_id, status, method, version, requested_at, decided_at)
  on enrolments to loyalty_customer;

-- the enrolments list of one status, newest first: a handful that are pending among many that are active
create index enrolments_by_status on enrolments (tenant_id, status, requested_at, id);

create or replace function enrolment_record(e enrolments) returns json
language sql stable
as $$
  select json_build_object(
    'id', e.id, 'customerId', e.customer_id, 'customerPhone', m.phone, 'customerName', m.display_name,
    'programId', e.program_id, 'programName', p.name, 'status', e.status, 'method', e.method, 'cardId', c.id,
    'version', e.version,
    'actor', case when e.actor_id is not null then
      json_build_object('type', e.actor_type, 'id', e.actor_id, 'name', e.actor_name)
    end,
    'requestedAt', iso_time(e.requested_at), 'decidedAt', iso_time(e.decided_at)
  )
  from members m
  join programs p on p.tenant_id = e.tenant_id and p.id = e.program_id
  left join cards c
    on c.tenant_id = e.tenant_id and c.customer_id = e.customer_id and c.program_id = e.program_id and e.status = 'active'
  where m.tenant_id = e.tenant_id and m.customer_id = e.customer_id
$$;

-- A new request to enrol, with the question to the customer.
create or replace function open_enrolment(p_tenant text, p_actor json, p_customer uuid, p_program uuid, p_method text)
returns enrolments
language plpgsql
as $$
declare
  enrolment enrolments;
begin
  insert into enrolments (
    tenant_id, id, customer_id, program_id, status, method, requested_at, actor_type, actor_id, actor_name
  )
  values (
    p_tenant, uuid_v7(clock_timestamp(), 0), p_customer, p_program, 'pending', p_method, clock_timestamp(),
    p_actor ->> 'type', p_actor ->> 'id', p_actor ->> 'name'
  )
  returning * into enrolment;
  perform announce_enrolment(enrolment, null, p_actor);
  perform notify_customer(
    p_tenant, p_customer, 'enrolment_request', p_program, p_actor, p_enrolment => enrolment.id
  );
  return enrolment;
end $$;
