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

create table activity_hours (
  tenant_id text not null,
  day date not null,
  hour smallint not null,
  entries bigint not null,
  issued bigint not null,
  redeemed bigint not null,
  payments bigint not null default 0,
  constraint activity_hours_pkey PRIMARY KEY (tenant_id, day, hour)
) with (fillfactor=30);
alter table activity_hours force row level security;
grant select on activity_hours to loyalty_app;
grant delete, insert, select, update on activity_hours to loyalty_engine;

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

create table booking_days (
  tenant_id text not null,
  day date not null,
  status text not null,
  bookings bigint not null,
  constraint booking_days_pkey PRIMARY KEY (tenant_id, day, status)
) with (fillfactor=50);
alter table booking_days force row level security;
grant select on booking_days to loyalty_app;
grant delete, insert, select, update on booking_days to loyalty_engine;

create table bookings (
  tenant_id text not null,
  id uuid not null default uuid_v7(clock_timestamp(), (0)::bigint),
  customer_id uuid,
  status text not null default 'booked'::text,
  payment_status text not null default 'unpaid'::text,
  starts_at timestamp with time zone not null,
  amount_minor bigint not null,
  currency text not null,
  version bigint not null default 1,
  created_at timestamp with time zone not null default now(),
  note text,
  constraint bookings_amount_minor_check CHECK ((amount_minor >= 0)),
  constraint bookings_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint bookings_note_check CHECK (((length(note) >= 1) AND (length(note) <= 500))),
  constraint bookings_payment_status_check CHECK ((payment_status = ANY (ARRAY['unpaid'::text, 'partly'::text, 'paid'::text, 'refunded'::text]))),
  constraint bookings_pkey PRIMARY KEY (tenant_id, id),
  constraint bookings_status_check CHECK ((status = ANY (ARRAY['booked'::text, 'completed'::text, 'cancelled'::text, 'no_show'::text]))),
  constraint bookings_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES members(tenant_id, customer_id),
  constraint bookings_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint bookings_version_check CHECK ((version > 0))
);
alter table bookings force row level security;
grant select on bookings to loyalty_app;
grant insert, select, update on bookings to loyalty_engine;

create table callback_refusals (
  tenant_id text not null,
  provider text not null,
  day date not null,
  reason text not null,
  times bigint not null,
  last_at timestamp with time zone not null,
  constraint callback_refusals_pkey PRIMARY KEY (tenant_id, day, provider, reason),
  constraint callback_refusals_provider_check CHECK ((provider = ANY (ARRAY['paystack'::text, 'mpesa'::text]))),
  constraint callback_refusals_reason_check CHECK ((reason ~ '^[a-z-]{1,40}$'::text)),
  constraint callback_refusals_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint callback_refusals_times_check CHECK ((times > 0))
);
alter table callback_refusals force row level security;
grant select on callback_refusals to loyalty_app;
grant delete, insert, select, update on callback_refusals to loyalty_engine;

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

create table client_days (
  tenant_id text not null,
  customer_id uuid not null,
  day date not null,
  payments bigint not null,
  constraint client_days_pkey PRIMARY KEY (tenant_id, customer_id, day)
);
alter table client_days force row level security;
grant select on client_days to loyalty_app;
grant delete, insert, select, update on client_days to loyalty_engine;

create table client_returns (
  tenant_id text not null,
  day date not null,
  previous_day date not null,
  clients integer not null,
  constraint client_returns_check CHECK ((previous_day < day)),
  constraint client_returns_clients_check CHECK ((clients > 0)),
  constraint client_returns_pkey PRIMARY KEY (tenant_id, day, previous_day)
) with (fillfactor=70);
alter table client_returns force row level security;
grant select on client_returns to loyalty_app;
grant delete, insert, select, update on client_returns to loyalty_engine;

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
  actor_type text,
  actor_id text,
  actor_name text,
  constraint enrolments_check CHECK (((actor_type IS NULL) = (actor_id IS NULL))),
  constraint enrolments_method_check CHECK ((method = ANY (ARRAY['scan'::text, 'manual'::text]))),
  constraint enrolments_pkey PRIMARY KEY (tenant_id, id),
  constraint enrolments_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'active'::text, 'declined'::text, 'cancelled'::text]))),
  constraint enrolments_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES members(tenant_id, customer_id),
  constraint enrolments_tenant_id_program_id_fkey FOREIGN KEY (tenant_id, program_id) REFERENCES programs(tenant_id, id),
  constraint enrolments_version_check CHECK ((version > 0))
);
alter table enrolments force row level security;
grant insert, select, update on enrolments to loyalty_app;
grant insert, select, update on enrolments to loyalty_engine;

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
  constraint notifications_pkey PRIMARY KEY (tenant_id, id)
);
alter table notifications force row level security;
grant select on notifications to loyalty_app;
grant select on notifications to loyalty_customer;
grant delete, insert, select on notifications to loyalty_engine;

create table open_payments (
  tenant_id text not null,
  payment_id uuid not null,
  ask_at timestamp with time zone not null,
  asks integer not null default 0,
  constraint open_payments_pkey PRIMARY KEY (tenant_id, payment_id),
  constraint open_payments_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint open_payments_tenant_id_payment_id_fkey FOREIGN KEY (tenant_id, payment_id) REFERENCES payments(tenant_id, id)
);
alter table open_payments force row level security;
grant select on open_payments to loyalty_app;
grant delete, insert, select, update on open_payments to loyalty_engine;

create table payment_providers (
  tenant_id text not null,
  provider text not null,
  settings jsonb not null,
  sealed bytea not null,
  key_id text not null,
  hints jsonb not null,
  version bigint not null default 1,
  updated_at timestamp with time zone not null default now(),
  constraint payment_providers_pkey PRIMARY KEY (tenant_id, provider),
  constraint payment_providers_provider_check CHECK ((provider = ANY (ARRAY['paystack'::text, 'mpesa'::text]))),
  constraint payment_providers_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint payment_providers_version_check CHECK ((version > 0))
);
alter table payment_providers force row level security;
grant insert, select, update on payment_providers to loyalty_app;
grant delete, insert, select, update on payment_providers to loyalty_engine;

create table payment_refunds (
  tenant_id text not null,
  id uuid not null,
  provider text not null,
  refund_key text not null,
  provider_reference text,
  payment_id uuid,
  status text not null,
  amount_minor bigint not null,
  currency text not null,
  reason text,
  points_taken bigint not null default 0,
  points_missing bigint not null default 0,
  transaction_id uuid,
  actor_type text not null,
  actor_id text not null,
  actor_name text,
  created_at timestamp with time zone not null,
  applied_at timestamp with time zone,
  constraint payment_refunds_amount_minor_check CHECK ((amount_minor > 0)),
  constraint payment_refunds_check CHECK (((points_taken > 0) = (transaction_id IS NOT NULL))),
  constraint payment_refunds_check1 CHECK (((status = 'applied'::text) = (applied_at IS NOT NULL))),
  constraint payment_refunds_check2 CHECK (((status = 'waiting'::text) OR (payment_id IS NOT NULL))),
  constraint payment_refunds_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint payment_refunds_pkey PRIMARY KEY (tenant_id, id),
  constraint payment_refunds_points_missing_check CHECK ((points_missing >= 0)),
  constraint payment_refunds_points_taken_check CHECK ((points_taken >= 0)),
  constraint payment_refunds_provider_check CHECK ((provider = ANY (ARRAY['paystack'::text, 'mpesa'::text, 'cash'::text, 'card'::text, 'bank_transfer'::text, 'other'::text]))),
  constraint payment_refunds_refund_key_check CHECK (((length(refund_key) >= 1) AND (length(refund_key) <= 200))),
  constraint payment_refunds_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'applied'::text, 'refused'::text]))),
  constraint payment_refunds_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint payment_refunds_tenant_id_payment_id_fkey FOREIGN KEY (tenant_id, payment_id) REFERENCES payments(tenant_id, id),
  constraint payment_refunds_tenant_id_provider_refund_key_key UNIQUE (tenant_id, provider, refund_key)
);
alter table payment_refunds force row level security;
grant select on payment_refunds to loyalty_app;
grant delete, insert, select, update on payment_refunds to loyalty_engine;

create table payments (
  tenant_id text not null,
  id uuid not null,
  provider text not null,
  provider_reference text,
  detail jsonb not null default '{}'::jsonb,
  amount_minor bigint not null,
  currency text not null,
  refunded_minor bigint not null default 0,
  status text not null,
  failure text,
  customer_id uuid,
  booking_id uuid,
  program_id uuid,
  points_awarded bigint not null default 0,
  points_reversed bigint not null default 0,
  transaction_id uuid,
  note text,
  paid_at timestamp with time zone,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  version bigint not null default 1,
  actor_type text not null,
  actor_id text not null,
  actor_name text,
  start_answer json,
  constraint payments_amount_minor_check CHECK ((amount_minor > 0)),
  constraint payments_check CHECK (((refunded_minor >= 0) AND (refunded_minor <= amount_minor))),
  constraint payments_check1 CHECK (((points_reversed >= 0) AND (points_reversed <= points_awarded))),
  constraint payments_check2 CHECK (((points_awarded > 0) = (transaction_id IS NOT NULL))),
  constraint payments_check3 CHECK (((status = ANY (ARRAY['succeeded'::text, 'refunded'::text])) = (paid_at IS NOT NULL))),
  constraint payments_check4 CHECK (((status = 'refunded'::text) = (refunded_minor = amount_minor))),
  constraint payments_check5 CHECK (((refunded_minor = 0) OR (status = ANY (ARRAY['succeeded'::text, 'refunded'::text])))),
  constraint payments_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint payments_pkey PRIMARY KEY (tenant_id, id),
  constraint payments_points_awarded_check CHECK ((points_awarded >= 0)),
  constraint payments_provider_check CHECK ((provider = ANY (ARRAY['paystack'::text, 'mpesa'::text, 'cash'::text, 'card'::text, 'bank_transfer'::text, 'other'::text]))),
  constraint payments_provider_reference_check CHECK (((length(provider_reference) >= 1) AND (length(provider_reference) <= 200))),
  constraint payments_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'failed'::text, 'refunded'::text]))),
  constraint payments_tenant_id_booking_id_fkey FOREIGN KEY (tenant_id, booking_id) REFERENCES bookings(tenant_id, id),
  constraint payments_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES members(tenant_id, customer_id),
  constraint payments_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint payments_tenant_id_program_id_fkey FOREIGN KEY (tenant_id, program_id) REFERENCES programs(tenant_id, id),
  constraint payments_version_check CHECK ((version > 0))
);
alter table payments force row level security;
grant select on payments to loyalty_app;
grant delete, insert, select, update on payments to loyalty_engine;

create table points_totals (
  tenant_id text not null,
  outstanding bigint not null,
  constraint points_totals_pkey PRIMARY KEY (tenant_id)
) with (fillfactor=10);
alter table points_totals force row level security;
grant select on points_totals to loyalty_app;
grant delete, insert, select, update on points_totals to loyalty_engine;

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

create table provider_callbacks (
  tenant_id text not null,
  id uuid not null,
  provider text not null,
  event_key text not null,
  digest bytea not null,
  raw bytea not null,
  outcome text not null,
  answer json not null,
  payment_id uuid,
  received_at timestamp with time zone not null,
  constraint provider_callbacks_event_key_check CHECK (((length(event_key) >= 1) AND (length(event_key) <= 400))),
  constraint provider_callbacks_outcome_check CHECK ((outcome = ANY (ARRAY['applied'::text, 'waiting'::text, 'ignored'::text, 'refused'::text]))),
  constraint provider_callbacks_pkey PRIMARY KEY (tenant_id, id),
  constraint provider_callbacks_provider_check CHECK ((provider = ANY (ARRAY['paystack'::text, 'mpesa'::text]))),
  constraint provider_callbacks_raw_check CHECK ((octet_length(raw) <= 65536)),
  constraint provider_callbacks_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint provider_callbacks_tenant_id_payment_id_fkey FOREIGN KEY (tenant_id, payment_id) REFERENCES payments(tenant_id, id),
  constraint provider_callbacks_tenant_id_provider_event_key_key UNIQUE (tenant_id, provider, event_key)
);
alter table provider_callbacks force row level security;
grant select on provider_callbacks to loyalty_app;
grant delete, insert, select, update on provider_callbacks to loyalty_engine;

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

