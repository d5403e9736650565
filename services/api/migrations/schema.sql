-- Made by npm run db:dump-schema from all migrations; a test compares. Change migrations, not this.

create type actor_v1 as (
  type text,
  id text,
  name text
);

create type loyalty_updated_v1 as (
  "customerId" uuid,
  "customerPhone" text,
  "customerName" text,
  "programId" uuid,
  "cardId" uuid,
  "cardVersion" bigint,
  "transactionId" uuid,
  "pointsChange" bigint,
  "newBalance" bigint,
  "totalPointsEarned" bigint,
  "totalPointsRedeemed" bigint,
  "transactionType" text,
  reason text,
  "orderId" text
);

create table adjustments (
  tenant_id text not null,
  id uuid not null,
  customer_id uuid not null,
  program_id uuid not null,
  points bigint not null,
  reason text not null,
  status text not null,
  transaction_id uuid,
  version bigint not null default 1,
  actor_type text not null,
  actor_id text not null,
  actor_name text,
  created_at timestamp with time zone not null default clock_timestamp(),
  expires_at timestamp with time zone,
  decided_at timestamp with time zone,
  constraint adjustments_check CHECK (((status = 'approved'::text) = (transaction_id IS NOT NULL))),
  constraint adjustments_check1 CHECK (((status = 'approved'::text) OR (expires_at IS NOT NULL))),
  constraint adjustments_check2 CHECK (((status = 'pending'::text) = (decided_at IS NULL))),
  constraint adjustments_pkey PRIMARY KEY (tenant_id, id),
  constraint adjustments_points_check CHECK (((points <> 0) AND (abs(points) <= 1000000))),
  constraint adjustments_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 500))),
  constraint adjustments_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'approved'::text, 'declined'::text, 'expired'::text]))),
  constraint adjustments_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES members(tenant_id, customer_id),
  constraint adjustments_tenant_id_program_id_fkey FOREIGN KEY (tenant_id, program_id) REFERENCES programs(tenant_id, id),
  constraint adjustments_version_check CHECK ((version > 0))
);
alter table adjustments force row level security;
grant select on adjustments to loyalty_app;
grant delete, insert, select, update on adjustments to loyalty_engine;

create table bookings (
  tenant_id text not null,
  id uuid not null default gen_random_uuid(),
  customer_id uuid,
  status text not null default 'booked'::text,
  payment_status text not null default 'unpaid'::text,
  starts_at timestamp with time zone not null,
  amount_minor bigint not null,
  currency text not null,
  version bigint not null default 1,
  created_at timestamp with time zone not null default now(),
  constraint bookings_amount_minor_check CHECK ((amount_minor >= 0)),
  constraint bookings_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint bookings_payment_status_check CHECK ((payment_status = ANY (ARRAY['unpaid'::text, 'partly'::text, 'paid'::text, 'refunded'::text]))),
  constraint bookings_pkey PRIMARY KEY (tenant_id, id),
  constraint bookings_status_check CHECK ((status = ANY (ARRAY['booked'::text, 'completed'::text, 'cancelled'::text, 'no_show'::text]))),
  constraint bookings_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES members(tenant_id, customer_id),
  constraint bookings_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint bookings_version_check CHECK ((version > 0))
);
alter table bookings force row level security;
grant select on bookings to loyalty_app;
grant select on bookings to loyalty_engine;

create table cards (
  tenant_id text not null,
  id uuid not null default gen_random_uuid(),
  customer_id uuid not null,
  program_id uuid not null,
  balance bigint not null default 0,
  earned bigint not null default 0,
  redeemed bigint not null default 0,
  version bigint not null default 1,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint cards_check CHECK ((balance = (earned - redeemed))),
  constraint cards_pkey PRIMARY KEY (tenant_id, id),
  constraint cards_redeemed_check CHECK ((redeemed >= 0)),
  constraint cards_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES members(tenant_id, customer_id),
  constraint cards_tenant_id_customer_id_program_id_key UNIQUE (tenant_id, customer_id, program_id),
  constraint cards_tenant_id_program_id_fkey FOREIGN KEY (tenant_id, program_id) REFERENCES programs(tenant_id, id),
  constraint cards_version_check CHECK ((version > 0))
) with (fillfactor=70);
alter table cards force row level security;
grant select on cards to loyalty_app;
grant select on cards to loyalty_customer;
grant insert, select, update on cards to loyalty_engine;

create table customer_codes (
  phone text not null,
  code_hash bytea not null,
  attempts integer not null default 0,
  expires_at timestamp with time zone not null,
  sent integer not null default 1,
  sent_since timestamp with time zone not null default now(),
  constraint customer_codes_pkey PRIMARY KEY (phone)
);
alter table customer_codes force row level security;
grant delete, insert, select, update on customer_codes to loyalty_engine;

create table customer_refresh_tokens (
  customer_id uuid not null,
  token_hash bytea not null,
  family uuid not null,
  issued_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  constraint customer_refresh_tokens_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id),
  constraint customer_refresh_tokens_pkey PRIMARY KEY (customer_id, token_hash)
);
alter table customer_refresh_tokens force row level security;
grant delete, insert, select, update on customer_refresh_tokens to loyalty_customer;
grant delete, insert, select, update on customer_refresh_tokens to loyalty_engine;

create table customers (
  id uuid not null,
  phone text not null,
  name text not null,
  created_at timestamp with time zone not null default now(),
  constraint customers_id_phone_key UNIQUE (id, phone),
  constraint customers_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  constraint customers_phone_check CHECK ((phone ~ '^\+[1-9][0-9]{4,14}$'::text)),
  constraint customers_phone_key UNIQUE (phone),
  constraint customers_pkey PRIMARY KEY (id)
);
alter table customers force row level security;
grant select on customers to loyalty_app;
grant select on customers to loyalty_customer;
grant insert, select on customers to loyalty_engine;

