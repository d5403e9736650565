/** What pgbench runs: one change of points, one statement, one commit. */
export type Statement = {
  readonly text: string
  /** The role of the database that it needs. */
  readonly role: 'loyalty_app' | 'loyalty_engine'
}

/**
 * The function that the API calls, with one change for each commit. What group commit alone is worth is the distance between
 * the lanes and this.
 */
const applyOne: Statement = {
  role: 'loyalty_app',
  text: `
    select * from apply_changes(format(
      '[{"tenant": "bench-%s", "actor": {"type": "terminal", "id": "till-1", "name": "Till 1"}, "key": "%s", "hash": "00",
         "kind": "%s", "phone": "+%s", "points": %s, "reason": null, "orderId": null}]',
      :tenant::int, gen_random_uuid(), (array['add', 'redeem'])[1 + :sign], :phone::bigint, :points::int
    )::json)`,
}

/**
 * The same change written by hand as one statement, the way a team that cares would write it: counter, card, entry with its
 * unique key, event. It knows no refusals, no replays and no kinds but these two, so it is the least that one commit for
 * each change can cost, and the baseline of the targets.
 */
const byHand: Statement = {
  // Row-level security binds every other role to a tenant, and the net for hand-made changes would catch them.
  role: 'loyalty_engine',
  text: `
    with stream as (
      update streams
      set head = head + 1, last_at = greatest(last_at, date_trunc('milliseconds', clock_timestamp()))
      where tenant_id = 'bench-' || :tenant::int
      returning *
    ),
    change as (
      select :points::int * (1 - 2 * :sign::int) as points
    ),
    card as (
      update cards
      set balance = balance + change.points, version = cards.version + 1, updated_at = stream.last_at,
          earned = earned + greatest(change.points, 0), redeemed = redeemed + greatest(-change.points, 0)
      from stream, change, members, programs
      where members.tenant_id = stream.tenant_id and members.phone = '+' || :phone::bigint
        and programs.tenant_id = stream.tenant_id and programs.is_default
        and cards.tenant_id = stream.tenant_id and cards.customer_id = members.customer_id and cards.program_id = programs.id
        and balance + change.points >= 0
      returning cards.*, members.phone, members.display_name
    ),
    entry as (
      insert into entries (
        tenant_id, id, card_id, card_version, customer_id, program_id, type, points, balance_after, earned_after,
        redeemed_after, actor_type, actor_id, actor_name, idempotency_key, request_hash, epoch, seq, created_at
      )
      select
        stream.tenant_id, uuid_v7(last_at, head), card.id, card.version, customer_id, program_id,
        case when points > 0 then 'add' else 'redeem' end, points, balance, earned, redeemed, 'terminal', 'till-1', 'Till 1',
        gen_random_uuid(), '\\x00', epoch, head, last_at
      from stream, card, change
      returning *
    )
    insert into events (tenant_id, epoch, seq, id, type, version, customer_id, actor, data, created_at)
    select
      entry.tenant_id, epoch, seq, uuid_v7(entry.created_at, seq), 'loyalty_updated', 1, entry.customer_id,
      '{"type":"terminal","id":"till-1","name":"Till 1"}',
      row_to_json(row(
        entry.customer_id, phone, display_name, entry.program_id, card_id, card_version, entry.id, points, balance_after,
        earned_after, redeemed_after, type, reason, order_id
      )::loyalty_updated_v1),
      entry.created_at
    from entry, card
    returning *`,
}

export const statements = { byHand, applyOne } as const