create table revenue_days (
  tenant_id text not null,
  day date not null,
  currency text not null,
  provider text not null,
  payments bigint not null,
  received_minor bigint not null,
  refunds bigint not null,
  refunded_minor bigint not null,
  constraint revenue_days_pkey PRIMARY KEY (tenant_id, day, currency, provider)
) with (fillfactor=50);
alter table revenue_days force row level security;
grant select on revenue_days to loyalty_app;
grant delete, insert, select, update on revenue_days to loyalty_engine;

create table revenue_hours (
  tenant_id text not null,
  day date not null,
  hour smallint not null,
  currency text not null,
  payments bigint not null,
  received_minor bigint not null,
  refunded_minor bigint not null,
  constraint revenue_hours_pkey PRIMARY KEY (tenant_id, day, hour, currency)
) with (fillfactor=50);
alter table revenue_hours force row level security;
grant select on revenue_hours to loyalty_app;
grant delete, insert, select, update on revenue_hours to loyalty_engine;

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
  version bigint not null default 1,
  constraint known_time_zone CHECK (is_time_zone((settings ->> 'timeZone'::text))),
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
CREATE INDEX bookings_by_start ON public.bookings USING btree (tenant_id, starts_at, id);
CREATE INDEX client_returns_first ON public.client_returns USING btree (tenant_id, day) INCLUDE (clients) WHERE (previous_day = '-infinity'::date);
CREATE INDEX customer_codes_expiry ON public.customer_codes USING btree (expires_at);
CREATE INDEX customer_refresh_tokens_expiry ON public.customer_refresh_tokens USING btree (expires_at);
CREATE INDEX enrolments_by_status ON public.enrolments USING btree (tenant_id, status, requested_at, id);
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
CREATE INDEX notifications_made ON public.notifications USING brin (created_at) WITH (autosummarize='on');
CREATE INDEX notifications_read ON public.notifications USING btree (read_at) WHERE (read_at IS NOT NULL);
CREATE INDEX open_payments_due ON public.open_payments USING btree (ask_at);
CREATE INDEX payment_refunds_by_payment ON public.payment_refunds USING btree (tenant_id, payment_id) WHERE (payment_id IS NOT NULL);
CREATE INDEX payment_refunds_by_time ON public.payment_refunds USING btree (tenant_id, applied_at) WHERE (applied_at IS NOT NULL);
CREATE INDEX payment_refunds_waiting ON public.payment_refunds USING btree (tenant_id, provider, provider_reference) WHERE (status = 'waiting'::text);
CREATE INDEX payments_by_booking ON public.payments USING btree (tenant_id, booking_id, id) WHERE (booking_id IS NOT NULL);
CREATE INDEX payments_by_customer ON public.payments USING btree (tenant_id, customer_id, id) WHERE (customer_id IS NOT NULL);
CREATE INDEX payments_by_provider ON public.payments USING btree (tenant_id, provider, id);
CREATE UNIQUE INDEX payments_by_reference ON public.payments USING btree (tenant_id, provider, provider_reference) WHERE (provider_reference IS NOT NULL);
CREATE INDEX payments_by_status ON public.payments USING btree (tenant_id, status, id);
CREATE INDEX payments_by_time ON public.payments USING btree (tenant_id, paid_at) WHERE (paid_at IS NOT NULL);
CREATE UNIQUE INDEX programs_default ON public.programs USING btree (tenant_id) WHERE is_default;
CREATE UNIQUE INDEX programs_name ON public.programs USING btree (tenant_id, lower(name));
CREATE INDEX provider_callbacks_by_payment ON public.provider_callbacks USING btree (tenant_id, payment_id, id) WHERE (payment_id IS NOT NULL);
CREATE INDEX provider_callbacks_by_time ON public.provider_callbacks USING btree (received_at);
CREATE INDEX provider_callbacks_waiting ON public.provider_callbacks USING btree (tenant_id, ((answer ->> 'refundId'::text))) WHERE (outcome = 'waiting'::text);
CREATE INDEX qr_scans_by_customer ON public.qr_scans USING btree (tenant_id, customer_id, id);
CREATE INDEX refresh_tokens_expiry ON public.refresh_tokens USING btree (expires_at);
CREATE INDEX refresh_tokens_subject ON public.refresh_tokens USING btree (tenant_id, subject, family);
CREATE UNIQUE INDEX staff_email ON public.staff USING btree (tenant_id, email) WHERE (revoked_at IS NULL);
CREATE UNIQUE INDEX terminals_key ON public.terminals USING btree (key_hash);

create policy engine on activity_hours for all to loyalty_engine using true;
create policy tenant on activity_hours for all to public using (tenant_id = current_tenant());
create policy customer on adjustments for all to loyalty_customer using (customer_id = current_customer());
create policy engine on adjustments for all to loyalty_engine using true;
create policy tenant on adjustments for all to public using (tenant_id = current_tenant());
create policy engine on booking_days for all to loyalty_engine using true;
create policy tenant on booking_days for all to public using (tenant_id = current_tenant());
create policy engine on bookings for all to loyalty_engine using true;
create policy tenant on bookings for all to public using (tenant_id = current_tenant());
create policy engine on callback_refusals for all to loyalty_engine using true;
create policy tenant on callback_refusals for all to public using (tenant_id = current_tenant());
create policy customer on cards for all to loyalty_customer using (customer_id = current_customer());
create policy engine on cards for all to loyalty_engine using true;
create policy tenant on cards for all to public using (tenant_id = current_tenant());
create policy engine on client_days for all to loyalty_engine using true;
create policy tenant on client_days for all to public using (tenant_id = current_tenant());
create policy engine on client_returns for all to loyalty_engine using true;
create policy tenant on client_returns for all to public using (tenant_id = current_tenant());
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
create policy engine on open_payments for all to loyalty_engine using true;
create policy tenant on open_payments for all to public using (tenant_id = current_tenant());
create policy engine on payment_providers for all to loyalty_engine using true;
create policy tenant on payment_providers for all to public using (tenant_id = current_tenant());
create policy engine on payment_refunds for all to loyalty_engine using true;
create policy tenant on payment_refunds for all to public using (tenant_id = current_tenant());
create policy engine on payments for all to loyalty_engine using true;
create policy tenant on payments for all to public using (tenant_id = current_tenant());
create policy engine on points_totals for all to loyalty_engine using true;
create policy tenant on points_totals for all to public using (tenant_id = current_tenant());
create policy customer on programs for all to loyalty_customer using (EXISTS ( SELECT
   FROM members m
  WHERE ((m.tenant_id = programs.tenant_id) AND (m.customer_id = current_customer()))));
create policy engine on programs for all to loyalty_engine using true;
create policy tenant on programs for all to public using (tenant_id = current_tenant());
create policy engine on provider_callbacks for all to loyalty_engine using true;
create policy tenant on provider_callbacks for all to public using (tenant_id = current_tenant());
create policy engine on qr_scans for all to loyalty_engine using true;
create policy tenant on qr_scans for all to public using (tenant_id = current_tenant());
create policy engine on refresh_tokens for all to loyalty_engine using true;
create policy tenant on refresh_tokens for all to public using (tenant_id = current_tenant());
create policy engine on revenue_days for all to loyalty_engine using true;
create policy tenant on revenue_days for all to public using (tenant_id = current_tenant());
create policy engine on revenue_hours for all to loyalty_engine using true;
create policy tenant on revenue_hours for all to public using (tenant_id = current_tenant());
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

CREATE OR REPLACE FUNCTION public.adjustment_record(a adjustments)
 RETURNS json
 LANGUAGE sql
 STABLE
AS $function$
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
$function$
-- owner of the database; may be called by loyalty_app, loyalty_engine

CREATE OR REPLACE FUNCTION public.announce_adjustment(a adjustments, p_actor json)
 RETURNS void
 LANGUAGE sql
AS $function$
  select append_event(a.tenant_id, 'adjustment_updated', 1, a.customer_id, p_actor, json_build_object(
    'customerId', a.customer_id, 'customerPhone', m.phone, 'customerName', m.display_name, 'adjustmentId', a.id,
    'programId', a.program_id, 'points', a.points, 'reason', a.reason, 'status', a.status,
    'transactionId', a.transaction_id, 'expiresAt', iso_time(a.expires_at)
  ))
  from members m
  where m.tenant_id = a.tenant_id and m.customer_id = a.customer_id
$function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.announce_booking(b bookings, p_before bookings, p_actor json)
 RETURNS void
 LANGUAGE sql
AS $function$
  select append_event(b.tenant_id, 'booking_updated', 1, b.customer_id, p_actor, json_build_object(
    'bookingId', b.id, 'bookingVersion', b.version, 'customerId', b.customer_id, 'customerName', m.display_name,
    'status', b.status, 'paymentStatus', b.payment_status, 'startsAt', iso_time(b.starts_at),
    'amountMinor', b.amount_minor, 'currency', b.currency,
    'previous', jsonb_strip_nulls(jsonb_build_object(
      'status', nullif(p_before.status, b.status),
      'paymentStatus', nullif(p_before.payment_status, b.payment_status),
      'startsAt', iso_time(nullif(p_before.starts_at, b.starts_at)),
      'amountMinor', nullif(p_before.amount_minor, b.amount_minor)
    ))
  ))
  from (select) one
  left join members m on m.tenant_id = b.tenant_id and m.customer_id = b.customer_id
$function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.announce_enrolment(e enrolments, p_previous text, p_actor json)
 RETURNS void
 LANGUAGE sql
AS $function$
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
$function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.announce_notification(n notifications, p_actor json)
 RETURNS void
 LANGUAGE sql
AS $function$
  select append_event(n.tenant_id, 'notification_created', 1, n.customer_id, p_actor, json_build_object(
    'notificationId', n.id, 'customerId', n.customer_id, 'kind', n.kind, 'tenantName', t.name,
    'programId', n.program_id, 'programName', p.name, 'enrolmentId', n.enrolment_id, 'adjustmentId', n.adjustment_id,
    'transactionId', n.transaction_id, 'points', n.points, 'expiresAt', iso_time(n.expires_at)
  ))
  from tenants t
  left join programs p on p.tenant_id = n.tenant_id and p.id = n.program_id
  where t.id = n.tenant_id
$function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.announce_payment(p payments, p_actor json)
 RETURNS void
 LANGUAGE sql
AS $function$
  select append_event(p.tenant_id, 'payment_recorded', 1, p.customer_id, p_actor, json_build_object(
    'paymentId', p.id, 'provider', p.provider, 'providerReference', p.provider_reference, 'status', p.status,
    'amountMinor', p.amount_minor, 'currency', p.currency, 'customerId', p.customer_id, 'customerName', m.display_name,
    'bookingId', p.booking_id, 'pointsAwarded', nullif(p.points_awarded, 0), 'paymentVersion', p.version,
    'refundedMinor', p.refunded_minor
  ))
  from (select) one
  left join members m on m.tenant_id = p.tenant_id and m.customer_id = p.customer_id
$function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.announce_transaction(p_tenant text, p_transaction uuid, p_actor json)
 RETURNS void
 LANGUAGE sql
AS $function$
  select announce_notification(n, p_actor) from notifications n where n.tenant_id = p_tenant and n.id = p_transaction
$function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.answer_start(p_tenant text, p_actor json, p_input json)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
declare
  input record;
  payment payments;
begin
  select * into input
  from json_to_record(p_input) as i ("paymentId" uuid, reference text, detail jsonb, failure text, refusal json);
  select * into strict payment from payments p where p.tenant_id = p_tenant and p.id = input."paymentId";
  if payment.start_answer is not null then
    return payment.start_answer;
  end if;
  update payments p
  set provider_reference = coalesce(p.provider_reference, input.reference),
      detail = coalesce(input.detail, '{}') || p.detail, updated_at = clock_timestamp()
  where p.tenant_id = p_tenant and p.id = payment.id
  returning * into payment;
  if input.failure is not null and payment.status = 'pending' then
    payment := fail_payment(payment, input.failure, p_actor);
  end if;
  update payments p
  set start_answer = (
    select json_build_object(
      'answer', case
        when input.refusal is null or payment.status = 'succeeded' then payment_record(payment)
        else input.refusal
      end,
      'head', s.epoch || ':' || s.head
    )
    from streams s
    where s.tenant_id = p_tenant
  )
  where p.tenant_id = p_tenant and p.id = payment.id
  returning * into payment;
  return payment.start_answer;
