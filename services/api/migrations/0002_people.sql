-- A person, known by phone across tenants. No tenant reads this table beyond its own members.
create table customers (
  id uuid primary key,
  phone text not null unique check (phone ~ '^\+[1-9][0-9]{4,14}$'),
  name text not null check (length(name) between 1 and 200),
  created_at timestamptz not null default now(),
  unique (id, phone)
);

-- That person in one tenant. The phone is a copy, kept equal by the key itself, so that a till finds a customer without
-- leaving its tenant.
create table members (
  tenant_id text not null references tenants,
  customer_id uuid not null,
  phone text not null,
  display_name text not null check (length(display_name) between 1 and 200),
  vip boolean not null default false,
  vip_since timestamptz check (vip = (vip_since is not null)),
  version bigint not null default 1 check (version > 0),
  created_at timestamptz not null default now(),
  primary key (tenant_id, customer_id),
  unique (tenant_id, phone),
  foreign key (customer_id, phone) references customers (id, phone) on update cascade
);

-- the customers list, by name (its default order)
create index members_by_name on members (tenant_id, lower(display_name), customer_id);
-- the VIP list, newest first
create index members_vip on members (tenant_id, vip_since, customer_id) where vip;

alter table members enable row level security;
alter table members force row level security;
create policy tenant on members using (tenant_id = current_tenant());
create policy engine on members to loyalty_engine using (true);
grant select, update (display_name, vip, vip_since, version) on members to loyalty_app;
grant select, insert on members to loyalty_engine;

alter table customers enable row level security;
alter table customers force row level security;
create policy member on customers using (exists (select from members where members.customer_id = customers.id));
create policy engine on customers to loyalty_engine using (true);
grant select on customers to loyalty_app;
grant select, insert on customers to loyalty_engine;

create table staff (
  tenant_id text not null references tenants,
  id uuid not null,
  email text not null check (email = lower(email)),
  name text not null check (length(name) between 1 and 100),
  role text not null check (role in ('owner', 'admin', 'cashier')),
  -- argon2id, as a PHC string
  password_hash text not null,
  created_at timestamptz not null default now(),
  revoked_at timestamptz,
  primary key (tenant_id, id)
);

-- sign-in; somebody who was revoked may be taken on again under the same address
create unique index staff_email on staff (tenant_id, email) where revoked_at is null;

create table terminals (
  tenant_id text not null references tenants,
  id uuid not null,
  name text not null check (length(name) between 1 and 100),
  -- sha256 of the key, which is long and random: no salt, no stretching
  key_hash bytea not null,
  created_at timestamptz not null default now(),
  revoked_at timestamptz,
  primary key (tenant_id, id)
);

-- sign-in by key alone
create unique index terminals_key on terminals (key_hash);

-- One row for each refresh token that was handed out. Using one marks it and makes the next; using a marked one again,
-- later than a lost answer explains, ends the whole family (RFC 9700, section 4.14.2).
create table refresh_tokens (
  tenant_id text not null references tenants,
  token_hash bytea not null,
  family uuid not null,
  kind text not null check (kind in ('staff', 'terminal')),
  subject uuid not null,
  issued_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (tenant_id, token_hash)
);

-- ending a family, ending a subject
create index refresh_tokens_subject on refresh_tokens (tenant_id, subject, family);
-- the daily clean-up
create index refresh_tokens_expiry on refresh_tokens (expires_at);

-- Subjects whose access tokens no longer count although they have not expired. Kept until the last of them has.
create table revocations (
  tenant_id text not null references tenants,
  subject text not null,
  revoked_at timestamptz not null default now(),
  until timestamptz not null,
  primary key (tenant_id, subject)
);

do $$
declare
  name text;
begin
  foreach name in array array['staff', 'terminals', 'refresh_tokens', 'revocations'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy tenant on %I using (tenant_id = current_tenant())', name);
    execute format('create policy engine on %I to loyalty_engine using (true)', name);
  end loop;
end $$;

grant select, insert, update on staff, terminals, refresh_tokens, revocations to loyalty_app;
grant delete on refresh_tokens to loyalty_app;
grant select on terminals to loyalty_engine;
grant select, delete on revocations, refresh_tokens to loyalty_engine;

-- A terminal signs in by its key alone: which tenant it is of is what is being asked.
create function find_terminal(p_key_hash bytea)
returns table (tenant_id text, id uuid, name text, tenant_name text)
language sql stable security definer set search_path = public, pg_temp
as $$
  select t.tenant_id, t.id, t.name, tenants.name
  from terminals t
  join tenants on tenants.id = t.tenant_id
  where t.key_hash = p_key_hash and t.revoked_at is null
$$;

-- What every process keeps in memory.
create function active_revocations()
returns table (tenant_id text, subject text, until timestamptz)
language sql stable security definer set search_path = public, pg_temp
as $$
  select r.tenant_id, r.subject, r.until from revocations r where r.until > now()
$$;

-- Makes a person a member of a tenant, unless they are one: the person is the one with that phone, wherever they are known.
-- Gives the member, and whether it was made now.
create function ensure_member(p_tenant text, p_phone text, p_name text, p_actor json, out member members, out made boolean)
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
  insert into customers (id, phone, name) values (gen_random_uuid(), p_phone, p_name) on conflict (phone) do nothing;
  select id into strict person from customers where phone = p_phone;
  insert into members (tenant_id, customer_id, phone, display_name) values (p_tenant, person, p_phone, p_name)
  returning * into member;
  perform append_event(p_tenant, 'member_updated', 1, person, p_actor, json_build_object(
    'customerId', person, 'customerPhone', p_phone, 'customerName', p_name,
    'memberVersion', member.version, 'vip', member.vip, 'changes', json_build_object()
  ));
end $$;

grant create on schema public to loyalty_engine;
alter function find_terminal owner to loyalty_engine;
alter function active_revocations owner to loyalty_engine;
alter function ensure_member owner to loyalty_engine;
revoke create on schema public from loyalty_engine;
grant execute on function find_terminal, active_revocations, ensure_member to loyalty_app;