create table deliveries (
  tenant_id text not null,
  epoch bigint not null,
  seq bigint not null,
  constraint deliveries_pkey PRIMARY KEY (tenant_id),
  constraint deliveries_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
) with (fillfactor=10);
alter table deliveries force row level security;
grant select on deliveries to loyalty_app;
grant insert, select, update on deliveries to loyalty_engine;

create table enrolments (
  tenant_id text not null,
  id uuid not null default gen_random_uuid(),
  customer_id uuid not null,
  program_id uuid not null,
  status text not null,
  method text not null,
  version bigint not null default 1,
  requested_at timestamp with time zone not null default now(),
  decided_at timestamp with time zone,
  constraint enrolments_method_check CHECK ((method = ANY (ARRAY['scan'::text, 'manual'::text]))),
  constraint enrolments_pkey PRIMARY KEY (tenant_id, id),
  constraint enrolments_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'active'::text, 'declined'::text, 'cancelled'::text]))),
  constraint enrolments_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES members(tenant_id, customer_id),
  constraint enrolments_tenant_id_program_id_fkey FOREIGN KEY (tenant_id, program_id) REFERENCES programs(tenant_id, id),
  constraint enrolments_version_check CHECK ((version > 0))
);
alter table enrolments force row level security;
grant insert, select, update on enrolments to loyalty_app;
grant select on enrolments to loyalty_customer;
grant select on enrolments to loyalty_engine;

create table entries (
  tenant_id text not null,
  id uuid not null,
  card_id uuid not null,
  card_version bigint not null,
  customer_id uuid not null,
  program_id uuid not null,
  type text not null,
  points bigint not null,
  balance_after bigint not null,
  earned_after bigint not null,
  redeemed_after bigint not null,
  reason text,
  order_id text,
  reverses uuid,
  actor_type text not null,
  actor_id text not null,
  actor_name text,
  idempotency_key text,
  request_hash bytea,
  epoch bigint not null,
  seq bigint not null,
  created_at timestamp with time zone not null,
  constraint entries_check CHECK (((points <> 0) OR (type = 'enrol'::text))),
  constraint entries_check1 CHECK (((reverses IS NOT NULL) = (type = 'reverse'::text))),
  constraint entries_check2 CHECK ((balance_after = (earned_after - redeemed_after))),
  constraint entries_pkey PRIMARY KEY (tenant_id, id),
  constraint entries_type_check CHECK ((type = ANY (ARRAY['redeem'::text, 'add'::text, 'adjust'::text, 'reverse'::text, 'enrol'::text, 'payment'::text, 'scan'::text])))
);
alter table entries force row level security;
grant select on entries to loyalty_app;
grant insert, select on entries to loyalty_engine;

create table events (
  tenant_id text not null,
  epoch bigint not null,
  seq bigint not null,
  id uuid not null,
  type text not null,
  version smallint not null,
  customer_id uuid,
  actor json not null,
  data json not null,
  created_at timestamp with time zone not null,
  constraint events_pkey PRIMARY KEY (tenant_id, seq, created_at)
) partition by RANGE (created_at);
alter table events force row level security;
grant select on events to loyalty_app;
grant insert, select on events to loyalty_engine;

create table idempotency_keys (
  tenant_id text not null,
  actor_id text not null,
  key text not null,
  request_hash bytea not null,
  refusal json not null,
  created_at timestamp with time zone not null,
  constraint idempotency_keys_pkey PRIMARY KEY (tenant_id, actor_id, key)
);
alter table idempotency_keys force row level security;
grant select on idempotency_keys to loyalty_app;
grant delete, insert, select on idempotency_keys to loyalty_engine;