end $function$
-- owner loyalty_engine; may be called by nobody else

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

CREATE OR REPLACE FUNCTION public.apply_adjustment(p_adjustment adjustments, p_actor json)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
declare
  applied constant json := apply_change(p_adjustment.tenant_id, p_actor, jsonb_build_object(
    'kind', 'adjust', 'customerId', p_adjustment.customer_id, 'programId', p_adjustment.program_id,
    'points', p_adjustment.points, 'reason', p_adjustment.reason
  ));
begin
  perform announce_transaction(p_adjustment.tenant_id, (applied ->> 'transactionId')::uuid, p_actor);
  return applied;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.apply_change(p_tenant text, p_actor json, p_change jsonb)
 RETURNS json
 LANGUAGE sql
AS $function$
  select coalesce(a.refusal::json, json_build_object('transactionId', a.transaction_id))
  from apply_changes(json_build_array(p_change || jsonb_build_object('tenant', p_tenant, 'actor', p_actor))) a
$function$
-- owner loyalty_engine; may be called by nobody else

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

CREATE OR REPLACE FUNCTION public.apply_refund(p_payment payments, p_refund payment_refunds, p_actor json)
 RETURNS payment_refunds
 LANGUAGE plpgsql
AS $function$
declare
  payment payments := p_payment;
  refund payment_refunds := p_refund;
  back record;
begin
  refund.payment_id := payment.id;
  if refund.currency <> payment.currency or refund.amount_minor > payment.amount_minor - payment.refunded_minor then
    refund.status := 'refused';
  else
    refund.status := 'applied';
    refund.applied_at := clock_timestamp();
    payment.refunded_minor := payment.refunded_minor + refund.amount_minor;
    select * into back from take_points_back(payment, p_actor);
    refund.points_taken := back.taken;
    refund.points_missing := back.missing;
    refund.transaction_id := back.transaction;
    update payments p
    set refunded_minor = payment.refunded_minor, points_reversed = p.points_reversed + back.taken,
        status = case when payment.refunded_minor = p.amount_minor then 'refunded' else 'succeeded' end,
        version = p.version + 1, updated_at = clock_timestamp()
    where p.tenant_id = payment.tenant_id and p.id = payment.id
    returning * into payment;
  end if;
  update payment_refunds r
  set payment_id = refund.payment_id, status = refund.status, applied_at = refund.applied_at,
      points_taken = refund.points_taken, points_missing = refund.points_missing, transaction_id = refund.transaction_id
  where r.tenant_id = refund.tenant_id and r.id = refund.id;
  if refund.status = 'applied' then
    perform announce_payment(payment, p_actor);
    perform settle_booking(payment.tenant_id, payment.booking_id, p_actor);
  end if;
  return refund;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.award_points(p payments, p_actor json, OUT points bigint, OUT transaction uuid)
 RETURNS record
 LANGUAGE plpgsql
AS $function$
declare
  program constant programs := find_program(p.tenant_id, p.program_id);
  home constant text := (select settings ->> 'currency' from tenants where id = p.tenant_id);
begin
  points := points_for_payment(p.amount_minor, p.currency, program.points_per_currency_unit);
  if p.customer_id is null or p.currency <> home or points is null or points = 0 then
    points := 0;
    return;
  end if;
  transaction := apply_change(p.tenant_id, p_actor, jsonb_build_object(
    'kind', 'payment', 'customerId', p.customer_id, 'programId', program.id, 'points', points
  )) ->> 'transactionId';
  if transaction is null then
    -- no card, or a programme that gives no points any more
    points := 0;
  else
    perform announce_transaction(p.tenant_id, transaction, p_actor);
  end if;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.booking_money(b bookings, OUT came_in bigint, OUT kept bigint)
 RETURNS record
 LANGUAGE sql
 STABLE
AS $function$
  select coalesce(sum(p.amount_minor), 0), coalesce(sum(p.amount_minor - p.refunded_minor), 0)
  from payments p
  where p.tenant_id = b.tenant_id and p.booking_id = b.id and p.status in ('succeeded', 'refunded')
$function$
-- owner of the database; may be called by loyalty_app, loyalty_engine

CREATE OR REPLACE FUNCTION public.booking_payment_status(b bookings)
 RETURNS text
 LANGUAGE sql
 STABLE
AS $function$
  select case
    when came_in = 0 then 'unpaid'
    when kept = 0 then 'refunded'
    when kept >= b.amount_minor then 'paid'
    else 'partly'
  end
  from booking_money(b)
$function$
-- owner of the database; may be called by loyalty_app, loyalty_engine

CREATE OR REPLACE FUNCTION public.booking_record(b bookings)
 RETURNS json
 LANGUAGE sql
 STABLE
AS $function$
  select json_build_object(
    'id', b.id, 'customerId', b.customer_id, 'customerPhone', m.phone, 'customerName', m.display_name,
    'status', b.status, 'paymentStatus', b.payment_status, 'startsAt', iso_time(b.starts_at),
    'amountMinor', b.amount_minor, 'paidMinor', (booking_money(b)).kept, 'currency', b.currency, 'note', b.note,
    'version', b.version, 'createdAt', iso_time(b.created_at)
  )
  from (select) one
  left join members m on m.tenant_id = b.tenant_id and m.customer_id = b.customer_id
$function$
-- owner of the database; may be called by loyalty_app, loyalty_engine

CREATE OR REPLACE FUNCTION public.bookings_added()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform count_booking(row(b.*)::bookings, 1) from added b;
  return null;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.bookings_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform count_booking(row(was.*)::bookings, -1), count_booking(row(now.*)::bookings, 1)
  from removed was
  join added now using (tenant_id, id)
  where (was.starts_at, was.status) is distinct from (now.starts_at, now.status);
  return null;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.cancel_enrolment(p_tenant text, p_actor json, p_input json)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
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
end $function$
-- owner loyalty_engine; may be called by nobody else

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

CREATE OR REPLACE FUNCTION public.change_booking(p_tenant text, p_actor json, p_input json)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
declare
  input constant jsonb := p_input;
  before bookings;
  booking bookings;
begin
  select * into before from bookings b where b.tenant_id = p_tenant and b.id = (input ->> 'bookingId')::uuid for update;
  if not found then
    return json_build_object('code', 'booking-not-found');
  elsif jsonb_typeof(input -> 'versions') = 'array' and not input -> 'versions' @> to_jsonb(before.version) then
    return json_build_object('code', 'version-mismatch', 'current', booking_record(before));
  end if;
  booking := before;
  booking.status := coalesce(input ->> 'status', before.status);
  booking.starts_at := coalesce((input ->> 'startsAt')::timestamptz, before.starts_at);
  booking.amount_minor := coalesce((input ->> 'amountMinor')::bigint, before.amount_minor);
  if input ? 'note' then
    booking.note := input ->> 'note';
  end if;
  if booking = before then
    return booking_record(before);
  end if;
  booking.payment_status := booking_payment_status(booking);
  update bookings b
  set status = booking.status, starts_at = booking.starts_at, amount_minor = booking.amount_minor, note = booking.note,
      payment_status = booking.payment_status, version = b.version + 1
  where b.tenant_id = p_tenant and b.id = before.id
  returning * into booking;
  perform announce_booking(booking, before, p_actor);
  return booking_record(booking);
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.claim_open_payments(p_limit integer, p_every_seconds double precision)
 RETURNS TABLE(tenant text, payment_id uuid, asks integer)
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  update open_payments o
  set asks = o.asks + 1,
      ask_at = clock_timestamp() + make_interval(
        secs => least(p_every_seconds * 2 ^ least(o.asks, 20), greatest(p_every_seconds, 3600)) * (0.8 + 0.4 * random())
      )
  where (o.tenant_id, o.payment_id) in (
    select due.tenant_id, due.payment_id
    from open_payments due
    where due.ask_at <= clock_timestamp()
    order by due.ask_at
    limit p_limit
    -- Lock: what another process is claiming is not waited for.
    for update skip locked
  )
  returning o.tenant_id, o.payment_id, o.asks
$function$
-- owner loyalty_engine; may be called by loyalty_app

CREATE OR REPLACE FUNCTION public.close_adjustment(p_adjustment adjustments, p_status text, p_transaction uuid, p_actor json)
 RETURNS adjustments
 LANGUAGE plpgsql
AS $function$
declare
  adjustment adjustments;
begin
  update adjustments
  set status = p_status, transaction_id = p_transaction, version = version + 1, decided_at = clock_timestamp()
  where tenant_id = p_adjustment.tenant_id and id = p_adjustment.id
  returning * into adjustment;
  perform announce_adjustment(adjustment, p_actor);
  return adjustment;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.close_enrolment(p_enrolment enrolments, p_status text, p_actor json)
 RETURNS enrolments
 LANGUAGE plpgsql
AS $function$
declare
  enrolment enrolments;
begin
  update enrolments
  set status = p_status, version = version + 1, decided_at = clock_timestamp()
  where tenant_id = p_enrolment.tenant_id and id = p_enrolment.id
  returning * into enrolment;
  perform announce_enrolment(enrolment, p_enrolment.status, p_actor);
  return enrolment;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.count_booking(b bookings, p_sign integer)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  starts constant date := b.starts_at at time zone tenant_time_zone(b.tenant_id);
begin
  insert into booking_days as kept values (b.tenant_id, starts, b.status, p_sign)
  on conflict (tenant_id, day, status) do update set bookings = kept.bookings + excluded.bookings;
  delete from booking_days d
  where d.tenant_id = b.tenant_id and d.day = starts and d.status = b.status and d.bookings = 0;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.count_client_day(p_tenant text, p_customer uuid, p_day date, p_days integer)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  before constant date := coalesce((
    select max(d.day) from client_days d where d.tenant_id = p_tenant and d.customer_id = p_customer and d.day < p_day
  ), '-infinity');
  after constant date := coalesce((
    select min(d.day) from client_days d where d.tenant_id = p_tenant and d.customer_id = p_customer and d.day > p_day
  ), 'infinity');
begin
  perform count_return(p_tenant, p_day, before, p_days);
  perform count_return(p_tenant, after, p_day, p_days);
  -- Who paid on no other day has nothing between.
  if isfinite(before) or isfinite(after) then
    perform count_return(p_tenant, after, before, -p_days);
  end if;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.count_entries()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  with moved as (
    select
      made.tenant_id, made.points,
      made.created_at at time zone (
        select coalesce(settings ->> 'timeZone', 'UTC') from tenants where id = made.tenant_id
      ) as at,
      'redeem' = coalesce(
        (select e.type from entries e where e.tenant_id = made.tenant_id and e.id = made.reverses), made.type
      ) as is_spending
    from made
  ), hourly as (
    insert into activity_hours as kept (tenant_id, day, hour, entries, issued, redeemed)
    select
      tenant_id, at::date, extract(hour from at), count(*),
      coalesce(sum(points) filter (where not is_spending), 0), coalesce(-sum(points) filter (where is_spending), 0)
    from moved
    group by 1, 2, 3
    on conflict (tenant_id, day, hour) do update
    set entries = kept.entries + excluded.entries, issued = kept.issued + excluded.issued,
        redeemed = kept.redeemed + excluded.redeemed
  )
  insert into points_totals as kept (tenant_id, outstanding)
  select tenant_id, sum(points) from moved group by tenant_id
  on conflict (tenant_id) do update set outstanding = kept.outstanding + excluded.outstanding;
  return null;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.count_money(p_tenant text, p_at timestamp with time zone, p_currency text, p_provider text, p_payments integer, p_received bigint, p_refunds integer, p_refunded bigint)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  local constant timestamp := p_at at time zone tenant_time_zone(p_tenant);
