import { ofTenant, type Check } from './check.ts'

/** A redemption, and the taking back of one, move `redeemed`; everything else moves `earned`. */
const SPENDS = `(e.type = 'redeem' or target.type = 'redeem')`

/** Invariant I1 and what it rests on: every card is what its entries make of it. */
export const ledgerChecks: readonly Check[] = [
  {
    name: 'card-is-sum-of-entries',
    claim: 'balance, earned and redeemed of each card are the sums of its entries, and its version is their number',
    sql: `
      with sums as (
        select
          e.tenant_id, e.card_id, count(*) as entries, sum(e.points) as balance,
          coalesce(sum(e.points) filter (where ${SPENDS} is not true), 0) as earned,
          coalesce(-sum(e.points) filter (where ${SPENDS}), 0) as redeemed
        from entries e
        left join entries target on target.tenant_id = e.tenant_id and target.id = e.reverses
        where ${ofTenant('e')}
        group by e.tenant_id, e.card_id
      )
      select
        coalesce(c.tenant_id, s.tenant_id) as tenant, coalesce(c.id, s.card_id) as card,
        concat_ws(' / ', c.balance, c.earned, c.redeemed, c.version) as "card says",
        concat_ws(' / ', s.balance, s.earned, s.redeemed, s.entries) as "entries say"
      from (select * from cards c where ${ofTenant('c')}) c
      full join sums s on s.tenant_id = c.tenant_id and s.card_id = c.id
      where (c.balance, c.earned, c.redeemed, c.version) is distinct from (s.balance, s.earned, s.redeemed, s.entries)`,
  },
  {
    name: 'card-is-last-entry',
    claim: 'each card says what its last entry says came after it',
    sql: `
      with last_entries as (
        select distinct on (e.tenant_id, e.card_id) e.*
        from entries e
        where ${ofTenant('e')}
        order by e.tenant_id, e.card_id, e.card_version desc
      )
      select
        c.tenant_id as tenant, c.id as card, e.id as "last entry",
        concat_ws(' / ', c.balance, c.earned, c.redeemed, c.version) as "card says",
        concat_ws(' / ', e.balance_after, e.earned_after, e.redeemed_after, e.card_version) as "entry says"
      from cards c
      left join last_entries e on e.tenant_id = c.tenant_id and e.card_id = c.id
      where ${ofTenant('c')}
        and (c.balance, c.earned, c.redeemed, c.version, c.customer_id, c.program_id) is distinct from
          (e.balance_after, e.earned_after, e.redeemed_after, e.card_version, e.customer_id, e.program_id)`,
  },
  {
    name: 'entries-follow-each-other',
    claim:
      'entries of a card are numbered 1, 2, 3 … in stream order, and each goes on from the figures of the one before',
    sql: `
      with chain as (
        select
          e.*, ${SPENDS} is true as spends,
          lag(e.card_version, 1, 0::bigint) over card as version_before,
          lag(e.balance_after, 1, 0::bigint) over card as balance_before,
          lag(e.earned_after, 1, 0::bigint) over card as earned_before,
          lag(e.redeemed_after, 1, 0::bigint) over card as redeemed_before,
          lag(e.seq, 1, 0::bigint) over card as seq_before,
          lag(e.created_at) over card as time_before
        from entries e
        left join entries target on target.tenant_id = e.tenant_id and target.id = e.reverses
        where ${ofTenant('e')}
        window card as (partition by e.tenant_id, e.card_id order by e.card_version)
      )
      select
        tenant_id as tenant, card_id as card, card_version as version, id as entry, points,
        balance_before as "balance before", balance_after as "balance after", version_before as "version before"
      from chain
      where card_version <> version_before + 1
        or balance_after <> balance_before + points
        or earned_after <> earned_before + case when spends then 0 else points end
        or redeemed_after <> redeemed_before - case when spends then points else 0 end
        or seq <= seq_before
        or created_at < time_before`,
  },
  {
    name: 'balance-is-earned-less-redeemed',
    claim: 'balance = earned − redeemed, on every card and in every entry',
    sql: `
      select tenant_id as tenant, 'card' as "where", id, balance, earned, redeemed
      from cards c
      where ${ofTenant('c')} and balance <> earned - redeemed
      union all
      select tenant_id, 'entry', id, balance_after, earned_after, redeemed_after
      from entries e
      where ${ofTenant('e')} and balance_after <> earned_after - redeemed_after`,
  },
  {
    name: 'no-debt-that-was-not-allowed',
    // The policy of today says nothing about yesterday. What is judged is what was taken since the programme last changed:
    // the stream tells when that was, or, if it tells of no change, that it was before everything it still knows.
    claim:
      'no redemption left less than zero; nor did anything else, except where the programme allowed it at the time',
    sql: `
      with known_since as (
        select v.tenant_id, min(v.seq) as seq from events v where ${ofTenant('v')} group by v.tenant_id
      ),
      changed as (
        select v.tenant_id, v.data->>'programId' as program_id, max(v.seq) as seq
        from events v
        where ${ofTenant('v')} and v.type = 'program_updated'
        group by v.tenant_id, v.data->>'programId'
      ),
      programs_since as (
        select p.*, coalesce(changed.seq, case when p.version = 1 then 0 else known_since.seq - 1 end) as unchanged_since
        from programs p
        left join known_since on known_since.tenant_id = p.tenant_id
        left join changed on changed.tenant_id = p.tenant_id and changed.program_id = p.id::text
        where ${ofTenant('p')}
      )
      select
        e.tenant_id as tenant, e.card_id as card, e.id as entry, e.type, e.points, e.balance_after as "balance after",
        p.debt_policy as policy
      from entries e
      join programs_since p on p.tenant_id = e.tenant_id and p.id = e.program_id
      where ${ofTenant('e')}
        and e.points < 0
        and e.balance_after < 0
        and (e.type not in ('reverse', 'adjust') or (p.debt_policy = 'refuse' and e.seq > p.unchanged_since))`,
  },
  {
    name: 'reversals-take-back-once',
    claim:
      'a reversal names an earlier entry of its own card, which is no reversal itself, takes back exactly that, and is the only one to',
    sql: `
      select
        e.tenant_id as tenant, e.id as reversal, e.reverses, e.points, target.points as "points reversed",
        target.type as "type reversed"
      from (
        select *, count(*) over (partition by tenant_id, reverses) as times
        from entries e
        where ${ofTenant('e')} and e.type = 'reverse'
      ) e
      left join entries target on target.tenant_id = e.tenant_id and target.id = e.reverses
      where e.times > 1
        or (target.card_id = e.card_id and target.points = -e.points and target.type <> 'reverse' and target.seq < e.seq)
          is not true`,
  },
  {
    name: 'keys-apply-once',
    claim: 'an idempotency key of somebody applied at most once, and was not refused as well (I4)',
    sql: `
      select e.tenant_id as tenant, e.actor_id as actor, e.idempotency_key as key, count(*) as applied, bool_or(k.key is not null) as refused
      from entries e
      left join idempotency_keys k on k.tenant_id = e.tenant_id and k.actor_id = e.actor_id and k.key = e.idempotency_key
      where ${ofTenant('e')} and e.idempotency_key is not null
      group by e.tenant_id, e.actor_id, e.idempotency_key
      having count(*) > 1 or bool_or(k.key is not null)`,
  },
]
