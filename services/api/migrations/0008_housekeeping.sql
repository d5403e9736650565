-- Makes the partitions of today and the days ahead, drops those past retention. Safe to run from several processes. Needs
-- a short lock on the table; gives up, until the next time, rather than make writers queue behind it.
create function maintain_events(p_keep_days int) returns void
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '2s'
as $$
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
end $$;

-- Forgets what has no use any more. Refusals are kept as long as a client may retry.
create function forget_expired(p_idempotency_days int) returns void
language sql security definer set search_path = public, pg_temp
as $$
  delete from idempotency_keys where created_at < now() - make_interval(days => p_idempotency_days);
  delete from refresh_tokens where expires_at < now();
  delete from revocations where until < now();
$$;

grant create on schema public to loyalty_engine;
alter function forget_expired owner to loyalty_engine;
revoke create on schema public from loyalty_engine;
grant execute on function maintain_events, forget_expired to loyalty_app;

-- Partitions for the first days, before there is anything to put in them.
select maintain_events(7);
