-- What a customer has of their own, across tenants: a sign-in, a scope, requests to decide on.

-- loyalty_customer is what a customer's request runs as: row-level security shows it the rows about that person, in every
-- tenant. loyalty_app may take it on, and inherits nothing of it: its policies would widen every query of a tenant.
do $$
begin
  begin
    create role loyalty_customer nologin noinherit;
  exception
    when duplicate_object or unique_violation then null;
  end;
  if not (select rolsuper from pg_roles where rolname = current_user) then
    execute 'grant loyalty_customer to current_user';
  end if;
  if not exists (
    select from pg_auth_members
    where roleid = 'loyalty_customer'::regrole and member = 'loyalty_app'::regrole
  ) then
    grant loyalty_customer to loyalty_app;
  end if;
exception
  -- another database of this server is being migrated right now
  when unique_violation then null;
end $$;

grant usage on schema public to loyalty_customer;

-- The customer whom this transaction may see. Null when none was set: every policy is then false.
create function current_customer() returns uuid
language sql stable parallel safe
as $$ select nullif(current_setting('app.customer', true), '')::uuid $$;
grant execute on function current_customer to loyalty_customer;
grant execute on function current_tenant to loyalty_customer;

-- A customer's code that was read at a till. A code counts once in a tenant: its nonce says which one it was.
create table qr_scans (
  tenant_id text not null,
  id uuid not null,
  nonce bytea not null,
  customer_id uuid not null,
  program_id uuid not null,
  outcome text not null check (outcome in ('enrolment_requested', 'enrolment_pending', 'points_awarded', 'identified')),
  points bigint check (points > 0),
  enrolment_id uuid check ((outcome in ('enrolment_requested', 'enrolment_pending')) = (enrolment_id is not null)),
  transaction_id uuid check ((outcome = 'points_awarded') = (transaction_id is not null)),
  actor_type text not null,
  actor_id text not null,
  actor_name text,
  scanned_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  unique (tenant_id, nonce),
  foreign key (tenant_id, customer_id) references members (tenant_id, customer_id),
  foreign key (tenant_id, program_id) references programs (tenant_id, id)
);

-- a customer's scans, newest first
create index qr_scans_by_customer on qr_scans (tenant_id, customer_id, id);

-- A change of points by hand. It moves points by `transaction_id`, when it is approved: at once, or by the customer before
-- `expires_at`, where the tenant's adjustmentsNeedApproval says so.
create table adjustments (
  tenant_id text not null,
  id uuid not null,
  customer_id uuid not null,
  program_id uuid not null,
  points bigint not null check (points <> 0 and abs(points) <= 1000000),
  reason text not null check (length(reason) between 1 and 500),
  status text not null check (status in ('pending', 'approved', 'declined', 'expired')),
  transaction_id uuid check ((status = 'approved') = (transaction_id is not null)),
  version bigint not null default 1 check (version > 0),
  actor_type text not null,
  actor_id text not null,
  actor_name text,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz check (status = 'approved' or expires_at is not null),
  decided_at timestamptz check ((status = 'pending') = (decided_at is null)),
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references members (tenant_id, customer_id),
  foreign key (tenant_id, program_id) references programs (tenant_id, id)
);

-- a customer's adjustments, newest first
create index adjustments_by_customer on adjustments (tenant_id, customer_id, id);
-- what has run out
create index adjustments_due on adjustments (expires_at) where status = 'pending';

-- the enrolments list, newest first
create index enrolments_newest on enrolments (tenant_id, requested_at, id);

-- A customer's notifications across tenants, newest first: ids are in order of time.
alter table notifications alter column id set default uuid_v7(clock_timestamp(), 0);
drop index notifications_by_customer;
create index notifications_by_customer on notifications (customer_id, id);

-- The one-time code that was sent to a phone last. Of a phone, not of a customer: whether anybody is known by it is decided
-- by the right code alone.
create table customer_codes (
  phone text primary key,
  code_hash bytea not null,
  attempts int not null default 0,
  expires_at timestamptz not null,
  -- how many were sent since when: an SMS costs money, and somebody's sleep
  sent int not null default 1,
  sent_since timestamptz not null default now()
);

-- Refresh tokens of customers, who belong to no tenant: otherwise as refresh_tokens.
create table customer_refresh_tokens (
  customer_id uuid not null references customers,
  token_hash bytea not null,
  family uuid not null,
  issued_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (customer_id, token_hash)
);

-- the daily clean-up
create index customer_codes_expiry on customer_codes (expires_at);
create index customer_refresh_tokens_expiry on customer_refresh_tokens (expires_at);

do $$
declare
  name text;
