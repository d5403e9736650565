-- One immutable fact each, in commit order per tenant. The text of `data` is kept as it was written: the same bytes go to
-- every reader. Partitioned by day, so that what is past retention is dropped, not deleted.
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
  created_at timestamptz not null,
  primary key (tenant_id, seq, created_at)
) partition by range (created_at);

-- A write must not fail because nobody made tomorrow's partition.
create table events_default partition of events default;

alter table events enable row level security;
alter table events force row level security;
create policy tenant on events using (tenant_id = current_tenant());
create policy engine on events to loyalty_engine using (true);
grant select on events to loyalty_app;
grant select, insert on events to loyalty_engine;

-- Up to where the realtime server has acknowledged each stream. Apart from streams, so that marking never waits for a
-- writer, nor a writer for it.
create table deliveries (
  tenant_id text primary key references tenants,
  epoch bigint not null,
  seq bigint not null
) with (fillfactor = 10);

alter table deliveries enable row level security;
alter table deliveries force row level security;
create policy tenant on deliveries using (tenant_id = current_tenant());
create policy engine on deliveries to loyalty_engine using (true);
grant select on deliveries to loyalty_app;
grant select, insert, update on deliveries to loyalty_engine;

-- UUIDv7 (RFC 9562, section 5.7) whose counter (section 6.2, method 1) is the stream's seq: within a tenant, ids sort in
-- commit order. 48 bits of milliseconds, 42 of counter, 32 of chance.
create function uuid_v7(at timestamptz, counter bigint) returns uuid
language sql volatile parallel safe
as $$
  select (
    lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0')
    || '7' || lpad(to_hex((counter >> 30) & 4095), 3, '0')
    || lpad(to_hex((2::bigint << 30) | (counter & 1073741823)), 8, '0')
    || lpad(to_hex(floor(random() * 4294967296)::bigint), 8, '0')
  )::uuid
$$;

-- Appends one event and returns where it stands. Locks the stream until the end of the transaction, which is what makes
-- seq gap-free and in commit order.
create function append_event(p_tenant text, p_type text, p_version int, p_customer uuid, p_actor json, p_data json)
returns events
language plpgsql security definer set search_path = public, pg_temp
as $$
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
end $$;

-- Takes the lock that every writer of a stream takes first. A transaction that touches several tenants calls this once.
create function lock_streams(p_tenants text[]) returns void
language sql security definer set search_path = public, pg_temp
as $$
  select from streams
  where tenant_id = any (p_tenants)
  order by tenant_id
  for no key update
$$;

-- Heads of the given tenants, for the cache that answers an unchanged poll.
create function stream_heads(p_tenants text[])
returns table (tenant_id text, epoch bigint, head bigint)
language sql stable security definer set search_path = public, pg_temp
as $$
  select s.tenant_id, s.epoch, s.head from streams s where s.tenant_id = any (p_tenants)
$$;

-- Moves delivery marks forward: a range that was acknowledged counts once everything before it has been.
-- ranges: [{tenant, epoch, first, last}]. Returns where the marks of these tenants stand now. A mark that is lost in a crash
-- costs a second delivery, so this does not wait for the disk.
create function mark_delivered(ranges json) returns table (tenant_id text, seq bigint)
language plpgsql security definer set search_path = public, pg_temp
as $$
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
end $$;

-- What was committed but not acknowledged, oldest first in each stream. `p_grace` leaves alone what the process that
-- committed it is probably sending right now.
create function undelivered_events(p_grace interval, p_limit int) returns setof events
language sql stable security definer set search_path = public, pg_temp
as $$
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
$$;

-- Where the streams that moved since a time stand as far as the realtime server is concerned: what the relay announces. Not
-- what was committed: a server that had just started would take an event on its way to it for one it has missed.
create function delivered_heads(p_since timestamptz)
returns table (tenant_id text, epoch bigint, seq bigint)
language sql stable security definer set search_path = public, pg_temp
as $$
  select d.tenant_id, d.epoch, d.seq
  from streams s
  join deliveries d on d.tenant_id = s.tenant_id
  where s.last_at >= p_since
$$;

-- What is committed but not yet acknowledged, for the metrics.
create function undelivered_totals(out events bigint, out oldest_seconds double precision)
language sql stable security definer set search_path = public, pg_temp
as $$
  select coalesce(sum(s.head - d.seq), 0)::bigint,
         coalesce(max(extract(epoch from clock_timestamp() - oldest.created_at)), 0)::double precision
  from streams s
  join deliveries d on d.tenant_id = s.tenant_id and d.epoch = s.epoch
  left join lateral (
    select created_at from events e where e.tenant_id = s.tenant_id and e.seq > d.seq order by e.seq limit 1
  ) oldest on true
  where s.head > d.seq
$$;

-- Every tenant goes on in a new epoch: for a database that was restored from a backup, whose history is therefore not the
-- one that clients saw. They all take fresh snapshots. What was not delivered belongs to the old epoch and never will be.
create function start_new_epoch() returns bigint
language plpgsql security definer set search_path = public, pg_temp
as $$
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
end $$;

-- A tenant with its stream.
create function create_tenant(p_id text, p_name text, p_settings jsonb) returns void
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  first bigint := coalesce((select max(epoch) from streams), extract(epoch from clock_timestamp())::bigint);
begin
  insert into tenants (id, name, settings) values (p_id, p_name, p_settings);
  insert into streams (tenant_id, epoch, last_at) values (p_id, first, date_trunc('milliseconds', clock_timestamp()));
  insert into deliveries (tenant_id, epoch, seq) values (p_id, first, 0);
end $$;

grant execute on function append_event, lock_streams, stream_heads, mark_delivered, undelivered_events, delivered_heads,
  undelivered_totals to loyalty_app;

-- Functions that see every tenant run as loyalty_engine.
grant create on schema public to loyalty_engine;
alter function append_event owner to loyalty_engine;
alter function lock_streams owner to loyalty_engine;
alter function stream_heads owner to loyalty_engine;
alter function mark_delivered owner to loyalty_engine;
alter function undelivered_events owner to loyalty_engine;
alter function delivered_heads owner to loyalty_engine;
alter function undelivered_totals owner to loyalty_engine;
alter function start_new_epoch owner to loyalty_engine;
alter function create_tenant owner to loyalty_engine;
revoke create on schema public from loyalty_engine;
grant execute on function uuid_v7 to loyalty_app, loyalty_engine;