begin
  insert into revenue_days as kept
  values (p_tenant, local::date, p_currency, p_provider, p_payments, p_received, p_refunds, p_refunded)
  on conflict (tenant_id, day, currency, provider) do update
  set payments = kept.payments + excluded.payments, received_minor = kept.received_minor + excluded.received_minor,
      refunds = kept.refunds + excluded.refunds, refunded_minor = kept.refunded_minor + excluded.refunded_minor;
  insert into revenue_hours as kept
  values (p_tenant, local::date, extract(hour from local), p_currency, p_payments, p_received, p_refunded)
  on conflict (tenant_id, day, hour, currency) do update
  set payments = kept.payments + excluded.payments, received_minor = kept.received_minor + excluded.received_minor,
      refunded_minor = kept.refunded_minor + excluded.refunded_minor;
  if p_payments <> 0 then
    insert into activity_hours as kept
    values (p_tenant, local::date, extract(hour from local), 0, 0, 0, p_payments)
    on conflict (tenant_id, day, hour) do update set payments = kept.payments + excluded.payments;
  end if;
  -- A row of nothing is no row.
  if p_payments < 0 then
    delete from revenue_days d
    where d.tenant_id = p_tenant and d.day = local::date and d.currency = p_currency and d.provider = p_provider
      and d.payments = 0 and d.refunds = 0;
    delete from revenue_hours h
    where h.tenant_id = p_tenant and h.day = local::date and h.hour = extract(hour from local)::smallint
      and h.currency = p_currency and h.payments = 0 and h.refunded_minor = 0;
    delete from activity_hours h
    where h.tenant_id = p_tenant and h.day = local::date and h.hour = extract(hour from local)::smallint
      and h.entries = 0 and h.payments = 0;
  end if;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.count_payment(p payments, p_sign integer)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  today constant date := p.paid_at at time zone tenant_time_zone(p.tenant_id);
  held bigint;
begin
  perform count_money(p.tenant_id, p.paid_at, p.currency, p.provider, p_sign, p_sign * p.amount_minor, 0, 0);
  if p.customer_id is null then
    return;
  end if;
  insert into client_days as kept values (p.tenant_id, p.customer_id, today, p_sign)
  on conflict (tenant_id, customer_id, day) do update set payments = kept.payments + excluded.payments
  returning kept.payments into held;
  if held = 0 then
    delete from client_days d where d.tenant_id = p.tenant_id and d.customer_id = p.customer_id and d.day = today;
  end if;
  if held = greatest(p_sign, 0) then
    perform count_client_day(p.tenant_id, p.customer_id, today, p_sign);
  end if;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.count_refusals(p_counts json)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  insert into callback_refusals as known (tenant_id, provider, day, reason, times, last_at)
  select c.tenant, c.provider, (c."lastAt" at time zone 'UTC')::date, c.reason, c.times, c."lastAt"
  from json_to_recordset(p_counts) as c (tenant text, provider text, reason text, times bigint, "lastAt" timestamptz)
  join tenants t on t.id = c.tenant
  order by 1, 3, 2, 4
  on conflict (tenant_id, day, provider, reason) do update
  set times = known.times + excluded.times, last_at = greatest(known.last_at, excluded.last_at)
$function$
-- owner loyalty_engine; may be called by loyalty_app

CREATE OR REPLACE FUNCTION public.count_return(p_tenant text, p_day date, p_previous date, p_clients integer)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  if p_clients > 0 then
    insert into client_returns as kept values (p_tenant, p_day, p_previous, p_clients)
    on conflict (tenant_id, day, previous_day) do update set clients = kept.clients + excluded.clients;
  else
    delete from client_returns r
    where r.tenant_id = p_tenant and r.day = p_day and r.previous_day = p_previous and r.clients = -p_clients;
    if not found then
      update client_returns r set clients = r.clients + p_clients
      where r.tenant_id = p_tenant and r.day = p_day and r.previous_day = p_previous;
    end if;
  end if;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.count_settings_version()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  new.version := old.version + 1;
  return new;
end $function$
-- owner of the database; may be called by nobody else

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

CREATE OR REPLACE FUNCTION public.decide(p_customer uuid, p_notification uuid, p_accept boolean, p_actor json, OUT outcome text, OUT answer json, OUT head text, OUT events json)
 RETURNS record
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  tenant text;
begin
  select n.tenant_id into tenant from notifications n where n.customer_id = p_customer and n.id = p_notification;
  if not found then
    outcome := 'refused';
    answer := json_build_object('code', 'notification-not-found');
    events := '[]';
    return;
  end if;
  select e.* into outcome, answer, head, events
  from engage('decide_notification', tenant, p_actor, null, null, json_build_object(
    'customerId', p_customer, 'notificationId', p_notification, 'accept', p_accept
  )) e;
end $function$
-- owner loyalty_engine; may be called by loyalty_app

CREATE OR REPLACE FUNCTION public.decide_adjustment(p_tenant text, p_actor json, p_input json)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
declare
  accepts constant boolean := p_input ->> 'accept';
  system constant json := '{"type":"system","id":"expiry","name":null}';
  adjustment adjustments;
  applied json;
begin
  select * into adjustment
  from adjustments a
  where a.tenant_id = p_tenant and a.id = (p_input ->> 'adjustmentId')::uuid
  for update;
  if not found then
    return json_build_object('code', 'nothing-to-decide', 'kind', 'adjustment_request');
  elsif adjustment.status = 'pending' and adjustment.expires_at <= clock_timestamp() then
    adjustment := close_adjustment(adjustment, 'expired', null, system);
  end if;
  if adjustment.status = 'expired' then
    return json_build_object('code', 'adjustment-expired', 'current', adjustment_record(adjustment));
  elsif adjustment.status <> 'pending' then
    if adjustment.status <> (case when accepts then 'approved' else 'declined' end) then
      return json_build_object('code', 'already-decided', 'current', adjustment_record(adjustment));
    end if;
  elsif accepts then
    applied := apply_adjustment(adjustment, p_actor);
    if applied ->> 'code' is not null then
      return applied;
    end if;
    adjustment := close_adjustment(adjustment, 'approved', (applied ->> 'transactionId')::uuid, p_actor);
  else
    adjustment := close_adjustment(adjustment, 'declined', null, p_actor);
  end if;
  return adjustment_record(adjustment);
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.decide_enrolment(p_tenant text, p_actor json, p_input json)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
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
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.decide_notification(p_tenant text, p_actor json, p_input json)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
declare
  notification notifications;
begin
  update notifications n
  set read_at = coalesce(n.read_at, clock_timestamp())
  where n.tenant_id = p_tenant
    and n.id = (p_input ->> 'notificationId')::uuid
    and n.customer_id = (p_input ->> 'customerId')::uuid
  returning * into notification;
  return case notification.kind
    when 'enrolment_request' then decide_enrolment(p_tenant, p_actor, json_build_object(
      'enrolmentId', notification.enrolment_id, 'accept', p_input -> 'accept'
    ))
    when 'adjustment_request' then decide_adjustment(p_tenant, p_actor, json_build_object(
      'adjustmentId', notification.adjustment_id, 'accept', p_input -> 'accept'
    ))
    else json_build_object('code', 'nothing-to-decide', 'kind', notification.kind)
  end;
end $function$
-- owner loyalty_engine; may be called by nobody else

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

CREATE OR REPLACE FUNCTION public.engage(p_operation text, p_tenant text, p_actor json, p_key text, p_hash text, p_input json, OUT outcome text, OUT answer json, OUT head text, OUT events json)
 RETURNS record
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  known idempotency_keys;
  before streams;
begin
  -- Lock: from here on nobody else writes to this tenant's stream, moves its points or decides anything in it.
  perform lock_streams(array[p_tenant]);
  events := '[]';
  select * into before from streams where tenant_id = p_tenant;
  if not found then
    outcome := 'refused';
    answer := json_build_object('code', 'tenant-not-found');
    return;
  end if;

  select * into known
  from idempotency_keys k
  where k.tenant_id = p_tenant and k.actor_id = p_actor ->> 'id' and k.key = p_key;
  if known.request_hash <> decode(p_hash, 'hex') or exists (
    select from entries e
    where e.tenant_id = p_tenant and e.actor_id = p_actor ->> 'id' and e.idempotency_key = p_key
  ) then
    outcome := 'key-reused';
    return;
  elsif known.key is not null then
    outcome := case when known.refusal ->> 'code' is null then 'replayed' else 'refused-again' end;
    answer := coalesce(known.refusal -> 'answer', known.refusal);
    head := known.refusal ->> 'head';
    return;
  end if;

  answer := perform_operation(p_operation, p_tenant, p_actor, p_input);
  outcome := case when answer ->> 'code' is null then 'applied' else 'refused' end;
  select s.epoch || ':' || s.head into head from streams s where s.tenant_id = p_tenant;
  if p_key is not null then
    insert into idempotency_keys (tenant_id, actor_id, key, request_hash, refusal, created_at)
    values (
      p_tenant, p_actor ->> 'id', p_key, decode(p_hash, 'hex'),
      case outcome when 'refused' then answer else json_build_object('answer', answer, 'head', head) end,
      clock_timestamp()
    );
  end if;
  select coalesce(json_agg(
    json_build_object(
      'tenant_id', e.tenant_id, 'epoch', e.epoch, 'seq', e.seq, 'id', e.id, 'type', e.type, 'version', e.version,
      'actor', e.actor::text, 'data', e.data::text, 'created_at', iso_time(e.created_at)
    )
    order by e.seq
  ), '[]') into events
  from events e
  where e.tenant_id = p_tenant and e.seq > before.head;
end $function$
-- owner loyalty_engine; may be called by loyalty_app

CREATE OR REPLACE FUNCTION public.enrolment_changed_by_hand()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.enrolment_record(e enrolments)
 RETURNS json
 LANGUAGE sql
 STABLE
AS $function$
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
$function$
-- owner of the database; may be called by loyalty_app, loyalty_engine

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

CREATE OR REPLACE FUNCTION public.expire_adjustments(p_tenant text, p_actor json)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
declare
  adjustment adjustments;
  expired int := 0;
begin
  for adjustment in
    select * from adjustments a
    where a.tenant_id = p_tenant and a.status = 'pending' and a.expires_at <= clock_timestamp()
    order by a.id
    for update
  loop
    perform close_adjustment(adjustment, 'expired', null, p_actor);
    expired := expired + 1;
  end loop;
  return json_build_object('expired', expired);
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.fail_payment(p_payment payments, p_failure text, p_actor json)
 RETURNS payments
 LANGUAGE plpgsql
AS $function$
declare
  payment payments;
begin
  update payments p
  set status = 'failed', failure = left(p_failure, 500), detail = p_payment.detail,
      provider_reference = p_payment.provider_reference, version = p.version + 1, updated_at = clock_timestamp()
  where p.tenant_id = p_payment.tenant_id and p.id = p_payment.id
  returning * into payment;
  delete from open_payments o where o.tenant_id = payment.tenant_id and o.payment_id = payment.id;
  perform announce_payment(payment, p_actor);
  return payment;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.find_card(p_tenant text, p_customer uuid, p_program uuid)
 RETURNS cards
 LANGUAGE sql
 STABLE
AS $function$
  select c from cards c where c.tenant_id = p_tenant and c.customer_id = p_customer and c.program_id = p_program
$function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.find_payer(p_tenant text, p_customer uuid, p_booking uuid, p_phone text)
 RETURNS uuid
 LANGUAGE sql
 STABLE
AS $function$
  select coalesce(
    (select m.customer_id from members m where m.tenant_id = p_tenant and m.customer_id = p_customer),
    (select b.customer_id from bookings b where b.tenant_id = p_tenant and b.id = p_booking),
    (select m.customer_id from members m where m.tenant_id = p_tenant and m.phone = p_phone)
  )
$function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.find_program(p_tenant text, p_program uuid)
 RETURNS programs
 LANGUAGE sql
 STABLE
AS $function$
  select p from programs p
  where p.tenant_id = p_tenant and (p.id = p_program or (p_program is null and p.is_default))
$function$
-- owner loyalty_engine; may be called by nobody else

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

CREATE OR REPLACE FUNCTION public.forget_callbacks(p_keep_days integer)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  delete from provider_callbacks where received_at < now() - make_interval(days => p_keep_days);
  delete from callback_refusals where day < current_date - p_keep_days;
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