create table member_counts (
  tenant_id text not null,
  members bigint not null,
  constraint member_counts_members_check CHECK ((members >= 0)),
  constraint member_counts_pkey PRIMARY KEY (tenant_id),
  constraint member_counts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
alter table member_counts force row level security;
grant select on member_counts to loyalty_app;
grant insert, select, update on member_counts to loyalty_engine;

create table members (
  tenant_id text not null,
  customer_id uuid not null,
  phone text not null,
  display_name text not null,
  vip boolean not null default false,
  vip_since timestamp with time zone,
  version bigint not null default 1,
  created_at timestamp with time zone not null default now(),
  sort_name text default lower(display_name),
  constraint members_check CHECK ((vip = (vip_since IS NOT NULL))),
  constraint members_customer_id_phone_fkey FOREIGN KEY (customer_id, phone) REFERENCES customers(id, phone) ON UPDATE CASCADE,
  constraint members_display_name_check CHECK (((length(display_name) >= 1) AND (length(display_name) <= 200))),
  constraint members_pkey PRIMARY KEY (tenant_id, customer_id),
  constraint members_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint members_tenant_id_phone_key UNIQUE (tenant_id, phone),
  constraint members_version_check CHECK ((version > 0))
);
alter table members force row level security;
grant select on members to loyalty_app;
grant insert, select on members to loyalty_engine;

create table migrations (
  name text not null,
  checksum text not null,
  ran_at timestamp with time zone not null default now(),
  constraint migrations_pkey PRIMARY KEY (name)
);

create table notifications (
  tenant_id text not null,
  id uuid not null default uuid_v7(clock_timestamp(), (0)::bigint),
  customer_id uuid not null,
  kind text not null,
  program_id uuid,
  enrolment_id uuid,
  adjustment_id uuid,
  transaction_id uuid,
  points bigint,
  expires_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  read_at timestamp with time zone,
  constraint notifications_kind_check CHECK ((kind = ANY (ARRAY['scanned'::text, 'enrolment_request'::text, 'enrolled'::text, 'points_added'::text, 'points_deducted'::text, 'adjustment_request'::text]))),
  constraint notifications_pkey PRIMARY KEY (tenant_id, id),
  constraint notifications_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES members(tenant_id, customer_id)
);
alter table notifications force row level security;
grant select on notifications to loyalty_app;
grant select on notifications to loyalty_customer;
grant select on notifications to loyalty_engine;

create table programs (
  tenant_id text not null,
  id uuid not null,
  name text not null,
  active boolean not null default true,
  is_default boolean not null default false,
  points_per_scan bigint not null default 0,
  points_per_currency_unit numeric(12,6) not null default 0,
  welcome_bonus bigint not null default 0,
  debt_policy text not null default 'refuse'::text,
  version bigint not null default 1,
  created_at timestamp with time zone not null default now(),
  constraint programs_debt_policy_check CHECK ((debt_policy = ANY (ARRAY['refuse'::text, 'allow'::text]))),
  constraint programs_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  constraint programs_pkey PRIMARY KEY (tenant_id, id),
  constraint programs_points_per_currency_unit_check CHECK ((points_per_currency_unit >= (0)::numeric)),
  constraint programs_points_per_scan_check CHECK (((points_per_scan >= 0) AND (points_per_scan <= 1000000))),
  constraint programs_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint programs_version_check CHECK ((version > 0)),
  constraint programs_welcome_bonus_check CHECK (((welcome_bonus >= 0) AND (welcome_bonus <= 1000000)))
);
alter table programs force row level security;
grant insert, select, update on programs to loyalty_app;
grant select on programs to loyalty_engine;

create table qr_scans (
  tenant_id text not null,
  id uuid not null,
  nonce bytea not null,
  customer_id uuid not null,
  program_id uuid not null,
  outcome text not null,
  points bigint,
  enrolment_id uuid,
  transaction_id uuid,
  actor_type text not null,
  actor_id text not null,
  actor_name text,
  scanned_at timestamp with time zone not null default clock_timestamp(),
  constraint qr_scans_check CHECK (((outcome = ANY (ARRAY['enrolment_requested'::text, 'enrolment_pending'::text])) = (enrolment_id IS NOT NULL))),
  constraint qr_scans_check1 CHECK (((outcome = 'points_awarded'::text) = (transaction_id IS NOT NULL))),
  constraint qr_scans_outcome_check CHECK ((outcome = ANY (ARRAY['enrolment_requested'::text, 'enrolment_pending'::text, 'points_awarded'::text, 'identified'::text]))),
  constraint qr_scans_pkey PRIMARY KEY (tenant_id, id),
  constraint qr_scans_points_check CHECK ((points > 0)),
  constraint qr_scans_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES members(tenant_id, customer_id),
  constraint qr_scans_tenant_id_nonce_key UNIQUE (tenant_id, nonce),
  constraint qr_scans_tenant_id_program_id_fkey FOREIGN KEY (tenant_id, program_id) REFERENCES programs(tenant_id, id)
);
alter table qr_scans force row level security;
grant select on qr_scans to loyalty_app;
grant delete, insert, select, update on qr_scans to loyalty_engine;

create table refresh_tokens (
  tenant_id text not null,
  token_hash bytea not null,
  family uuid not null,
  kind text not null,
  subject uuid not null,
  issued_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  constraint refresh_tokens_kind_check CHECK ((kind = ANY (ARRAY['staff'::text, 'terminal'::text]))),
  constraint refresh_tokens_pkey PRIMARY KEY (tenant_id, token_hash),
  constraint refresh_tokens_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
alter table refresh_tokens force row level security;
grant delete, insert, select, update on refresh_tokens to loyalty_app;
grant delete, select on refresh_tokens to loyalty_engine;

create table revocations (
  tenant_id text not null,
  subject text not null,
  revoked_at timestamp with time zone not null default now(),
  until timestamp with time zone not null,
  constraint revocations_pkey PRIMARY KEY (tenant_id, subject),
  constraint revocations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
alter table revocations force row level security;
grant insert, select, update on revocations to loyalty_app;
grant delete, select on revocations to loyalty_engine;

create table staff (
  tenant_id text not null,
  id uuid not null,
  email text not null,
  name text not null,
  role text not null,
  password_hash text not null,
  created_at timestamp with time zone not null default now(),
  revoked_at timestamp with time zone,
  constraint staff_email_check CHECK ((email = lower(email))),
  constraint staff_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  constraint staff_pkey PRIMARY KEY (tenant_id, id),
  constraint staff_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'cashier'::text]))),
  constraint staff_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
alter table staff force row level security;
grant insert, select, update on staff to loyalty_app;

create table streams (
  tenant_id text not null,
  epoch bigint not null,
  head bigint not null default 0,
  last_at timestamp with time zone not null,
  constraint streams_head_check CHECK ((head >= 0)),
  constraint streams_pkey PRIMARY KEY (tenant_id),
  constraint streams_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
) with (fillfactor=10);
alter table streams force row level security;
grant select on streams to loyalty_app;
grant insert, select, update on streams to loyalty_engine;

create table tenants (
  id text not null,
  name text not null,
  settings jsonb not null,
  created_at timestamp with time zone not null default now(),
  constraint tenants_id_check CHECK ((id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text)),
  constraint tenants_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  constraint tenants_pkey PRIMARY KEY (id)
);
alter table tenants force row level security;
grant select on tenants to loyalty_app;
grant insert, select on tenants to loyalty_engine;

create table terminals (
  tenant_id text not null,
  id uuid not null,
  name text not null,
  key_hash bytea not null,
  created_at timestamp with time zone not null default now(),
  revoked_at timestamp with time zone,
  constraint terminals_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  constraint terminals_pkey PRIMARY KEY (tenant_id, id),
  constraint terminals_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
);
alter table terminals force row level security;
grant insert, select, update on terminals to loyalty_app;
grant select on terminals to loyalty_engine;

