-- How many members each tenant has, so that a list can say it at any size without counting. Apart from streams, which every
-- change of points rewrites. Whoever adds members holds their stream first (ensure_member does from here on), so that two
-- never wait for each other.
create table member_counts (
  tenant_id text primary key references tenants,
  members bigint not null check (members >= 0)
);

alter table member_counts enable row level security;
alter table member_counts force row level security;
create policy tenant on member_counts using (tenant_id = current_tenant());
create policy engine on member_counts to loyalty_engine using (true);
grant select on member_counts to loyalty_app;
grant select, insert, update on member_counts to loyalty_engine;

create function members_added() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  insert into member_counts as counts (tenant_id, members)
  select tenant_id, count(*) from added group by tenant_id order by tenant_id
  on conflict (tenant_id) do update set members = counts.members + excluded.members;
  return null;
end $$;

create function members_removed() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  update member_counts counts
  set members = counts.members - gone.members
  from (select tenant_id, count(*) as members from removed group by tenant_id) gone
  where counts.tenant_id = gone.tenant_id;
  return null;
end $$;

create trigger counted_in after insert on members
  referencing new table as added for each statement execute function members_added();
create trigger counted_out after delete on members
  referencing old table as removed for each statement execute function members_removed();

insert into member_counts (tenant_id, members) select tenant_id, count(*) from members group by tenant_id;

grant create on schema public to loyalty_engine;
alter function members_added owner to loyalty_engine;
alter function members_removed owner to loyalty_engine;
revoke create on schema public from loyalty_engine;

-- As before, with the stream's lock in front.
create or replace function ensure_member(p_tenant text, p_phone text, p_name text, p_actor json, out member members, out made boolean)
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  person uuid;
begin
  select * into member from members m where m.tenant_id = p_tenant and m.phone = p_phone;
  made := not found;
  if not made then
    return;
  end if;
  perform lock_streams(array[p_tenant]);
  -- Somebody else may have made it while this waited.
  select * into member from members m where m.tenant_id = p_tenant and m.phone = p_phone;
  made := not found;
  if not made then
    return;
  end if;
  insert into customers (id, phone, name) values (gen_random_uuid(), p_phone, p_name) on conflict (phone) do nothing;
  select id into strict person from customers where phone = p_phone;
  insert into members (tenant_id, customer_id, phone, display_name) values (p_tenant, person, p_phone, p_name)
  returning * into member;
  perform append_event(p_tenant, 'member_updated', 1, person, p_actor, json_build_object(
    'customerId', person, 'customerPhone', p_phone, 'customerName', p_name,
    'memberVersion', member.version, 'vip', member.vip, 'changes', json_build_object()
  ));
end $$;