CREATE OR REPLACE FUNCTION public.forget_notifications(p_read_days integer, p_days integer, p_batch integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  forgotten int;
  more int;
begin
  delete from notifications
  where ctid = any (array(
    select n.ctid
    from notifications n
    where n.read_at < now() - make_interval(days => p_read_days) and not is_open(n)
    limit p_batch
    for update skip locked
  ));
  get diagnostics forgotten = row_count;
  delete from notifications
  where ctid = any (array(
    select n.ctid
    from notifications n
    where n.created_at < now() - make_interval(days => p_days) and not is_open(n)
    limit p_batch
    for update skip locked
  ));
  get diagnostics more = row_count;
  return greatest(forgotten, more);
end $function$
-- owner loyalty_engine; may be called by loyalty_app

CREATE OR REPLACE FUNCTION public.is_open(n notifications)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  select exists (
    select from enrolments e where e.tenant_id = n.tenant_id and e.id = n.enrolment_id and e.status = 'pending'
  ) or exists (
    select from adjustments a where a.tenant_id = n.tenant_id and a.id = n.adjustment_id and a.status = 'pending'
  )
$function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.is_time_zone(p_name text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  perform now() at time zone p_name;
  return true;
exception
  when invalid_parameter_value then return false;
end $function$
-- owner of the database; may be called by loyalty_app, loyalty_engine

CREATE OR REPLACE FUNCTION public.iso_time(at timestamp with time zone)
 RETURNS text
 LANGUAGE sql
 STABLE
AS $function$ select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $function$
-- owner of the database; may be called by loyalty_app, loyalty_engine, loyalty_customer

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

CREATE OR REPLACE FUNCTION public.make_booking(p_tenant text, p_actor json, p_input json)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
declare
  input record;
  member members;
  booking bookings;
begin
  select * into input
  from json_to_record(p_input) as i (
    "customerId" uuid, phone text, "startsAt" timestamptz, "amountMinor" bigint, currency text, note text
  );
  select * into member
  from members m
  where m.tenant_id = p_tenant and (m.customer_id = input."customerId" or m.phone = input.phone);
  if member.customer_id is null and (input."customerId" is not null or input.phone is not null) then
    return json_build_object('code', 'customer-not-found');
  end if;
  insert into bookings (tenant_id, id, customer_id, starts_at, amount_minor, currency, note, created_at)
  select
    p_tenant, uuid_v7(clock_timestamp(), 0), member.customer_id, input."startsAt", input."amountMinor",
    coalesce(input.currency, t.settings ->> 'currency'), input.note, clock_timestamp()
  from tenants t
  where t.id = p_tenant
  returning * into booking;
  perform announce_booking(booking, null, p_actor);
  return booking_record(booking);
end $function$
-- owner loyalty_engine; may be called by nobody else

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

CREATE OR REPLACE FUNCTION public.minor_units(p_currency text)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case
    when p_currency in (
      'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'
    ) then 1
    when p_currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 1000
    when p_currency in ('CLF', 'UYW') then 10000
    else 100
  end
$function$
-- owner of the database; may be called by loyalty_app, loyalty_engine

CREATE OR REPLACE FUNCTION public.new_payment(p_tenant text, p_provider text, p_reference text, p_amount_minor bigint, p_currency text, p_customer uuid, p_booking uuid, p_actor json, p_id uuid DEFAULT uuid_v7(clock_timestamp(), (0)::bigint), p_detail jsonb DEFAULT '{}'::jsonb, p_program uuid DEFAULT NULL::uuid, p_note text DEFAULT NULL::text)
 RETURNS payments
 LANGUAGE sql
AS $function$
  insert into payments (
    tenant_id, id, provider, provider_reference, detail, amount_minor, currency, status, customer_id, booking_id, program_id,
    note, created_at, updated_at, actor_type, actor_id, actor_name
  )
  values (
    p_tenant, p_id, p_provider, p_reference, p_detail, p_amount_minor, p_currency, 'pending', p_customer, p_booking, p_program,
    p_note, clock_timestamp(), clock_timestamp(), p_actor ->> 'type', p_actor ->> 'id', p_actor ->> 'name'
  )
  returning *
$function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.notification_made_by_hand()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform announce_notification(new, row_to_json(sql_actor()));
  return null;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.notify_customer(p_tenant text, p_customer uuid, p_kind text, p_program uuid, p_actor json, p_enrolment uuid DEFAULT NULL::uuid, p_adjustment uuid DEFAULT NULL::uuid, p_points bigint DEFAULT NULL::bigint, p_expires_at timestamp with time zone DEFAULT NULL::timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.open_enrolment(p_tenant text, p_actor json, p_customer uuid, p_program uuid, p_method text)
 RETURNS enrolments
 LANGUAGE plpgsql
AS $function$
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
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.open_payment(p_tenant text, p_actor json, p_input json)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
declare
  input record;
  refusal constant json := refuse_payment(p_tenant, p_input);
  payment payments;
begin
  if refusal is not null then
    return refusal;
  elsif not (p_input ->> 'configured')::boolean then
    return json_build_object('code', 'provider-not-configured');
  end if;
  select * into input
  from json_to_record(p_input) as i (
    provider text, "paymentId" uuid, reference text, "amountMinor" bigint, currency text, "customerId" uuid, phone text,
    "bookingId" uuid, "programId" uuid, detail jsonb, note text, "askInSeconds" int
  );
  payment := new_payment(
    p_tenant, input.provider, input.reference, input."amountMinor", input.currency,
    find_payer(p_tenant, input."customerId", input."bookingId", input.phone), input."bookingId", p_actor,
    p_id => input."paymentId", p_detail => coalesce(input.detail, '{}'), p_program => input."programId",
    p_note => input.note
  );
  insert into open_payments (tenant_id, payment_id, ask_at)
  values (p_tenant, payment.id, clock_timestamp() + make_interval(secs => input."askInSeconds"));
  perform announce_payment(payment, p_actor);
  return payment_record(payment);
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.open_payment_totals(OUT payments bigint, OUT oldest_seconds double precision)
 RETURNS record
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select count(*), coalesce(max(extract(epoch from clock_timestamp() - p.created_at)), 0)::double precision
  from open_payments o
  join payments p on p.tenant_id = o.tenant_id and p.id = o.payment_id
$function$
-- owner loyalty_engine; may be called by loyalty_app

CREATE OR REPLACE FUNCTION public.pay_in(p_payment payments, p_paid_at timestamp with time zone, p_actor json)
 RETURNS payments
 LANGUAGE plpgsql
AS $function$
declare
  payment payments := p_payment;
  award record;
  refund payment_refunds;
begin
  select * into award from award_points(payment, p_actor);
  update payments p
  set status = 'succeeded', failure = null, paid_at = coalesce(p_paid_at, clock_timestamp()),
      customer_id = payment.customer_id, detail = payment.detail, provider_reference = payment.provider_reference,
      points_awarded = award.points, transaction_id = award.transaction, version = p.version + 1,
      updated_at = clock_timestamp()
  where p.tenant_id = payment.tenant_id and p.id = payment.id
  returning * into payment;
  delete from open_payments o where o.tenant_id = payment.tenant_id and o.payment_id = payment.id;
  perform announce_payment(payment, p_actor);
  perform settle_booking(payment.tenant_id, payment.booking_id, p_actor);
  for refund in
    select * from payment_refunds r
    where r.tenant_id = payment.tenant_id and r.provider = payment.provider
      and r.provider_reference = payment.provider_reference and r.status = 'waiting'
    order by r.id
  loop
    perform apply_refund(payment, refund, p_actor);
    update provider_callbacks c
    set payment_id = payment.id
    where c.tenant_id = payment.tenant_id and c.outcome = 'waiting' and c.answer ->> 'refundId' = refund.id::text;
    select * into payment from payments p where p.tenant_id = payment.tenant_id and p.id = payment.id;
  end loop;
  return payment;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.payment_record(p payments)
 RETURNS json
 LANGUAGE sql
 STABLE
AS $function$
  select json_build_object(
    'id', p.id, 'provider', p.provider, 'providerReference', p.provider_reference, 'detail', p.detail,
    'amountMinor', p.amount_minor, 'currency', p.currency, 'refundedMinor', p.refunded_minor, 'status', p.status,
    'failure', p.failure, 'customerId', p.customer_id, 'customerPhone', m.phone, 'customerName', m.display_name,
    'bookingId', p.booking_id, 'programId', p.program_id, 'pointsAwarded', p.points_awarded,
    'pointsReversed', p.points_reversed, 'transactionId', p.transaction_id, 'note', p.note, 'version', p.version,
    'actor', json_build_object('type', p.actor_type, 'id', p.actor_id, 'name', p.actor_name),
    'paidAt', iso_time(p.paid_at), 'createdAt', iso_time(p.created_at), 'updatedAt', iso_time(p.updated_at)
  )
  from (select) one
  left join members m on m.tenant_id = p.tenant_id and m.customer_id = p.customer_id
$function$
-- owner of the database; may be called by loyalty_app, loyalty_engine

CREATE OR REPLACE FUNCTION public.payments_added()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform count_payment(row(p.*)::payments, 1) from added p where p.paid_at is not null;
  return null;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.payments_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  change record;
begin
  for change in
    select row(was.*)::payments as was, row(now.*)::payments as now
    from removed was
    join added now using (tenant_id, id)
    where (was.paid_at, was.amount_minor, was.currency, was.provider, was.customer_id)
      is distinct from (now.paid_at, now.amount_minor, now.currency, now.provider, now.customer_id)
  loop
    if (change.was).paid_at is not null then
      perform count_payment(change.was, -1);
    end if;
    if (change.now).paid_at is not null then
      perform count_payment(change.now, 1);
    end if;
  end loop;
  return null;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.perform_operation(p_operation text, p_tenant text, p_actor json, p_input json)
 RETURNS json
 LANGUAGE sql
AS $function$
  select case p_operation
    when 'scan_customer' then scan_customer(p_tenant, p_actor, p_input)
    when 'request_enrolment' then request_enrolment(p_tenant, p_actor, p_input)
    when 'cancel_enrolment' then cancel_enrolment(p_tenant, p_actor, p_input)
    when 'propose_adjustment' then propose_adjustment(p_tenant, p_actor, p_input)
    when 'decide_notification' then decide_notification(p_tenant, p_actor, p_input)
    when 'expire_adjustments' then expire_adjustments(p_tenant, p_actor)
    when 'record_payment' then record_payment(p_tenant, p_actor, p_input)
    when 'refund_payment' then refund_payment(p_tenant, p_actor, p_input)
    when 'open_payment' then open_payment(p_tenant, p_actor, p_input)
    when 'answer_start' then answer_start(p_tenant, p_actor, p_input)
    when 'settle_payment' then settle_payment(p_tenant, p_actor, p_input)
    when 'settle_fact' then settle_fact(p_tenant, p_actor, p_input)
    when 'make_booking' then make_booking(p_tenant, p_actor, p_input)
    when 'change_booking' then change_booking(p_tenant, p_actor, p_input)
  end
$function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.points_for_payment(p_amount_minor bigint, p_currency text, p_per_unit numeric)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$ select least(floor(p_amount_minor * p_per_unit / minor_units(p_currency)), 1000000)::bigint $function$
-- owner of the database; may be called by loyalty_app, loyalty_engine

CREATE OR REPLACE FUNCTION public.points_kept(p_awarded bigint, p_amount_minor bigint, p_refunded_minor bigint)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$ select floor(p_awarded::numeric * (p_amount_minor - p_refunded_minor) / p_amount_minor)::bigint $function$
-- owner of the database; may be called by loyalty_app, loyalty_engine

CREATE OR REPLACE FUNCTION public.propose_adjustment(p_tenant text, p_actor json, p_input json)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
declare
  input record;
  program programs;
  card cards;
  adjustment adjustments;
  applied json;
begin
  select * into input
  from json_to_record(p_input) as i ("customerId" uuid, "programId" uuid, points bigint, reason text);
  program := find_program(p_tenant, input."programId");
  card := find_card(p_tenant, input."customerId", program.id);
  adjustment := row(
    p_tenant, uuid_v7(clock_timestamp(), 0), input."customerId", program.id, input.points, input.reason, 'pending', null, 1,
    p_actor ->> 'type', p_actor ->> 'id', p_actor ->> 'name', clock_timestamp(), clock_timestamp() + interval '7 days', null
  )::adjustments;
  case
    when not exists (select from members m where m.tenant_id = p_tenant and m.customer_id = input."customerId") then
      return json_build_object('code', 'customer-not-found');
    when program.id is null then
      return json_build_object('code', 'program-not-found');
    when card.id is null then
      return json_build_object('code', 'card-not-found');
    when (select (settings ->> 'adjustmentsNeedApproval')::boolean from tenants where id = p_tenant) then
      insert into adjustments select adjustment.*;
      perform announce_adjustment(adjustment, p_actor);
      perform notify_customer(
        p_tenant, adjustment.customer_id, 'adjustment_request', program.id, p_actor,
        p_adjustment => adjustment.id, p_points => adjustment.points, p_expires_at => adjustment.expires_at
      );
    else
      applied := apply_adjustment(adjustment, p_actor);
      if applied ->> 'code' is not null then
        return applied;
      end if;
      adjustment.status := 'approved';
      adjustment.transaction_id := applied ->> 'transactionId';
      adjustment.expires_at := null;
      adjustment.decided_at := adjustment.created_at;
      insert into adjustments select adjustment.*;
      perform announce_adjustment(adjustment, p_actor);
  end case;
  return adjustment_record(adjustment);
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.put_customer_code(p_phone text, p_code_hash bytea, p_expires_at timestamp with time zone, p_hourly_max integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
end $function$
-- owner loyalty_engine; may be called by loyalty_app

CREATE OR REPLACE FUNCTION public.rebuild_dashboard(p_tenant text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  name text;
begin
  -- Lock: what is written meanwhile counts once, by its own trigger, after this.
  perform lock_streams(array[p_tenant]);
  foreach name in array array[
    'activity_hours', 'points_totals', 'revenue_days', 'revenue_hours', 'client_days', 'client_returns', 'booking_days'
  ] loop
    execute format('delete from %I where tenant_id = $1', name) using p_tenant;
    execute format('insert into %I select * from %I where tenant_id = $1', name, 'recounted_' || name) using p_tenant;
  end loop;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.receive_callback(p_tenant text, p_actor json, p_callback json, p_raw bytea, OUT outcome text, OUT answer json, OUT head text, OUT events json)
 RETURNS record
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
#variable_conflict use_variable
declare
  provider constant text := p_callback ->> 'provider';
  key constant text := p_callback ->> 'key';
  refused_key constant text := key || '#' || (p_callback ->> 'digest');
  known provider_callbacks;
  payment uuid;
  kept constant int := 20;
begin
  for attempt in 1..2 loop
    select * into known
    from provider_callbacks c
    where c.tenant_id = p_tenant and c.provider = provider and c.event_key in (key, refused_key);
    if found then
      outcome := case known.outcome when 'refused' then 'refused-again' else 'replayed' end;
      answer := known.answer;
      events := '[]';
      return;
    end if;
    -- Lock, then look again: of many at once the first does it.
    if attempt = 1 then
      perform lock_streams(array[p_tenant]);
    end if;
  end loop;

  select e.* into outcome, answer, head, events
  from engage('settle_fact', p_tenant, p_actor, null, null, p_callback) e;
  payment := answer ->> 'paymentId';
  if outcome = 'refused' and (
    payment is null
    or (select count(*) from provider_callbacks c where c.tenant_id = p_tenant and c.payment_id = payment and c.outcome = 'refused') >= kept
  ) then
    return;
  end if;
  insert into provider_callbacks (tenant_id, id, provider, event_key, digest, raw, outcome, answer, payment_id, received_at)
  values (
    p_tenant, uuid_v7(clock_timestamp(), 0), provider, case outcome when 'refused' then refused_key else key end,
    decode(p_callback ->> 'digest', 'hex'), p_raw, case outcome when 'refused' then 'refused' else answer ->> 'outcome' end,
    answer, payment, clock_timestamp()
  );
end $function$
-- owner loyalty_engine; may be called by loyalty_app

CREATE OR REPLACE FUNCTION public.record_payment(p_tenant text, p_actor json, p_input json)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
declare
  input record;
  refusal constant json := refuse_payment(p_tenant, p_input);
  payment payments;
begin
  if refusal is not null then
    return refusal;
  end if;
  select * into input
  from json_to_record(p_input) as i (
    provider text, "amountMinor" bigint, currency text, "customerId" uuid, phone text, "bookingId" uuid, "programId" uuid,
    reference text, detail jsonb, note text, "paidAt" timestamptz
  );
  payment := new_payment(
    p_tenant, input.provider, input.reference, input."amountMinor", input.currency,
    find_payer(p_tenant, input."customerId", input."bookingId", input.phone), input."bookingId", p_actor,
    p_detail => coalesce(input.detail, '{}'), p_program => input."programId", p_note => input.note
  );
  return payment_record(pay_in(payment, input."paidAt", p_actor));
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.refresh_customer_dashboard(p_customer uuid)
 RETURNS json
 LANGUAGE sql
 STABLE
AS $function$
  select json_build_object(
    'customerId', p_customer,
    'totals', (
      select json_build_object(
        'balance', coalesce(sum(balance), 0), 'earned', coalesce(sum(earned), 0), 'redeemed', coalesce(sum(redeemed), 0)
      )
      from cards where customer_id = p_customer
    ),
    'cards', (
      select coalesce(json_agg(
        json_build_object(
          'id', c.id, 'tenant', c.tenant_id, 'tenantName', t.name, 'programId', c.program_id, 'programName', p.name,
          'balance', c.balance, 'earned', c.earned, 'redeemed', c.redeemed, 'version', c.version,
          'updatedAt', iso_time(c.updated_at)
        )
        order by c.updated_at desc, c.id
      ), '[]')
      from cards c
      join tenants t on t.id = c.tenant_id
      join programs p on p.tenant_id = c.tenant_id and p.id = c.program_id
      where c.customer_id = p_customer
    ),
    'unread', (select count(*) from notifications where customer_id = p_customer and read_at is null),
    'requests', (
      select coalesce(json_agg(json_build_object('id', n.id, 'tenant', n.tenant_id, 'kind', n.kind) order by n.id desc), '[]')
      from notifications n
      where n.customer_id = p_customer
        and (
          exists (select from enrolments e where e.tenant_id = n.tenant_id and e.id = n.enrolment_id and e.status = 'pending')
          or exists (select from adjustments a where a.tenant_id = n.tenant_id and a.id = n.adjustment_id and a.status = 'pending')
        )
    ),
    'transactions', (
      select coalesce(json_agg(
        json_build_object('id', id, 'tenant', tenant_id, 'type', type, 'points', points, 'balanceAfter', balance_after)
        order by id desc
      ), '[]')
      from (
        select e.id, e.tenant_id, e.type, e.points, e.balance_after
        from members m
        join entries e on e.tenant_id = m.tenant_id and e.customer_id = m.customer_id
        where m.customer_id = p_customer
        order by e.id desc
        limit 10
      ) newest
    )
  )
$function$
-- owner of the database; may be called by loyalty_app, loyalty_engine, loyalty_customer

CREATE OR REPLACE FUNCTION public.refund_payment(p_tenant text, p_actor json, p_input json)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
declare
  input record;
  payment payments;
  refund payment_refunds;
  remaining bigint;
begin
  select * into input from json_to_record(p_input) as i ("paymentId" uuid, "amountMinor" bigint, reason text);
  select * into payment from payments p where p.tenant_id = p_tenant and p.id = input."paymentId";
  remaining := payment.amount_minor - payment.refunded_minor;
  case
    when payment.id is null then
      return json_build_object('code', 'payment-not-found');
    when payment.provider = 'paystack' or payment.status <> 'succeeded' then
      return json_build_object(
        'code', 'payment-not-refundable', 'provider', payment.provider, 'status', payment.status
      );
    when input."amountMinor" > remaining then
      return json_build_object('code', 'refund-too-large', 'availableMinor', remaining, 'currency', payment.currency);
    else
      insert into payment_refunds (
        tenant_id, id, provider, refund_key, payment_id, status, amount_minor, currency, reason, actor_type, actor_id,
        actor_name, created_at
      )
      select
        p_tenant, id, payment.provider, id, payment.id, 'waiting', coalesce(input."amountMinor", remaining), payment.currency,
        input.reason, p_actor ->> 'type', p_actor ->> 'id', p_actor ->> 'name', clock_timestamp()
      from uuid_v7(clock_timestamp(), 0) id
      returning * into refund;
      refund := apply_refund(payment, refund, p_actor);
      select * into payment from payments p where p.tenant_id = p_tenant and p.id = payment.id;
      return (payment_record(payment)::jsonb || jsonb_build_object('refund', refund_record(refund)))::json;
  end case;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.refund_record(r payment_refunds)
 RETURNS json
 LANGUAGE sql
 STABLE
AS $function$
  select json_build_object(
    'id', r.id, 'status', r.status, 'amountMinor', r.amount_minor, 'currency', r.currency, 'reason', r.reason,
    'pointsTaken', r.points_taken, 'pointsMissing', r.points_missing, 'transactionId', r.transaction_id,
    'actor', json_build_object('type', r.actor_type, 'id', r.actor_id, 'name', r.actor_name),
    'createdAt', iso_time(r.created_at), 'appliedAt', iso_time(r.applied_at)
  )
$function$
-- owner of the database; may be called by loyalty_app, loyalty_engine

CREATE OR REPLACE FUNCTION public.refunds_added()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform count_money(r.tenant_id, r.applied_at, r.currency, r.provider, 0, 0, 1, r.amount_minor)
  from added r
  where r.status = 'applied';
  return null;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.refunds_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform count_money(now.tenant_id, now.applied_at, now.currency, now.provider, 0, 0, 1, now.amount_minor)
  from removed was
  join added now using (tenant_id, id)
  where now.status = 'applied' and was.status <> 'applied';
  return null;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only: write a correcting entry instead', tg_table_name using errcode = 'restrict_violation';
end $function$
-- owner of the database; may be called by nobody else

CREATE OR REPLACE FUNCTION public.refuse_payment(p_tenant text, p_input json)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
declare
  input record;
  booking bookings;
  known payments;
begin
  select * into input
  from json_to_record(p_input) as i (
    "customerId" uuid, phone text, "bookingId" uuid, "programId" uuid, "amountMinor" bigint, currency text, provider text,
    reference text
  );
  select * into booking from bookings b where b.tenant_id = p_tenant and b.id = input."bookingId";
  select * into known
  from payments p
  where p.tenant_id = p_tenant and p.provider = input.provider and p.provider_reference = input.reference;
  return case
    when input."customerId" is not null and not exists (
      select from members m where m.tenant_id = p_tenant and m.customer_id = input."customerId"
    ) then json_build_object('code', 'customer-not-found')
    when input."bookingId" is not null and booking.id is null then json_build_object('code', 'booking-not-found')
    when input."programId" is not null and (find_program(p_tenant, input."programId")).id is null
      then json_build_object('code', 'program-not-found')
    when booking.currency <> input.currency then json_build_object(
      'code', 'payment-mismatch', 'expected', json_build_object('currency', booking.currency),
      'found', json_build_object('amountMinor', input."amountMinor", 'currency', input.currency)
    )
    when known.id is not null then json_build_object('code', 'payment-known', 'current', payment_record(known))
  end;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.request_enrolment(p_tenant text, p_actor json, p_input json)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
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
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.scan_customer(p_tenant text, p_actor json, p_input json)
 RETURNS json
 LANGUAGE sql
AS $function$
  select case
    when (p_input ->> 'expired')::boolean then json_build_object('code', 'qr-expired')
    else take_scan(p_tenant, p_actor, p_input)
  end
$function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.scan_record(s qr_scans)
 RETURNS json
 LANGUAGE sql
 STABLE
AS $function$
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
$function$
-- owner of the database; may be called by loyalty_app, loyalty_engine

CREATE OR REPLACE FUNCTION public.settle_booking(p_tenant text, p_booking uuid, p_actor json)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  before bookings;
  booking bookings;
begin
  select * into before from bookings b where b.tenant_id = p_tenant and b.id = p_booking;
  update bookings b
  set payment_status = booking_payment_status(before), version = b.version + 1
  where b.tenant_id = p_tenant and b.id = p_booking and b.payment_status <> booking_payment_status(before)
  returning * into booking;
  if found then
    perform announce_booking(booking, before, p_actor);
  end if;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.settle_charge(p_tenant text, p_provider text, p_actor json, p_fact json)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
declare
  fact record;
  payment payments;
  booking bookings;
  asked json;
begin
  select * into fact
  from json_to_record(p_fact) as f (
    reference text, status text, "amountMinor" bigint, currency text, "paidAt" timestamptz, failure text, detail jsonb,
    "customerId" uuid, "bookingId" uuid, phone text, "paymentId" uuid, started boolean
  );
  select * into payment
  from payments p
  where p.tenant_id = p_tenant and p.provider = p_provider and p.provider_reference = fact.reference;
  if not found then
    select * into payment
    from payments p
    where p.tenant_id = p_tenant and p.provider = p_provider and p.id = fact."paymentId"
      and (p.provider_reference is null or fact.reference is null);
  end if;
  if not found and fact.started then
    return json_build_object('code', 'payment-not-found');
  end if;

  if found then
    asked := json_build_object('amountMinor', payment.amount_minor, 'currency', payment.currency);
    if fact.status = 'succeeded'
      and (coalesce(fact."amountMinor", payment.amount_minor) <> payment.amount_minor or fact.currency <> payment.currency)
    then
      return json_build_object(
        'code', 'payment-mismatch', 'paymentId', payment.id, 'expected', asked,
        'found', json_build_object('amountMinor', fact."amountMinor", 'currency', fact.currency)
      );
    end if;
    if payment.status in ('succeeded', 'refunded') or payment.status = fact.status then
      return json_build_object('outcome', 'ignored', 'paymentId', payment.id);
    end if;
  else
    select * into booking from bookings b where b.tenant_id = p_tenant and b.id = fact."bookingId";
    if booking.currency <> fact.currency then
      return json_build_object(
        'code', 'payment-mismatch', 'paymentId', null, 'expected', json_build_object('currency', booking.currency),
        'found', json_build_object('amountMinor', fact."amountMinor", 'currency', fact.currency)
      );
    end if;
    payment := new_payment(
      p_tenant, p_provider, fact.reference, fact."amountMinor", fact.currency, null, booking.id, p_actor
    );
  end if;

  payment.provider_reference := coalesce(payment.provider_reference, fact.reference);
  payment.detail := payment.detail || coalesce(fact.detail, '{}');
  if fact.status = 'succeeded' then
    payment.customer_id := coalesce(
      payment.customer_id, find_payer(p_tenant, fact."customerId", payment.booking_id, fact.phone)
    );
    payment := pay_in(payment, fact."paidAt", p_actor);
  else
    payment := fail_payment(payment, fact.failure, p_actor);
  end if;
  return json_build_object('outcome', 'applied', 'paymentId', payment.id);
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.settle_fact(p_tenant text, p_actor json, p_input json)
 RETURNS json
 LANGUAGE sql
AS $function$
  select case p_input -> 'fact' ->> 'kind'
    when 'charge' then settle_charge(p_tenant, p_input ->> 'provider', p_actor, p_input -> 'fact')
    when 'refund' then settle_refund(p_tenant, p_input ->> 'provider', p_actor, p_input -> 'fact')
  end
$function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.settle_payment(p_tenant text, p_actor json, p_input json)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
declare
  payment payments;
  settled json;
begin
  select * into payment
  from payments p
  where p.tenant_id = p_tenant and p.id = (p_input ->> 'paymentId')::uuid;
  if not found then
    return json_build_object('code', 'payment-not-found');
  end if;
  if json_typeof(p_input -> 'fact') = 'object' then
    settled := settle_charge(p_tenant, payment.provider, p_actor, p_input -> 'fact');
    if settled ->> 'code' is not null and payment.status = 'pending' then
      perform fail_payment(payment, settled ->> 'code', p_actor);
    end if;
  elsif p_input ->> 'abandoned' is not null and payment.status = 'pending' then
    perform fail_payment(payment, p_input ->> 'abandoned', p_actor);
  end if;
  return (select payment_record(p) from payments p where p.tenant_id = p_tenant and p.id = payment.id);
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.settle_refund(p_tenant text, p_provider text, p_actor json, p_fact json)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
declare
  fact record;
  payment payments;
  refund payment_refunds;
begin
  select * into fact
  from json_to_record(p_fact) as f (key text, reference text, "amountMinor" bigint, currency text, reason text);
  if exists (
    select from payment_refunds r where r.tenant_id = p_tenant and r.provider = p_provider and r.refund_key = fact.key
  ) then
    return json_build_object('outcome', 'ignored');
  end if;
  select * into payment
  from payments p
  where p.tenant_id = p_tenant and p.provider = p_provider and p.provider_reference = fact.reference;
  insert into payment_refunds (
    tenant_id, id, provider, refund_key, provider_reference, status, amount_minor, currency, reason, actor_type, actor_id,
    actor_name, created_at
  )
  values (
    p_tenant, uuid_v7(clock_timestamp(), 0), p_provider, fact.key, fact.reference, 'waiting', fact."amountMinor",
    fact.currency, fact.reason, p_actor ->> 'type', p_actor ->> 'id', p_actor ->> 'name', clock_timestamp()
  )
  returning * into refund;
  if payment.status is null or payment.status in ('pending', 'failed') then
    return json_build_object('outcome', 'waiting', 'paymentId', payment.id, 'refundId', refund.id);
  end if;
  refund := apply_refund(payment, refund, p_actor);
  if refund.status = 'refused' then
    return json_build_object(
      'code', 'payment-mismatch', 'paymentId', payment.id,
      'expected', json_build_object(
        'amountMinor', payment.amount_minor - payment.refunded_minor, 'currency', payment.currency
      ),
      'found', json_build_object('amountMinor', refund.amount_minor, 'currency', refund.currency)
    );
  end if;
  return json_build_object('outcome', 'applied', 'paymentId', payment.id);
end $function$
-- owner loyalty_engine; may be called by nobody else

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

CREATE OR REPLACE FUNCTION public.take_points_back(p payments, p_actor json, OUT taken bigint, OUT missing bigint, OUT transaction uuid)
 RETURNS record
 LANGUAGE plpgsql
AS $function$
declare
  card cards;
  due bigint := p.points_awarded - points_kept(p.points_awarded, p.amount_minor, p.refunded_minor) - p.points_reversed;
begin
  taken := 0;
  missing := 0;
  -- Somebody may have reversed the award by hand: then it is back.
  if due <= 0 or exists (select from entries e where e.tenant_id = p.tenant_id and e.reverses = p.transaction_id) then
    return;
  end if;
  select c.* into strict card
  from entries e
  join cards c on c.tenant_id = e.tenant_id and c.id = e.card_id
  where e.tenant_id = p.tenant_id and e.id = p.transaction_id;
  taken := case (find_program(p.tenant_id, card.program_id)).debt_policy
    when 'allow' then due
    else least(due, greatest(card.balance, 0))
  end;
  missing := due - taken;
  if taken > 0 then
    transaction := apply_change(p.tenant_id, p_actor, jsonb_build_object(
      'kind', 'adjust', 'customerId', card.customer_id, 'programId', card.program_id, 'points', -taken,
      'reason', 'payment refunded'
    )) ->> 'transactionId';
    perform announce_transaction(p.tenant_id, transaction, p_actor);
  end if;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.take_scan(p_tenant text, p_actor json, p_input json)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
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
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.tell_of_entries()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  insert into notifications (tenant_id, id, customer_id, kind, program_id, transaction_id, points, created_at)
  select
    tenant_id, id, customer_id,
    case when type = 'enrol' then 'enrolled' when points > 0 then 'points_added' else 'points_deducted' end,
    program_id, id, points, created_at
  from made;
  return null;
end $function$
-- owner loyalty_engine; may be called by nobody else

CREATE OR REPLACE FUNCTION public.tenant_time_zone(p_tenant text)
 RETURNS text
 LANGUAGE sql
 STABLE
AS $function$ select coalesce(settings ->> 'timeZone', 'UTC') from tenants where id = p_tenant $function$
-- owner of the database; may be called by loyalty_app, loyalty_engine

CREATE OR REPLACE FUNCTION public.tenants_with_expired_adjustments()
 RETURNS SETOF text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$ select distinct tenant_id from adjustments where status = 'pending' and expires_at <= now() $function$
-- owner loyalty_engine; may be called by loyalty_app

CREATE OR REPLACE FUNCTION public.time_zone_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform rebuild_dashboard(new.id);
  return null;
end $function$
-- owner loyalty_engine; may be called by nobody else

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

CREATE TRIGGER counted AFTER INSERT ON public.bookings REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION bookings_added();
CREATE TRIGGER counted_again AFTER UPDATE ON public.bookings REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION bookings_changed();
CREATE TRIGGER by_hand BEFORE INSERT OR UPDATE ON public.cards FOR EACH ROW WHEN ((CURRENT_USER <> ALL (ARRAY['loyalty_app'::name, 'loyalty_engine'::name]))) EXECUTE FUNCTION card_changed_by_hand();
CREATE TRIGGER never_deleted BEFORE DELETE ON public.cards FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER by_hand AFTER INSERT OR UPDATE ON public.enrolments FOR EACH ROW WHEN ((CURRENT_USER <> ALL (ARRAY['loyalty_app'::name, 'loyalty_engine'::name]))) EXECUTE FUNCTION enrolment_changed_by_hand();
CREATE TRIGGER by_hand_version BEFORE UPDATE ON public.enrolments FOR EACH ROW WHEN ((CURRENT_USER <> ALL (ARRAY['loyalty_app'::name, 'loyalty_engine'::name]))) EXECUTE FUNCTION enrolment_version();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.entries FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER counted AFTER INSERT ON public.entries REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION count_entries();
CREATE TRIGGER told AFTER INSERT ON public.entries REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION tell_of_entries();
CREATE TRIGGER by_hand BEFORE INSERT OR UPDATE ON public.members FOR EACH ROW WHEN ((CURRENT_USER <> ALL (ARRAY['loyalty_app'::name, 'loyalty_engine'::name]))) EXECUTE FUNCTION member_changed_by_hand();
CREATE TRIGGER counted_in AFTER INSERT ON public.members REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION members_added();
CREATE TRIGGER counted_out AFTER DELETE ON public.members REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION members_removed();
CREATE TRIGGER by_hand AFTER INSERT ON public.notifications FOR EACH ROW WHEN ((CURRENT_USER <> ALL (ARRAY['loyalty_app'::name, 'loyalty_engine'::name]))) EXECUTE FUNCTION notification_made_by_hand();
CREATE TRIGGER counted AFTER INSERT ON public.payment_refunds REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refunds_added();
CREATE TRIGGER counted_again AFTER UPDATE ON public.payment_refunds REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refunds_changed();
CREATE TRIGGER counted AFTER INSERT ON public.payments REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION payments_added();
CREATE TRIGGER counted_again AFTER UPDATE ON public.payments REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION payments_changed();
CREATE TRIGGER other_days AFTER UPDATE OF settings ON public.tenants FOR EACH ROW WHEN (((old.settings ->> 'timeZone'::text) IS DISTINCT FROM (new.settings ->> 'timeZone'::text))) EXECUTE FUNCTION time_zone_changed();
CREATE TRIGGER settings_version BEFORE UPDATE ON public.tenants FOR EACH ROW WHEN (((old.name IS DISTINCT FROM new.name) OR (old.settings IS DISTINCT FROM new.settings))) EXECUTE FUNCTION count_settings_version();

create view client_business_transactions with (security_invoker=true) as
 SELECT e.tenant_id,
    t.name AS tenant_name,
    e.id AS transaction_id,
    e.card_id,
    e.customer_id,
    m.phone AS customer_phone,
    m.display_name AS customer_name,
    e.program_id,
    p.name AS program_name,
    e.type,
    e.points,
    e.balance_after,
    e.reason,
    e.order_id,
    e.reverses,
    e.actor_type,
    e.actor_name,
    e.created_at
   FROM (((entries e
     JOIN tenants t ON ((t.id = e.tenant_id)))
     JOIN members m ON (((m.tenant_id = e.tenant_id) AND (m.customer_id = e.customer_id))))
     JOIN programs p ON (((p.tenant_id = e.tenant_id) AND (p.id = e.program_id))));
grant select on client_business_transactions to loyalty_app;
grant select on client_business_transactions to loyalty_engine;

create view customer_business_view with (security_invoker=true) as
 SELECT m.tenant_id,
    t.name AS tenant_name,
    m.customer_id,
    m.phone AS customer_phone,
    m.display_name AS customer_name,
    m.vip,
    m.vip_since,
    m.created_at AS customer_since,
    COALESCE(held.cards, (0)::bigint) AS cards,
    COALESCE(held.balance, (0)::bigint) AS balance,
    COALESCE(held.earned, (0)::bigint) AS earned,
    COALESCE(held.redeemed, (0)::bigint) AS redeemed,
    held.last_activity_at,
    ( SELECT count(*) AS count
           FROM bookings b
          WHERE ((b.tenant_id = m.tenant_id) AND (b.customer_id = m.customer_id))) AS bookings
   FROM ((members m
     JOIN tenants t ON ((t.id = m.tenant_id)))
     LEFT JOIN LATERAL ( SELECT count(*) AS cards,
            (sum(c.balance))::bigint AS balance,
            (sum(c.earned))::bigint AS earned,
            (sum(c.redeemed))::bigint AS redeemed,
            max(c.updated_at) AS last_activity_at
           FROM cards c
          WHERE ((c.tenant_id = m.tenant_id) AND (c.customer_id = m.customer_id))) held ON (true));
grant select on customer_business_view to loyalty_app;
grant select on customer_business_view to loyalty_engine;

create view customer_interactions with (security_invoker=true) as
 SELECT qr_scan_logs.tenant_id,
    qr_scan_logs.customer_id,
    'scan'::text AS kind,
    qr_scan_logs.outcome AS detail,
    qr_scan_logs.points_awarded AS points,
    qr_scan_logs.scan_id AS id,
    qr_scan_logs.scanned_at AS at
   FROM qr_scan_logs
UNION ALL
 SELECT program_enrollments.tenant_id,
    program_enrollments.customer_id,
    'enrolment'::text AS kind,
    program_enrollments.status AS detail,
    NULL::bigint AS points,
    program_enrollments.enrolment_id AS id,
    COALESCE(program_enrollments.decided_at, program_enrollments.requested_at) AS at
   FROM program_enrollments
UNION ALL
 SELECT client_business_transactions.tenant_id,
    client_business_transactions.customer_id,
    'points'::text AS kind,
    client_business_transactions.type AS detail,
    client_business_transactions.points,
    client_business_transactions.transaction_id AS id,
    client_business_transactions.created_at AS at
   FROM client_business_transactions
UNION ALL
 SELECT adjustments.tenant_id,
    adjustments.customer_id,
    'adjustment'::text AS kind,
    adjustments.status AS detail,
    adjustments.points,
    adjustments.id,
    COALESCE(adjustments.decided_at, adjustments.created_at) AS at
   FROM adjustments
UNION ALL
 SELECT bookings.tenant_id,
    bookings.customer_id,
    'booking'::text AS kind,
    bookings.status AS detail,
    NULL::bigint AS points,
    bookings.id,
    bookings.starts_at AS at
   FROM bookings
  WHERE (bookings.customer_id IS NOT NULL)
UNION ALL
 SELECT payment_transactions.tenant_id,
    payment_transactions.customer_id,
    'payment'::text AS kind,
    payment_transactions.status AS detail,
    NULLIF(payment_transactions.points_awarded, 0) AS points,
    payment_transactions.payment_id AS id,
    COALESCE(payment_transactions.paid_at, payment_transactions.created_at) AS at
   FROM payment_transactions
  WHERE (payment_transactions.customer_id IS NOT NULL);
grant select on customer_interactions to loyalty_app;
grant select on customer_interactions to loyalty_engine;

create view customer_loyalty_cards with (security_invoker=true) as
 SELECT customer_id,
    customer_phone,
    count(*) AS cards,
    count(DISTINCT tenant_id) AS tenants,
    (sum(balance))::bigint AS balance,
    (sum(earned))::bigint AS earned,
    (sum(redeemed))::bigint AS redeemed,
    max(updated_at) AS last_activity_at
   FROM loyalty_cards
  GROUP BY customer_id, customer_phone;
grant select on customer_loyalty_cards to loyalty_app;
grant select on customer_loyalty_cards to loyalty_engine;

create view loyalty_cards with (security_invoker=true) as
 SELECT c.tenant_id,
    t.name AS tenant_name,
    c.id AS card_id,
    c.customer_id,
    m.phone AS customer_phone,
    m.display_name AS customer_name,
    c.program_id,
    p.name AS program_name,
    c.balance,
    c.earned,
    c.redeemed,
    c.version,
    c.created_at,
    c.updated_at
   FROM (((cards c
     JOIN tenants t ON ((t.id = c.tenant_id)))
     JOIN members m ON (((m.tenant_id = c.tenant_id) AND (m.customer_id = c.customer_id))))
     JOIN programs p ON (((p.tenant_id = c.tenant_id) AND (p.id = c.program_id))));
grant select on loyalty_cards to loyalty_app;
grant select on loyalty_cards to loyalty_engine;

create view money_moves with (security_invoker=true) as
 SELECT p.tenant_id,
    (p.paid_at AT TIME ZONE COALESCE((t.settings ->> 'timeZone'::text), 'UTC'::text)) AS at,
    p.provider,
    p.currency,
    p.customer_id,
    1 AS payments,
    p.amount_minor AS received_minor,
    0 AS refunds,
    (0)::bigint AS refunded_minor
   FROM (payments p
     JOIN tenants t ON ((t.id = p.tenant_id)))
  WHERE (p.paid_at IS NOT NULL)
UNION ALL
 SELECT r.tenant_id,
    (r.applied_at AT TIME ZONE COALESCE((t.settings ->> 'timeZone'::text), 'UTC'::text)) AS at,
    r.provider,
    r.currency,
    NULL::uuid AS customer_id,
    0 AS payments,
    0 AS received_minor,
    1 AS refunds,
    r.amount_minor AS refunded_minor
   FROM (payment_refunds r
     JOIN tenants t ON ((t.id = r.tenant_id)))
  WHERE (r.status = 'applied'::text);
grant select on money_moves to loyalty_engine;

create view payment_transactions with (security_invoker=true) as
 SELECT p.tenant_id,
    t.name AS tenant_name,
    p.id AS payment_id,
    p.provider,
    p.provider_reference,
    p.status,
    p.currency,
    p.amount_minor,
    p.refunded_minor,
        CASE
            WHEN (p.status = ANY (ARRAY['succeeded'::text, 'refunded'::text])) THEN (p.amount_minor - p.refunded_minor)
            ELSE (0)::bigint
        END AS revenue_minor,
    p.customer_id,
    m.phone AS customer_phone,
    m.display_name AS customer_name,
    p.booking_id,
    p.points_awarded,
    p.points_reversed,
    p.transaction_id,
    p.failure,
    p.actor_type,
    p.actor_name,
    p.paid_at,
    p.created_at
   FROM ((payments p
     JOIN tenants t ON ((t.id = p.tenant_id)))
     LEFT JOIN members m ON (((m.tenant_id = p.tenant_id) AND (m.customer_id = p.customer_id))));
grant select on payment_transactions to loyalty_app;
grant select on payment_transactions to loyalty_engine;

create view program_enrollments with (security_invoker=true) as
 SELECT e.tenant_id,
    t.name AS tenant_name,
    e.id AS enrolment_id,
    e.customer_id,
    m.phone AS customer_phone,
    m.display_name AS customer_name,
    e.program_id,
    p.name AS program_name,
    e.status,
    e.method,
    e.requested_at,
    e.decided_at
   FROM (((enrolments e
     JOIN tenants t ON ((t.id = e.tenant_id)))
     JOIN members m ON (((m.tenant_id = e.tenant_id) AND (m.customer_id = e.customer_id))))
     JOIN programs p ON (((p.tenant_id = e.tenant_id) AND (p.id = e.program_id))));
grant select on program_enrollments to loyalty_app;
grant select on program_enrollments to loyalty_engine;

create view qr_scan_logs with (security_invoker=true) as
 SELECT s.tenant_id,
    t.name AS tenant_name,
    s.id AS scan_id,
    s.customer_id,
    m.phone AS customer_phone,
    m.display_name AS customer_name,
    s.program_id,
    p.name AS program_name,
    s.outcome,
    s.points AS points_awarded,
    s.enrolment_id,
    s.transaction_id,
    s.actor_type,
    s.actor_name,
    s.scanned_at
   FROM (((qr_scans s
     JOIN tenants t ON ((t.id = s.tenant_id)))
     JOIN members m ON (((m.tenant_id = s.tenant_id) AND (m.customer_id = s.customer_id))))
     JOIN programs p ON (((p.tenant_id = s.tenant_id) AND (p.id = s.program_id))));
grant select on qr_scan_logs to loyalty_app;
grant select on qr_scan_logs to loyalty_engine;

create view recounted_activity_hours with (security_invoker=true) as
 SELECT tenant_id,
    (at)::date AS day,
    (EXTRACT(hour FROM at))::smallint AS hour,
    sum(entries) AS entries,
    (sum(issued))::bigint AS issued,
    (sum(redeemed))::bigint AS redeemed,
    sum(payments) AS payments
   FROM ( SELECT e.tenant_id,
            (e.created_at AT TIME ZONE COALESCE((t.settings ->> 'timeZone'::text), 'UTC'::text)) AS at,
            1 AS entries,
                CASE
                    WHEN (COALESCE(reversed.type, e.type) = 'redeem'::text) THEN (0)::bigint
                    ELSE e.points
                END AS issued,
                CASE
                    WHEN (COALESCE(reversed.type, e.type) = 'redeem'::text) THEN (- e.points)
                    ELSE (0)::bigint
                END AS redeemed,
            0 AS payments
           FROM ((entries e
             JOIN tenants t ON ((t.id = e.tenant_id)))
             LEFT JOIN entries reversed ON (((reversed.tenant_id = e.tenant_id) AND (reversed.id = e.reverses))))
        UNION ALL
         SELECT money_moves.tenant_id,
            money_moves.at,
            0,
            0,
            0,
            money_moves.payments
           FROM money_moves
          WHERE (money_moves.payments > 0)) each
  GROUP BY tenant_id, ((at)::date), ((EXTRACT(hour FROM at))::smallint);
grant select on recounted_activity_hours to loyalty_engine;

create view recounted_booking_days with (security_invoker=true) as
 SELECT b.tenant_id,
    ((b.starts_at AT TIME ZONE COALESCE((t.settings ->> 'timeZone'::text), 'UTC'::text)))::date AS day,
    b.status,
    count(*) AS bookings
   FROM (bookings b
     JOIN tenants t ON ((t.id = b.tenant_id)))
  GROUP BY b.tenant_id, (((b.starts_at AT TIME ZONE COALESCE((t.settings ->> 'timeZone'::text), 'UTC'::text)))::date), b.status;
grant select on recounted_booking_days to loyalty_engine;

create view recounted_client_days with (security_invoker=true) as
 SELECT tenant_id,
    customer_id,
    (at)::date AS day,
    sum(payments) AS payments
   FROM money_moves
  WHERE (customer_id IS NOT NULL)
  GROUP BY tenant_id, customer_id, ((at)::date);
grant select on recounted_client_days to loyalty_engine;

create view recounted_client_returns with (security_invoker=true) as
 SELECT tenant_id,
    day,
    previous_day,
    (count(*))::integer AS clients
   FROM ( SELECT client_days.tenant_id,
            client_days.day,
            lag(client_days.day, 1, '-infinity'::date) OVER (PARTITION BY client_days.tenant_id, client_days.customer_id ORDER BY client_days.day) AS previous_day
           FROM client_days
        UNION ALL
         SELECT client_days.tenant_id,
            'infinity'::date,
            max(client_days.day) AS max
           FROM client_days
          GROUP BY client_days.tenant_id, client_days.customer_id) each
  GROUP BY tenant_id, day, previous_day;
grant select on recounted_client_returns to loyalty_engine;

create view recounted_points_totals with (security_invoker=true) as
 SELECT tenant_id,
    (sum(points))::bigint AS outstanding
   FROM entries
  GROUP BY tenant_id;
grant select on recounted_points_totals to loyalty_engine;

create view recounted_revenue_days with (security_invoker=true) as
 SELECT tenant_id,
    (at)::date AS day,
    currency,
    provider,
    sum(payments) AS payments,
    (sum(received_minor))::bigint AS received_minor,
    sum(refunds) AS refunds,
    (sum(refunded_minor))::bigint AS refunded_minor
   FROM money_moves
  GROUP BY tenant_id, ((at)::date), currency, provider;
grant select on recounted_revenue_days to loyalty_engine;

create view recounted_revenue_hours with (security_invoker=true) as
 SELECT tenant_id,
    (at)::date AS day,
    (EXTRACT(hour FROM at))::smallint AS hour,
    currency,
    sum(payments) AS payments,
    (sum(received_minor))::bigint AS received_minor,
    (sum(refunded_minor))::bigint AS refunded_minor
   FROM money_moves
  GROUP BY tenant_id, ((at)::date), ((EXTRACT(hour FROM at))::smallint), currency;
grant select on recounted_revenue_hours to loyalty_engine;
