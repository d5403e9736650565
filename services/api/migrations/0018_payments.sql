-- Payments: what came in, by whatever way, and what went back.
--
-- A payment: pending → succeeded | failed; failed → succeeded (a customer may try again under the same reference);
-- succeeded → refunded, once all of it has gone back. Never from succeeded to failed. What a provider says is a set of facts,
-- each counted once: the same facts in any order make the same books (decision 0016).

-- How a tenant's money comes in. Secrets are sealed by the API (AES-256-GCM); the database never sees one in clear.
create table payment_providers (
  tenant_id text not null references tenants,
  provider text not null check (provider in ('paystack', 'mpesa')),
  -- what is no secret: a till number, allowed addresses
  settings jsonb not null,
  -- nonce, ciphertext, tag
  sealed bytea not null,
  -- which key sealed it
  key_id text not null,
  -- the last characters of each secret, so that people can tell which one it is
  hints jsonb not null,
  version bigint not null default 1 check (version > 0),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, provider)
);

create table payments (
  tenant_id text not null references tenants,
  -- UUIDv7: newest first by primary key
  id uuid not null,
  provider text not null check (provider in ('paystack', 'mpesa', 'cash', 'card', 'bank_transfer', 'other')),
  -- the provider's name for it: a Paystack reference, a CheckoutRequestID, the number of a bank transfer
  provider_reference text check (length(provider_reference) between 1 and 200),
  -- what is told about how it was paid: {channel, receipt, payer, …}; nothing that could be charged again
  detail jsonb not null default '{}',
  amount_minor bigint not null check (amount_minor > 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  refunded_minor bigint not null default 0 check (refunded_minor between 0 and amount_minor),
  status text not null check (status in ('pending', 'succeeded', 'failed', 'refunded')),
  -- why it failed; what is odd about it
  failure text,
  customer_id uuid,
  booking_id uuid,
  program_id uuid,
  -- by `transaction_id`; what refunds have taken back of them
  points_awarded bigint not null default 0 check (points_awarded >= 0),
  points_reversed bigint not null default 0 check (points_reversed between 0 and points_awarded),
  transaction_id uuid check ((points_awarded > 0) = (transaction_id is not null)),
  note text,
  -- when the money came in
  paid_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1 check (version > 0),
  actor_type text not null,
  actor_id text not null,
  actor_name text,
  -- of one that was started here: what its starter was answered, once the provider has said
  start_answer json,
  primary key (tenant_id, id),
  check ((status in ('succeeded', 'refunded')) = (paid_at is not null)),
  check ((status = 'refunded') = (refunded_minor = amount_minor)),
  check (refunded_minor = 0 or status in ('succeeded', 'refunded')),
  foreign key (tenant_id, customer_id) references members (tenant_id, customer_id),
  foreign key (tenant_id, booking_id) references bookings (tenant_id, id),
  foreign key (tenant_id, program_id) references programs (tenant_id, id)
);

-- one payment for each name that its provider gives it, whatever repeats
create unique index payments_by_reference on payments (tenant_id, provider, provider_reference)
  where provider_reference is not null;
-- a customer's payments, newest first
create index payments_by_customer on payments (tenant_id, customer_id, id) where customer_id is not null;
-- what was paid for a booking
create index payments_by_booking on payments (tenant_id, booking_id, id) where booking_id is not null;
-- lists of one state or one provider, newest first
create index payments_by_status on payments (tenant_id, status, id);
create index payments_by_provider on payments (tenant_id, provider, id);
-- revenue of a period
create index payments_by_time on payments (tenant_id, paid_at) where paid_at is not null;

-- Payments that a provider has not settled yet: when it is asked next, and how often it was. Gone once it is settled.
create table open_payments (
  tenant_id text not null references tenants,
  payment_id uuid not null,
  ask_at timestamptz not null,
  asks int not null default 0,
  primary key (tenant_id, payment_id),
  foreign key (tenant_id, payment_id) references payments (tenant_id, id)
);

-- whom the reconciler asks about next
create index open_payments_due on open_payments (ask_at);

-- Money that went back. A refund may come before its charge: then it waits, and is applied by whatever settles the charge.
create table payment_refunds (
  tenant_id text not null references tenants,
  id uuid not null,
  provider text not null check (provider in ('paystack', 'mpesa', 'cash', 'card', 'bank_transfer', 'other')),
  -- the provider's name for the refund; by hand its id
  refund_key text not null check (length(refund_key) between 1 and 200),
  -- the provider's name for the payment, for one that waits
  provider_reference text,
  payment_id uuid,
  status text not null check (status in ('waiting', 'applied', 'refused')),
  amount_minor bigint not null check (amount_minor > 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  reason text,
  -- points that it took back, by `transaction_id`, and those that were still due and not there to take
  points_taken bigint not null default 0 check (points_taken >= 0),
  points_missing bigint not null default 0 check (points_missing >= 0),
  transaction_id uuid check ((points_taken > 0) = (transaction_id is not null)),
  actor_type text not null,
  actor_id text not null,
  actor_name text,
  created_at timestamptz not null,
  applied_at timestamptz check ((status = 'applied') = (applied_at is not null)),
  primary key (tenant_id, id),
  unique (tenant_id, provider, refund_key),
  check (status = 'waiting' or payment_id is not null),
  foreign key (tenant_id, payment_id) references payments (tenant_id, id)
);

-- a payment's refunds
create index payment_refunds_by_payment on payment_refunds (tenant_id, payment_id) where payment_id is not null;
-- refunds that wait for a charge
create index payment_refunds_waiting on payment_refunds (tenant_id, provider, provider_reference) where status = 'waiting';
-- what went back in a period
create index payment_refunds_by_time on payment_refunds (tenant_id, applied_at) where applied_at is not null;

-- What providers said, byte for byte, once each. It is evidence, and the quick answer to a repeat; that a repeat changes
-- nothing rests on the payment and the refund themselves, which stay when these rows have gone.
create table provider_callbacks (
  tenant_id text not null references tenants,
  id uuid not null,
  provider text not null check (provider in ('paystack', 'mpesa')),
  -- what it says, for one that was refused with its digest: the right one under the same name may still come
  event_key text not null check (length(event_key) between 1 and 400),
  digest bytea not null,
  raw bytea not null check (octet_length(raw) <= 65536),
  -- applied · waiting (a refund before its charge) · ignored (nothing new) · refused (amount or currency is not what was asked)
  outcome text not null check (outcome in ('applied', 'waiting', 'ignored', 'refused')),
  -- what the provider was answered
  answer json not null,
  payment_id uuid,
  received_at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, provider, event_key),
  foreign key (tenant_id, payment_id) references payments (tenant_id, id)
);

-- what was said of a payment
create index provider_callbacks_by_payment on provider_callbacks (tenant_id, payment_id, id) where payment_id is not null;
-- what was said of a refund that waits
create index provider_callbacks_waiting on provider_callbacks (tenant_id, (answer ->> 'refundId')) where outcome = 'waiting';
-- the clean-up
create index provider_callbacks_by_time on provider_callbacks (received_at);

-- Callbacks that changed nothing, counted: a forger must not fill a table.
create table callback_refusals (
  tenant_id text not null references tenants,
  provider text not null check (provider in ('paystack', 'mpesa')),
  -- UTC
  day date not null,
  -- a code of errors.ts, or `repeated`
  reason text not null check (reason ~ '^[a-z-]{1,40}$'),
  times bigint not null check (times > 0),
  last_at timestamptz not null,
  primary key (tenant_id, day, provider, reason)
);

do $$
declare
  name text;
begin
  foreach name in array array[
    'payment_providers', 'payments', 'open_payments', 'payment_refunds', 'provider_callbacks', 'callback_refusals'
  ] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy tenant on %I using (tenant_id = current_tenant())', name);
    execute format('create policy engine on %I to loyalty_engine using (true)', name);
    execute format('grant select on %I to loyalty_app', name);
    execute format('grant select, insert, update, delete on %I to loyalty_engine', name);
  end loop;
end $$;
grant insert, update on payment_providers to loyalty_app;
grant update (payment_status, version) on bookings to loyalty_engine;
