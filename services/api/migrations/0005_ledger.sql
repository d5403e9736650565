-- The one way in which points move.
--
-- Applies an ordered array of changes, of one or more tenants, in the caller's transaction: lock, load, decide, write.
-- Changes are decided in the order given and see each other. A change that is refused leaves its neighbours alone; only a
-- malformed one (which the API has sorted out before) or a database error fails the whole call. Nothing is written for a
-- change but, together, its card, its entry and its event; for a refused one, the refusal.
--
-- changes: [{tenant, actor: {type, id, name}, key, hash, kind, customerId | phone | reverses, programId, points, reason,
--   orderId}]
--   kind      redeem, add, scan, payment: points > 0 · adjust: points <> 0 · enrol: points >= 0, makes the card · reverse:
--             `reverses` is a transaction id
--   key       idempotency key, null for changes that nobody repeats; hash: of the request, hex
--   programId null = the tenant's default programme
--
-- One row for each change, in order. outcome: applied · refused (refusal says why) · replayed, refused-again (what the same
-- key and request was answered the first time) · key-reused (the key belongs to another request).

-- `data` of the event loyalty_updated, version 1: its names and their order on the wire.
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

create type actor_v1 as (type text, id text, name text);

-- row_to_json, because it writes no blanks: about 400 bytes.
create function loyalty_updated_data(entry entries, phone text, name text) returns json
language sql stable
as $$
  select row_to_json(row(
    entry.customer_id, phone, name, entry.program_id, entry.card_id, entry.card_version, entry.id, entry.points,
    entry.balance_after, entry.earned_after, entry.redeemed_after, entry.type, entry.reason, entry.order_id
  )::loyalty_updated_v1)
$$;

create function apply_changes(changes json)
returns table (
  i int,
  outcome text,
  refusal text,
  transaction_id uuid,
  card_id uuid,
  customer_id uuid,
  points bigint,
  balance bigint,
  earned bigint,
  redeemed bigint,
  card_version bigint,
  epoch bigint,
  seq bigint,
  created_at timestamptz,
  event_id uuid,
  event_data text
)
language plpgsql security definer set search_path = public, pg_temp
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
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
end $$;

grant create on schema public to loyalty_engine;
alter function apply_changes owner to loyalty_engine;
revoke create on schema public from loyalty_engine;
grant execute on function apply_changes to loyalty_app;
grant execute on function loyalty_updated_data to loyalty_engine;
