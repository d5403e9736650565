create table programs (
  tenant_id text not null references tenants,
  id uuid not null,
  name text not null check (length(name) between 1 and 100),
  active boolean not null default true,
  is_default boolean not null default false,
  points_per_scan bigint not null default 0 check (points_per_scan between 0 and 1000000),
  points_per_currency_unit numeric(12, 6) not null default 0 check (points_per_currency_unit >= 0),
  welcome_bonus bigint not null default 0 check (welcome_bonus between 0 and 1000000),
  -- whether taking points back (a reversal, a deduction by hand) may push a card below zero; a redemption never may
  debt_policy text not null default 'refuse' check (debt_policy in ('refuse', 'allow')),
  version bigint not null default 1 check (version > 0),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);

create unique index programs_default on programs (tenant_id) where is_default;
create unique index programs_name on programs (tenant_id, lower(name));

create table enrolments (
  tenant_id text not null,
  id uuid not null default gen_random_uuid(),
  customer_id uuid not null,
  program_id uuid not null,
  status text not null check (status in ('pending', 'active', 'declined', 'cancelled')),
  method text not null check (method in ('scan', 'manual')),
  version bigint not null default 1 check (version > 0),
  requested_at timestamptz not null default now(),
  decided_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references members (tenant_id, customer_id),
  foreign key (tenant_id, program_id) references programs (tenant_id, id)
);

-- at most one open or active enrolment; a declined one may be asked again
create unique index enrolments_open on enrolments (tenant_id, customer_id, program_id)
  where status in ('pending', 'active');

-- The points account of an active enrolment. `version` counts its entries: the card's nth entry made version n.
create table cards (
  tenant_id text not null,
  id uuid not null default gen_random_uuid(),
  customer_id uuid not null,
  program_id uuid not null,
  balance bigint not null default 0,
  earned bigint not null default 0,
  redeemed bigint not null default 0 check (redeemed >= 0),
  version bigint not null default 1 check (version > 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, customer_id, program_id),
  check (balance = earned - redeemed),
  foreign key (tenant_id, customer_id) references members (tenant_id, customer_id),
  foreign key (tenant_id, program_id) references programs (tenant_id, id)
) with (fillfactor = 70);

-- The ledger: appended to, never changed. It remembers the idempotency key and everything of the first answer, so that a
-- key can apply at most once, ever: the unique index says so. It has no foreign keys: its rows are written beside the card
-- that they belong to, which nobody may delete, and `npm run verify` compares the two.
create table entries (
  tenant_id text not null,
  -- UUIDv7 whose counter is the stream's seq: its order is the commit order
  id uuid not null,
  card_id uuid not null,
  card_version bigint not null,
  customer_id uuid not null,
  program_id uuid not null,
  type text not null check (type in ('redeem', 'add', 'adjust', 'reverse', 'enrol', 'payment', 'scan')),
  points bigint not null check (points <> 0 or type = 'enrol'),
  balance_after bigint not null,
  earned_after bigint not null,
  redeemed_after bigint not null,
  reason text,
  order_id text,
  reverses uuid check ((reverses is not null) = (type = 'reverse')),
  actor_type text not null,
  actor_id text not null,
  actor_name text,
  idempotency_key text,
  request_hash bytea,
  epoch bigint not null,
  seq bigint not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  check (balance_after = earned_after - redeemed_after)
);

-- a card's history, and: one entry makes one version
create unique index entries_by_card on entries (tenant_id, card_id, card_version);
-- I4: a key applies at most once, ever
create unique index entries_by_key on entries (tenant_id, actor_id, idempotency_key) where idempotency_key is not null;
-- an entry is reversed at most once
create unique index entries_reversed on entries (tenant_id, reverses) where reverses is not null;
-- "what happened with order 12345?"
create index entries_by_order on entries (tenant_id, order_id, id) where order_id is not null;
-- a customer's transactions, newest first
create index entries_by_customer on entries (tenant_id, customer_id, id);
-- transactions of one kind, newest first
create index entries_by_type on entries (tenant_id, type, id);

create function refuse_change() returns trigger
language plpgsql
as $$
begin
  raise exception '% is append-only: write a correcting entry instead', tg_table_name using errcode = 'restrict_violation';
end $$;

create trigger append_only before update or delete on entries
  for each row execute function refuse_change();
create trigger append_only_truncate before truncate on entries
  for each statement execute function refuse_change();
create trigger never_deleted before delete on cards
  for each row execute function refuse_change();

-- What was refused, so that the same request gets the same answer. (What was applied, the ledger itself remembers.)
-- Forgotten after IDEMPOTENCY_DAYS: nothing was changed by it.
create table idempotency_keys (
  tenant_id text not null,
  actor_id text not null,
  key text not null,
  request_hash bytea not null,
  -- {code, …}: what the answer is built from
  refusal json not null,
  created_at timestamptz not null,
  primary key (tenant_id, actor_id, key)
);

-- the daily clean-up
create index idempotency_keys_age on idempotency_keys using brin (created_at);

do $$
declare
  name text;
begin
  foreach name in array array['programs', 'enrolments', 'cards', 'entries', 'idempotency_keys'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy tenant on %I using (tenant_id = current_tenant())', name);
    execute format('create policy engine on %I to loyalty_engine using (true)', name);
    execute format('grant select on %I to loyalty_app, loyalty_engine', name);
  end loop;
end $$;

-- Points move through apply_changes alone: a request may read cards and entries, never write them.
grant insert, update on programs, enrolments to loyalty_app;
grant insert, update on cards to loyalty_engine;
grant insert on entries, idempotency_keys to loyalty_engine;
grant delete on idempotency_keys to loyalty_engine;