CREATE INDEX adjustments_by_customer ON public.adjustments USING btree (tenant_id, customer_id, id);
CREATE INDEX adjustments_due ON public.adjustments USING btree (expires_at) WHERE (status = 'pending'::text);
CREATE INDEX bookings_by_customer ON public.bookings USING btree (tenant_id, customer_id, starts_at) WHERE (customer_id IS NOT NULL);
CREATE INDEX customer_codes_expiry ON public.customer_codes USING btree (expires_at);
CREATE INDEX customer_refresh_tokens_expiry ON public.customer_refresh_tokens USING btree (expires_at);
CREATE INDEX enrolments_newest ON public.enrolments USING btree (tenant_id, requested_at, id);
CREATE UNIQUE INDEX enrolments_open ON public.enrolments USING btree (tenant_id, customer_id, program_id) WHERE (status = ANY (ARRAY['pending'::text, 'active'::text]));
CREATE UNIQUE INDEX entries_by_card ON public.entries USING btree (tenant_id, card_id, card_version);
CREATE INDEX entries_by_customer ON public.entries USING btree (tenant_id, customer_id, id);
CREATE UNIQUE INDEX entries_by_key ON public.entries USING btree (tenant_id, actor_id, idempotency_key) WHERE (idempotency_key IS NOT NULL);
CREATE INDEX entries_by_order ON public.entries USING btree (tenant_id, order_id, id) WHERE (order_id IS NOT NULL);
CREATE INDEX entries_by_type ON public.entries USING btree (tenant_id, type, id);
CREATE UNIQUE INDEX entries_reversed ON public.entries USING btree (tenant_id, reverses) WHERE (reverses IS NOT NULL);
CREATE INDEX idempotency_keys_age ON public.idempotency_keys USING brin (created_at);
CREATE INDEX members_by_name ON public.members USING btree (tenant_id, sort_name, customer_id);
CREATE INDEX members_vip ON public.members USING btree (tenant_id, vip_since, customer_id) WHERE vip;
CREATE INDEX notifications_by_customer ON public.notifications USING btree (customer_id, id);
CREATE UNIQUE INDEX programs_default ON public.programs USING btree (tenant_id) WHERE is_default;
CREATE UNIQUE INDEX programs_name ON public.programs USING btree (tenant_id, lower(name));
CREATE INDEX qr_scans_by_customer ON public.qr_scans USING btree (tenant_id, customer_id, id);
CREATE INDEX refresh_tokens_expiry ON public.refresh_tokens USING btree (expires_at);
CREATE INDEX refresh_tokens_subject ON public.refresh_tokens USING btree (tenant_id, subject, family);
CREATE UNIQUE INDEX staff_email ON public.staff USING btree (tenant_id, email) WHERE (revoked_at IS NULL);
CREATE UNIQUE INDEX terminals_key ON public.terminals USING btree (key_hash);

create policy customer on adjustments for all to loyalty_customer using (customer_id = current_customer());
create policy engine on adjustments for all to loyalty_engine using true;
create policy tenant on adjustments for all to public using (tenant_id = current_tenant());
create policy engine on bookings for all to loyalty_engine using true;
create policy tenant on bookings for all to public using (tenant_id = current_tenant());
create policy customer on cards for all to loyalty_customer using (customer_id = current_customer());
create policy engine on cards for all to loyalty_engine using true;
create policy tenant on cards for all to public using (tenant_id = current_tenant());
create policy engine on customer_codes for all to loyalty_engine using true;
create policy customer on customer_refresh_tokens for all to loyalty_customer using (customer_id = current_customer());
create policy engine on customer_refresh_tokens for all to loyalty_engine using true;
create policy customer on customers for all to loyalty_customer using (id = current_customer());
create policy engine on customers for all to loyalty_engine using true;
create policy member on customers for all to public using (EXISTS ( SELECT
   FROM members
  WHERE (members.customer_id = customers.id)));
create policy engine on deliveries for all to loyalty_engine using true;
create policy tenant on deliveries for all to public using (tenant_id = current_tenant());
create policy customer on enrolments for all to loyalty_customer using (customer_id = current_customer());
create policy engine on enrolments for all to loyalty_engine using true;
create policy tenant on enrolments for all to public using (tenant_id = current_tenant());
create policy customer on entries for all to loyalty_customer using (customer_id = current_customer());
create policy engine on entries for all to loyalty_engine using true;
create policy tenant on entries for all to public using (tenant_id = current_tenant());
create policy engine on events for all to loyalty_engine using true;
create policy tenant on events for all to public using (tenant_id = current_tenant());
create policy engine on idempotency_keys for all to loyalty_engine using true;
create policy tenant on idempotency_keys for all to public using (tenant_id = current_tenant());
create policy engine on member_counts for all to loyalty_engine using true;
create policy tenant on member_counts for all to public using (tenant_id = current_tenant());
create policy customer on members for all to loyalty_customer using (customer_id = current_customer());
create policy engine on members for all to loyalty_engine using true;
create policy tenant on members for all to public using (tenant_id = current_tenant());
create policy customer on notifications for all to loyalty_customer using (customer_id = current_customer());
create policy engine on notifications for all to loyalty_engine using true;
create policy tenant on notifications for all to public using (tenant_id = current_tenant());
create policy customer on programs for all to loyalty_customer using (EXISTS ( SELECT
   FROM members m
  WHERE ((m.tenant_id = programs.tenant_id) AND (m.customer_id = current_customer()))));
