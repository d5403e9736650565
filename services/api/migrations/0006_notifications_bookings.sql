-- What a customer was told or asked, across tenants. Screens word it from `kind`.
create table notifications (
  tenant_id text not null,
  id uuid not null default gen_random_uuid(),
  customer_id uuid not null,
  kind text not null check (
    kind in ('scanned', 'enrolment_request', 'enrolled', 'points_added', 'points_deducted', 'adjustment_request')
  ),
  program_id uuid,
  enrolment_id uuid,
  adjustment_id uuid,
  transaction_id uuid,
  points bigint,
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  read_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references members (tenant_id, customer_id)
);

-- a customer's notifications, newest first
create index notifications_by_customer on notifications (customer_id, created_at, id);

create table bookings (
  tenant_id text not null references tenants,
  id uuid not null default gen_random_uuid(),
  customer_id uuid,
  status text not null default 'booked' check (status in ('booked', 'completed', 'cancelled', 'no_show')),
  payment_status text not null default 'unpaid' check (payment_status in ('unpaid', 'partly', 'paid', 'refunded')),
  starts_at timestamptz not null,
  amount_minor bigint not null check (amount_minor >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  version bigint not null default 1 check (version > 0),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references members (tenant_id, customer_id)
);

-- who has booked, and when last: VIP candidates
create index bookings_by_customer on bookings (tenant_id, customer_id, starts_at) where customer_id is not null;

do $$
declare
  name text;
begin
  foreach name in array array['notifications', 'bookings'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy tenant on %I using (tenant_id = current_tenant())', name);
    execute format('create policy engine on %I to loyalty_engine using (true)', name);
    execute format('grant select on %I to loyalty_app, loyalty_engine', name);
  end loop;
end $$;