begin
  foreach name in array array['qr_scans', 'adjustments', 'customer_codes', 'customer_refresh_tokens'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy engine on %I to loyalty_engine using (true)', name);
    execute format('grant select, insert, update, delete on %I to loyalty_engine', name);
  end loop;
  foreach name in array array['qr_scans', 'adjustments'] loop
    execute format('create policy tenant on %I using (tenant_id = current_tenant())', name);
    execute format('grant select on %I to loyalty_app', name);
  end loop;
  -- Their own rows, wherever they are.
  foreach name in array array[
    'members', 'enrolments', 'cards', 'entries', 'notifications', 'adjustments', 'customer_refresh_tokens'
  ] loop
    execute format('create policy customer on %I to loyalty_customer using (customer_id = current_customer())', name);
  end loop;
  -- Of the tenants that know them: what such a tenant is called, and how far its stream has come.
  foreach name in array array['programs', 'streams'] loop
    execute format(
      'create policy customer on %1$I to loyalty_customer using (
         exists (select from members m where m.tenant_id = %1$I.tenant_id and m.customer_id = current_customer())
       )',
      name
    );
  end loop;
end $$;
create policy customer on tenants to loyalty_customer using (
  exists (select from members m where m.tenant_id = tenants.id and m.customer_id = current_customer())
);
create policy customer on customers to loyalty_customer using (id = current_customer());

-- Never what a tenant keeps for itself: what it calls them, whether they are VIP, which of its people did something.
grant select on customers, cards, enrolments, notifications to loyalty_customer;
grant select (tenant_id, customer_id) on members to loyalty_customer;
grant select (id, name) on tenants to loyalty_customer;
grant select (tenant_id, id, name, active) on programs to loyalty_customer;
grant select (tenant_id, epoch, head) on streams to loyalty_customer;
grant select (
  tenant_id, id, card_id, customer_id, program_id, type, points, balance_after, reason, order_id, reverses, created_at
) on entries to loyalty_customer;
grant select (tenant_id, id, customer_id, program_id, points, reason, status, transaction_id, expires_at)
  on adjustments to loyalty_customer;
grant update (read_at) on notifications to loyalty_customer;
grant select, insert, update, delete on customer_refresh_tokens to loyalty_customer;

-- Remembers the code that is about to be sent to a phone; the one before it counts no more. Gives 0, or, when so many were
-- sent in the last hour that no more are, the seconds until one is again.
create function put_customer_code(p_phone text, p_code_hash bytea, p_expires_at timestamptz, p_hourly_max int) returns int
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  since timestamptz;
begin
  insert into customer_codes as known (phone, code_hash, expires_at)
  values (p_phone, p_code_hash, p_expires_at)
  on conflict (phone) do update
  set code_hash = excluded.code_hash,
      attempts = 0,
      expires_at = excluded.expires_at,
      sent = case when known.sent_since > now() - interval '1 hour' then known.sent + 1 else 1 end,
      sent_since = case when known.sent_since > now() - interval '1 hour' then known.sent_since else now() end
  where known.sent < p_hourly_max or known.sent_since <= now() - interval '1 hour';
  if found then
    return 0;
  end if;
  select sent_since into since from customer_codes where phone = p_phone;
  return ceil(extract(epoch from since + interval '1 hour' - now()));
end $$;

-- Uses a code: gives the customer with that phone, made now if there is none, or nothing when the code is not the one that
-- was sent last, has expired, or was guessed at too often. The row's lock counts tries that come at once.
create function take_customer_code(p_phone text, p_code_hash bytea, p_name text, p_attempts_max int)
returns setof customers
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  code customer_codes;
begin
  update customer_codes
  set attempts = attempts + 1
  where phone = p_phone
  returning * into code;
  if code.code_hash is distinct from p_code_hash or code.attempts > p_attempts_max or code.expires_at <= now() then
    return;
  end if;
  -- Used up; the row stays, for what it knows of how many were sent.
  update customer_codes set expires_at = now() where phone = p_phone;
  insert into customers (id, phone, name)
  values (gen_random_uuid(), p_phone, coalesce(p_name, p_phone))
  on conflict (phone) do nothing;
  return query select * from customers where phone = p_phone;
end $$;

create or replace function forget_expired(p_idempotency_days int) returns void
language sql security definer set search_path = public, pg_temp
as $$
  -- What was refused changed nothing; what was done is remembered for good.
  delete from idempotency_keys
  where created_at < now() - make_interval(days => p_idempotency_days) and refusal ->> 'code' is not null;
  delete from refresh_tokens where expires_at < now();
  delete from customer_refresh_tokens where expires_at < now();
  delete from customer_codes where expires_at < now() and sent_since < now() - interval '1 hour';
  delete from revocations where until < now();
$$;

grant create on schema public to loyalty_engine;
alter function put_customer_code owner to loyalty_engine;
alter function take_customer_code owner to loyalty_engine;
revoke create on schema public from loyalty_engine;
grant execute on function put_customer_code, take_customer_code to loyalty_app;