create policy engine on programs for all to loyalty_engine using true;
create policy tenant on programs for all to public using (tenant_id = current_tenant());
create policy engine on qr_scans for all to loyalty_engine using true;
create policy tenant on qr_scans for all to public using (tenant_id = current_tenant());
create policy engine on refresh_tokens for all to loyalty_engine using true;
create policy tenant on refresh_tokens for all to public using (tenant_id = current_tenant());
create policy engine on revocations for all to loyalty_engine using true;
create policy tenant on revocations for all to public using (tenant_id = current_tenant());
create policy engine on staff for all to loyalty_engine using true;
create policy tenant on staff for all to public using (tenant_id = current_tenant());
create policy customer on streams for all to loyalty_customer using (EXISTS ( SELECT
   FROM members m
  WHERE ((m.tenant_id = streams.tenant_id) AND (m.customer_id = current_customer()))));
create policy engine on streams for all to loyalty_engine using true;
create policy tenant on streams for all to public using (tenant_id = current_tenant());
create policy customer on tenants for all to loyalty_customer using (EXISTS ( SELECT
   FROM members m
  WHERE ((m.tenant_id = tenants.id) AND (m.customer_id = current_customer()))));
create policy engine on tenants for all to loyalty_engine using true;
create policy tenant on tenants for all to public using (id = current_tenant());
create policy engine on terminals for all to loyalty_engine using true;
create policy tenant on terminals for all to public using (tenant_id = current_tenant());

