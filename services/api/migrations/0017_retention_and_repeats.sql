-- Notifications are kept for a time, not for ever; and a scan that is repeated late is given its first answer.

-- what was read long ago
create index notifications_read on notifications (read_at) where read_at is not null;
-- what was made long ago: rows lie in order of time, so that a range of pages says enough, and costs no writer anything
create index notifications_made on notifications using brin (created_at) with (autosummarize = on);

-- Whether it asks something that is not decided yet.
create function is_open(n notifications) returns boolean
language sql stable
as $$
  select exists (
    select from enrolments e where e.tenant_id = n.tenant_id and e.id = n.enrolment_id and e.status = 'pending'
  ) or exists (
    select from adjustments a where a.tenant_id = n.tenant_id and a.id = n.adjustment_id and a.status = 'pending'
  )
$$;

-- Forgets notifications that were read, or made, so many days ago; never an open question. At most p_batch of each, so that
-- nobody waits for it; gives how many, fewer than p_batch when none are left. Safe in several processes at once.
create function forget_notifications(p_read_days int, p_days int, p_batch int) returns int
language plpgsql security definer set search_path = public, pg_temp
as $$
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
end $$;

-- Whoever repeats a scan under its key is given the first answer, also when the code has expired meanwhile (I4): so it is
-- engage, which recalls keys first, that has to hear of an expired code.
alter function scan_customer rename to take_scan;
create function scan_customer(p_tenant text, p_actor json, p_input json) returns json
language sql
as $$
  select case
    when (p_input ->> 'expired')::boolean then json_build_object('code', 'qr-expired')
    else take_scan(p_tenant, p_actor, p_input)
  end
$$;

grant delete on notifications to loyalty_engine;
grant create on schema public to loyalty_engine;
alter function is_open owner to loyalty_engine;
alter function forget_notifications owner to loyalty_engine;
alter function scan_customer owner to loyalty_engine;
revoke create on schema public from loyalty_engine;
grant execute on function forget_notifications to loyalty_app;
