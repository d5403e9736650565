-- Roles. loyalty_app is what a request runs as: row-level security shows it one tenant. loyalty_engine owns the functions
-- that must see further (a batch of several tenants, the relay) and nobody logs in as it.
-- Roles belong to the whole server, so another database of it may have made them already.
do $$
declare
  name text;
begin
  foreach name in array array['loyalty_app', 'loyalty_engine'] loop
    begin
      execute format('create role %I nologin noinherit', name);
    exception
      when duplicate_object or unique_violation then null;
    end;
    if not (select rolsuper from pg_roles where rolname = current_user) then
      execute format('grant %I to current_user', name);
    end if;
  end loop;
end $$;

grant usage on schema public to loyalty_app, loyalty_engine;

-- A function is for whom it is granted to.
alter default privileges revoke execute on functions from public;

-- The tenant that this transaction may see. Null when none was set: every policy is then false.
create function current_tenant() returns text
language sql stable parallel safe
as $$ select nullif(current_setting('app.tenant', true), '') $$;
grant execute on function current_tenant to loyalty_app, loyalty_engine;

create table tenants (
  id text primary key check (id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  name text not null check (length(name) between 1 and 100),
  -- {defaultCountry, currency, adjustmentsNeedApproval}
  settings jsonb not null,
  created_at timestamptz not null default now()
);

alter table tenants enable row level security;
alter table tenants force row level security;
create policy tenant on tenants using (id = current_tenant());
create policy engine on tenants to loyalty_engine using (true);
grant select on tenants to loyalty_app;
grant select, insert on tenants to loyalty_engine;

-- Where each tenant's stream stands. Every writer of a stream locks this row first (several in id order), so it is also
-- the one place where writers of a tenant wait for each other. Narrow, apart from tenants, and with room on the page:
-- it is rewritten by every commit.
create table streams (
  tenant_id text primary key references tenants,
  epoch bigint not null,
  head bigint not null default 0 check (head >= 0),
  -- Time of the last event; the next one is never earlier, whatever the clock does.
  last_at timestamptz not null
) with (fillfactor = 10);

alter table streams enable row level security;
alter table streams force row level security;
create policy tenant on streams using (tenant_id = current_tenant());
create policy engine on streams to loyalty_engine using (true);
grant select on streams to loyalty_app;
grant select, insert, update on streams to loyalty_engine;