CREATE OR REPLACE FUNCTION public.active_revocations()
 RETURNS TABLE(tenant_id text, subject text, until timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select r.tenant_id, r.subject, r.until from revocations r where r.until > now()
$function$
-- owner loyalty_engine; may be called by loyalty_app

CREATE OR REPLACE FUNCTION public.append_event(p_tenant text, p_type text, p_version integer, p_customer uuid, p_actor json, p_data json)
 RETURNS events
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  event events;
begin
  update streams
  set head = head + 1,
      last_at = greatest(last_at, date_trunc('milliseconds', clock_timestamp()))
  where tenant_id = p_tenant
  returning tenant_id, epoch, head, uuid_v7(last_at, head), p_type, p_version, p_customer, p_actor, p_data, last_at
  into strict event;
  insert into events select (event).*;
  return event;
end $function$
-- owner loyalty_engine; may be called by loyalty_app

CREATE OR REPLACE FUNCTION public.apply_changes(changes json)
 RETURNS TABLE(i integer, outcome text, refusal text, transaction_id uuid, card_id uuid, customer_id uuid, points bigint, balance bigint, earned bigint, redeemed bigint, card_version bigint, epoch bigint, seq bigint, created_at timestamp with time zone, event_id uuid, event_data text)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
#variable_conflict use_column
declare
  change record;
  card cards;
  entry entries;
  event events;
  stream streams;
  delta bigint;
  refused json;
  -- Each stream and card as the changes before this one leave it, by the number that the load query gives it.
  stream_of streams[];
  card_of cards[];
  -- What is to be written.
  made uuid[] := '{}';
  reversed uuid[] := '{}';
  new_entries entries[] := '{}';
  new_events events[] := '{}';
  new_refusals idempotency_keys[] := '{}';
begin
  -- Lock: every writer of a tenant's stream takes this first, several in id order. Nobody can deadlock on it, and from here
  -- on nobody else moves these tenants' points: what is loaded below cannot change before the commit.
  perform lock_streams(array(select distinct tenant from json_to_recordset(changes) as (tenant text)));

  for change in
    with asked as materialized (
      select *
      from rows from (
        json_to_recordset(changes) as (
          tenant text, actor actor_v1, key text, hash text, kind text, "customerId" uuid, phone text, reverses uuid,
          "programId" uuid, points bigint, reason text, "orderId" text
        )
      ) with ordinality as asked (
        tenant, actor, key, hash, kind, customer_id, phone, reverses, program_id, points, reason, order_id, i
      )
    )
    select
      asked.*,
      stream.found as stream,
      target.found as target,
      reversal.found as reversal,
      member.found as member,
      program.found as program,
      card.found as card,
      prior.found as prior,
      known.found as known,
      dense_rank() over (order by asked.tenant) as stream_no,
      dense_rank() over (
        order by asked.tenant, (member.found).customer_id, (program.found).id
      ) as card_no
    from asked
    -- "offset 0" keeps each of these one lookup by a whole key, whatever the planner believes of a table's size.
    left join lateral (
      select s as found from streams s where s.tenant_id = asked.tenant offset 0
    ) stream on true
    left join lateral (
      select e as found from entries e where e.tenant_id = asked.tenant and e.id = asked.reverses offset 0
    ) target on true
    left join lateral (
      select e as found from entries e where e.tenant_id = asked.tenant and e.reverses = asked.reverses offset 0
    ) reversal on true
    left join lateral (
      select m as found from members m
      where m.tenant_id = asked.tenant and m.customer_id = coalesce(asked.customer_id, (target.found).customer_id)
      union all
      select m from members m where m.tenant_id = asked.tenant and m.phone = asked.phone
      offset 0
    ) member on true
    left join lateral (
      select p as found from programs p
      where p.tenant_id = asked.tenant and p.id = coalesce(asked.program_id, (target.found).program_id)
      union all
      select p from programs p
      where p.tenant_id = asked.tenant and p.is_default and coalesce(asked.program_id, (target.found).program_id) is null
      offset 0
    ) program on true
    left join lateral (
      select c as found from cards c
      where c.tenant_id = asked.tenant and c.customer_id = (member.found).customer_id and c.program_id = (program.found).id
      offset 0
    ) card on true
    left join lateral (
      select e as found from entries e
      where e.tenant_id = asked.tenant and e.actor_id = (asked.actor).id and e.idempotency_key = asked.key
      offset 0
    ) prior on true
    left join lateral (
      select k as found from idempotency_keys k
      where k.tenant_id = asked.tenant and k.actor_id = (asked.actor).id and k.key = asked.key
      offset 0
    ) known on true
    order by asked.i
  loop
    entry := null;
    event := null;
    refused := null;

    if (change.prior).id is not null then
      -- The same key again: the first answer again, whatever has happened to the card since.
      outcome := case when (change.prior).request_hash = decode(change.hash, 'hex') then 'replayed' else 'key-reused' end;
      entry := change.prior;
    elsif (change.known).key is not null then
      outcome := case when (change.known).request_hash = decode(change.hash, 'hex') then 'refused-again' else 'key-reused' end;
      refused := (change.known).refusal;
    else
      card := coalesce(card_of[change.card_no], change.card);
      delta := case change.kind
        when 'redeem' then -change.points
        when 'reverse' then -(change.target).points
        else change.points
      end;

      refused := case
        when change.kind = 'reverse' and (change.target).id is null
          then json_build_object('code', 'transaction-not-found')
        when change.kind = 'reverse' and (delta = 0 or (change.target).type = 'reverse')
          then json_build_object('code', 'not-reversible', 'type', (change.target).type)
        when change.kind = 'reverse' and ((change.reversal).id is not null or change.reverses = any (reversed))
          then json_build_object('code', 'already-reversed')
        when (change.member).customer_id is null
          then json_build_object('code', 'customer-not-found')
        when (change.program).id is null
          then json_build_object('code', 'program-not-found')
        when change.kind = 'enrol' and card.id is not null
          then json_build_object('code', 'already-enrolled')
        when change.kind <> 'enrol' and card.id is null
          then json_build_object('code', 'card-not-found')
        when not (change.program).active and change.kind in ('add', 'scan', 'payment', 'enrol')
          then json_build_object('code', 'program-inactive')
        -- Only taking back may leave a debt, where the programme allows it; a redemption spends what is there.
        when delta < 0 and card.balance + delta < 0 and (change.kind = 'redeem' or (change.program).debt_policy = 'refuse')
          then json_build_object('code', 'insufficient-points', 'available', greatest(card.balance, 0), 'requested', -delta)
      end;

      if refused is not null then
        outcome := 'refused';
        if change.key is not null then
          new_refusals := array_append(new_refusals, row(
            change.tenant, (change.actor).id, change.key, decode(change.hash, 'hex'), refused, clock_timestamp()
          )::idempotency_keys);
        end if;
      else
        outcome := 'applied';
        stream := coalesce(stream_of[change.stream_no], change.stream);
        stream.head := stream.head + 1;
        stream.last_at := greatest(stream.last_at, date_trunc('milliseconds', clock_timestamp()));
        stream_of[change.stream_no] := stream;

        if card.id is null then
          card := row(
            change.tenant, uuid_v7(stream.last_at, stream.head), (change.member).customer_id, (change.program).id,
            0, 0, 0, 0, stream.last_at, stream.last_at
          )::cards;
          made := array_append(made, card.id);
        end if;
        card.balance := card.balance + delta;
        if change.kind = 'redeem' or (change.target).type = 'redeem' then
          card.redeemed := card.redeemed - delta;
        else
          card.earned := card.earned + delta;
        end if;
        card.version := card.version + 1;
        card.updated_at := stream.last_at;
        card_of[change.card_no] := card;

        entry := row(
          change.tenant, uuid_v7(stream.last_at, stream.head), card.id, card.version, card.customer_id, card.program_id,
          change.kind, delta, card.balance, card.earned, card.redeemed,
          change.reason, change.order_id, change.reverses,
          (change.actor).type, (change.actor).id, (change.actor).name,
          change.key, decode(change.hash, 'hex'), stream.epoch, stream.head, stream.last_at
        )::entries;
        new_entries := array_append(new_entries, entry);
        reversed := array_append(reversed, change.reverses);

        event := row(
          change.tenant, stream.epoch, stream.head, uuid_v7(stream.last_at, stream.head), 'loyalty_updated', 1,
          card.customer_id, row_to_json(change.actor),
          loyalty_updated_data(entry, (change.member).phone, (change.member).display_name),
          stream.last_at
        )::events;
        new_events := array_append(new_events, event);
      end if;
    end if;

    i := change.i;
    refusal := refused::text;
    transaction_id := entry.id;
    card_id := entry.card_id;
    customer_id := entry.customer_id;
    points := entry.points;
    balance := entry.balance_after;
    earned := entry.earned_after;
    redeemed := entry.redeemed_after;
    card_version := entry.card_version;
    epoch := entry.epoch;
    seq := entry.seq;
    created_at := entry.created_at;
    event_id := event.id;
    event_data := event.data::text;
    return next;
  end loop;

  if cardinality(new_entries) > 0 then
    update streams
    set head = after.head, last_at = after.last_at
    from unnest(stream_of) after
    where streams.tenant_id = after.tenant_id;

    update cards
    set balance = after.balance, earned = after.earned, redeemed = after.redeemed, version = after.version,
        updated_at = after.updated_at
    from unnest(card_of) after
    where cards.tenant_id = after.tenant_id and cards.id = after.id;

    if cardinality(made) > 0 then
      insert into cards select after.* from unnest(card_of) after where after.id = any (made);
    end if;
    insert into entries select * from unnest(new_entries);
    insert into events select * from unnest(new_events);
  end if;
  if cardinality(new_refusals) > 0 then
    insert into idempotency_keys select * from unnest(new_refusals);
  end if;
end $function$
-- owner loyalty_engine; may be called by loyalty_app

CREATE OR REPLACE FUNCTION public.card_changed_by_hand()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.create_tenant(p_id text, p_name text, p_settings jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  first bigint := coalesce((select max(epoch) from streams), extract(epoch from clock_timestamp())::bigint);
begin
  insert into tenants (id, name, settings) values (p_id, p_name, p_settings);
  insert into streams (tenant_id, epoch, last_at) values (p_id, first, date_trunc('milliseconds', clock_timestamp()));
  insert into deliveries (tenant_id, epoch, seq) values (p_id, first, 0);
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.current_customer()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select nullif(current_setting('app.customer', true), '')::uuid $function$
-- owner of the database; may be called by loyalty_customer

CREATE OR REPLACE FUNCTION public.current_tenant()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select nullif(current_setting('app.tenant', true), '') $function$
-- owner of the database; may be called by loyalty_app, loyalty_engine, loyalty_customer

CREATE OR REPLACE FUNCTION public.delivered_heads(p_since timestamp with time zone)
 RETURNS TABLE(tenant_id text, epoch bigint, seq bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select d.tenant_id, d.epoch, d.seq
  from streams s
  join deliveries d on d.tenant_id = s.tenant_id
  where s.last_at >= p_since
$function$
-- owner loyalty_engine; may be called by loyalty_app

CREATE OR REPLACE FUNCTION public.enrolment_changed_by_hand()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.enrolment_version()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.status <> old.status then
    new.version := old.version + 1;
    new.decided_at := clock_timestamp();
  end if;
  return new;
end $function$
-- owner of the database; may be called by nobody else

CREATE OR REPLACE FUNCTION public.ensure_member(p_tenant text, p_phone text, p_name text, p_actor json, OUT member members, OUT made boolean)
 RETURNS record
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
end $function$
-- owner loyalty_engine; may be called by loyalty_app

CREATE OR REPLACE FUNCTION public.find_terminal(p_key_hash bytea)
 RETURNS TABLE(tenant_id text, id uuid, name text, tenant_name text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select t.tenant_id, t.id, t.name, tenants.name
  from terminals t
  join tenants on tenants.id = t.tenant_id
  where t.key_hash = p_key_hash and t.revoked_at is null
$function$
-- owner loyalty_engine; may be called by loyalty_app

CREATE OR REPLACE FUNCTION public.forget_expired(p_idempotency_days integer)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  -- What was refused changed nothing; what was done is remembered for good.
  delete from idempotency_keys
  where created_at < now() - make_interval(days => p_idempotency_days) and refusal ->> 'code' is not null;
  delete from refresh_tokens where expires_at < now();
  delete from customer_refresh_tokens where expires_at < now();
  delete from customer_codes where expires_at < now() and sent_since < now() - interval '1 hour';
  delete from revocations where until < now();
$function$
-- owner loyalty_engine; may be called by loyalty_app

CREATE OR REPLACE FUNCTION public.lock_streams(p_tenants text[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select from streams
  where tenant_id = any (p_tenants)
  order by tenant_id
  for no key update
$function$
-- owner loyalty_engine; may be called by loyalty_app

CREATE OR REPLACE FUNCTION public.loyalty_updated_data(entry entries, phone text, name text)
 RETURNS json
 LANGUAGE sql
 STABLE
AS $function$
  select row_to_json(row(
    entry.customer_id, phone, name, entry.program_id, entry.card_id, entry.card_version, entry.id, entry.points,
    entry.balance_after, entry.earned_after, entry.redeemed_after, entry.type, entry.reason, entry.order_id
  )::loyalty_updated_v1)
$function$
-- owner of the database; may be called by loyalty_engine

CREATE OR REPLACE FUNCTION public.maintain_events(p_keep_days integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET lock_timeout TO '2s'
AS $function$
declare
  today constant date := (now() at time zone 'UTC')::date;
  day date;
  name text;
begin
  if not pg_try_advisory_xact_lock(hashtext('maintain_events')) then
    return;
  end if;
  for day in select generate_series(today, today + 3, interval '1 day')::date loop
    name := format('events_%s', to_char(day, 'YYYYMMDD'));
    continue when to_regclass(name) is not null;
    begin
      execute format(
        'create table %I partition of events for values from (%L) to (%L)',
        name, day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC'
      );
    exception
      -- The default partition holds rows of that day already: they stay there until retention takes them.
      when check_violation then
        raise warning 'events of % stay in the default partition', day;
    end;
  end loop;
  for name in
    select c.relname
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'events'::regclass
      and c.relname ~ '^events_[0-9]{8}$'
      and to_date(right(c.relname, 8), 'YYYYMMDD') < today - p_keep_days
  loop
    execute format('drop table %I', name);
  end loop;
  delete from events_default where created_at < now() - make_interval(days => p_keep_days + 1);
end $function$
-- owner of the database; may be called by loyalty_app

CREATE OR REPLACE FUNCTION public.mark_delivered(ranges json)
 RETURNS TABLE(tenant_id text, seq bigint)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
#variable_conflict use_column
declare
  range record;
begin
  perform set_config('synchronous_commit', 'off', true);
  for range in
    select *
    from json_to_recordset(ranges) as r (tenant text, epoch bigint, first bigint, last bigint)
    order by tenant, first
  loop
    update deliveries
    set seq = range.last
    where tenant_id = range.tenant
      and epoch = range.epoch
      and seq between range.first - 1 and range.last - 1;
  end loop;
  return query
    select d.tenant_id, d.seq
    from deliveries d
    where d.tenant_id in (select tenant from json_to_recordset(ranges) as r (tenant text));
end $function$
-- owner loyalty_engine; may be called by loyalty_app

CREATE OR REPLACE FUNCTION public.member_changed_by_hand()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.members_added()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  insert into member_counts as counts (tenant_id, members)
  select tenant_id, count(*) from added group by tenant_id order by tenant_id
  on conflict (tenant_id) do update set members = counts.members + excluded.members;
  return null;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.members_removed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  update member_counts counts
  set members = counts.members - gone.members
  from (select tenant_id, count(*) as members from removed group by tenant_id) gone
  where counts.tenant_id = gone.tenant_id;
  return null;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.notification_made_by_hand()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.put_customer_code(p_phone text, p_code_hash bytea, p_expires_at timestamp with time zone, p_hourly_max integer)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
  return found;
end $function$
-- owner loyalty_engine; may be called by loyalty_app

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only: write a correcting entry instead', tg_table_name using errcode = 'restrict_violation';
end $function$
-- owner of the database; may be called by nobody else

CREATE OR REPLACE FUNCTION public.sql_actor()
 RETURNS actor_v1
 LANGUAGE sql
 STABLE
AS $function$ select row('sql', session_user, session_user)::actor_v1 $function$
-- owner of the database; may be called by loyalty_engine

CREATE OR REPLACE FUNCTION public.start_new_epoch()
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  next_epoch bigint;
begin
  perform from streams order by tenant_id for no key update;
  -- Seconds of the clock, so that restoring one backup twice gives two epochs, and later ones are higher.
  select greatest(coalesce(max(epoch), 0) + 1, extract(epoch from clock_timestamp())::bigint) into next_epoch from streams;
  update streams
  set epoch = next_epoch, last_at = greatest(last_at, date_trunc('milliseconds', clock_timestamp()));
  update deliveries d set epoch = next_epoch, seq = s.head from streams s where s.tenant_id = d.tenant_id;
  return next_epoch;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.stream_heads(p_tenants text[])
 RETURNS TABLE(tenant_id text, epoch bigint, head bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select s.tenant_id, s.epoch, s.head from streams s where s.tenant_id = any (p_tenants)
$function$
-- owner loyalty_engine; may be called by loyalty_app

CREATE OR REPLACE FUNCTION public.take_customer_code(p_phone text, p_code_hash bytea, p_name text, p_attempts_max integer)
 RETURNS SETOF customers
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
end $function$
-- owner loyalty_engine; may be called by loyalty_app

CREATE OR REPLACE FUNCTION public.undelivered_events(p_grace interval, p_limit integer)
 RETURNS SETOF events
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select e.*
  from streams s
  join deliveries d on d.tenant_id = s.tenant_id and d.epoch = s.epoch
  cross join lateral (
    select *
    from events e
    where e.tenant_id = s.tenant_id
      and e.seq > d.seq
    order by e.seq
    limit p_limit
  ) e
  where s.head > d.seq
    and e.created_at < clock_timestamp() - p_grace
  order by e.tenant_id, e.seq
  limit p_limit
$function$
-- owner loyalty_engine; may be called by loyalty_app

CREATE OR REPLACE FUNCTION public.undelivered_totals(OUT events bigint, OUT oldest_seconds double precision)
 RETURNS record
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select coalesce(sum(s.head - d.seq), 0)::bigint,
         coalesce(max(extract(epoch from clock_timestamp() - oldest.created_at)), 0)::double precision
  from streams s
  join deliveries d on d.tenant_id = s.tenant_id and d.epoch = s.epoch
  left join lateral (
    select created_at from events e where e.tenant_id = s.tenant_id and e.seq > d.seq order by e.seq limit 1
  ) oldest on true
  where s.head > d.seq
$function$
-- owner loyalty_engine; may be called by loyalty_app

CREATE OR REPLACE FUNCTION public.uuid_v7(at timestamp with time zone, counter bigint)
 RETURNS uuid
 LANGUAGE sql
 PARALLEL SAFE
AS $function$
  select (
    lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0')
    || '7' || lpad(to_hex((counter >> 30) & 4095), 3, '0')
    || lpad(to_hex((2::bigint << 30) | (counter & 1073741823)), 8, '0')
    || lpad(to_hex(floor(random() * 4294967296)::bigint), 8, '0')
  )::uuid
$function$
-- owner of the database; may be called by loyalty_app, loyalty_engine

CREATE TRIGGER by_hand BEFORE INSERT OR UPDATE ON public.cards FOR EACH ROW WHEN ((CURRENT_USER <> ALL (ARRAY['loyalty_app'::name, 'loyalty_engine'::name]))) EXECUTE FUNCTION card_changed_by_hand();
CREATE TRIGGER never_deleted BEFORE DELETE ON public.cards FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER by_hand AFTER INSERT OR UPDATE ON public.enrolments FOR EACH ROW WHEN ((CURRENT_USER <> ALL (ARRAY['loyalty_app'::name, 'loyalty_engine'::name]))) EXECUTE FUNCTION enrolment_changed_by_hand();
CREATE TRIGGER by_hand_version BEFORE UPDATE ON public.enrolments FOR EACH ROW WHEN ((CURRENT_USER <> ALL (ARRAY['loyalty_app'::name, 'loyalty_engine'::name]))) EXECUTE FUNCTION enrolment_version();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.entries FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER by_hand BEFORE INSERT OR UPDATE ON public.members FOR EACH ROW WHEN ((CURRENT_USER <> ALL (ARRAY['loyalty_app'::name, 'loyalty_engine'::name]))) EXECUTE FUNCTION member_changed_by_hand();
CREATE TRIGGER counted_in AFTER INSERT ON public.members REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION members_added();
CREATE TRIGGER counted_out AFTER DELETE ON public.members REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION members_removed();
CREATE TRIGGER by_hand AFTER INSERT ON public.notifications FOR EACH ROW WHEN ((CURRENT_USER <> ALL (ARRAY['loyalty_app'::name, 'loyalty_engine'::name]))) EXECUTE FUNCTION notification_made_by_hand();
