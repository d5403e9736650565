import { CUSTOMER, FIRST_PHONE, type Population } from './population.ts'

/** Events reach back only as far as the API would have kept them. */
export const EVENT_DAYS = 7

/** UUIDs that follow from a number: their order is the order of the numbers, as with UUIDv7. */
const uuid = (kind: number, number: string) =>
  `('0199f000-000${kind}-7000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`
/** SQL: the id of customer number `number`. */
export const customerUuid = (number: string) => uuid(CUSTOMER, number)
const PROGRAM = 1
const ENROLMENT = 3
const CARD = 4

const tenantOf = (number: string) => `'bench-' || ${number}`

/** What a card's entry number `version` left behind: 1 opens, even ones add 30, odd ones redeem 20. */
const earnedAfter = (opening: number, version: string) => `${opening} + 30 * (${version} / 2)`
const redeemedAfter = (version: string) => `20 * ((${version} - 1) / 2)`

/** Tenants with their streams and programmes, customers, members, enrolments, and cards as their histories leave them. */
export function peopleStatements({ tenants, membersPerTenant, entriesPerCard, openingPoints }: Population): string[] {
  const streamHead = membersPerTenant * entriesPerCard
  const everyTenant = `generate_series(0, ${tenants - 1}) t`
  const everyCustomer = `generate_series(0, ${tenants * membersPerTenant - 1}) c`
  const tenantOfCustomer = tenantOf(`c / ${membersPerTenant}`)
  const programOfCustomer = uuid(PROGRAM, `c / ${membersPerTenant}`)
  const earned = earnedAfter(openingPoints, String(entriesPerCard))
  const redeemed = redeemedAfter(String(entriesPerCard))
  const settings = '{"defaultCountry": "GB", "currency": "GBP", "adjustmentsNeedApproval": false}'
  return [
    `insert into tenants (id, name, settings) select ${tenantOf('t')}, 'Tenant ' || t, '${settings}' from ${everyTenant}`,
    `insert into streams (tenant_id, epoch, head, last_at)
     select ${tenantOf('t')}, extract(epoch from now())::bigint, ${streamHead}, date_trunc('milliseconds', now())
     from ${everyTenant}`,
    `insert into deliveries (tenant_id, epoch, seq) select tenant_id, epoch, head from streams`,
    `insert into programs (tenant_id, id, name, is_default)
     select ${tenantOf('t')}, ${uuid(PROGRAM, 't')}, 'Points', true from ${everyTenant}`,
    `insert into customers (id, phone, name)
     select ${uuid(CUSTOMER, 'c')}, '+' || (${FIRST_PHONE} + c), 'Member ' || c from ${everyCustomer}`,
    `insert into members (tenant_id, customer_id, phone, display_name)
     select ${tenantOfCustomer}, ${uuid(CUSTOMER, 'c')}, '+' || (${FIRST_PHONE} + c), 'Member ' || c from ${everyCustomer}`,
    `insert into member_counts (tenant_id, members) select tenant_id, count(*) from members group by tenant_id`,
    `insert into enrolments (tenant_id, id, customer_id, program_id, status, method, decided_at)
     select ${tenantOfCustomer}, ${uuid(ENROLMENT, 'c')}, ${uuid(CUSTOMER, 'c')}, ${programOfCustomer}, 'active', 'manual', now()
     from ${everyCustomer}`,
    `insert into cards (tenant_id, id, customer_id, program_id, balance, earned, redeemed, version)
     select ${tenantOfCustomer}, ${uuid(CARD, 'c')}, ${uuid(CUSTOMER, 'c')}, ${programOfCustomer},
       ${earned} - ${redeemed}, ${earned}, ${redeemed}, ${entriesPerCard}
     from ${everyCustomer}`,
  ]
}

/** Entries number $1 to $2 of all tenants, counted in the order of time, with their events as far as those are kept. */
export function historyStatement(population: Population): string {
  const { tenants, membersPerTenant, entriesPerCard, openingPoints, historyDays = 365 } = population
  const streamHead = membersPerTenant * entriesPerCard
  return `
    with numbered as (
      select
        t, seq, t::bigint * ${membersPerTenant} + (seq - 1) % ${membersPerTenant} as c,
        (seq - 1) / ${membersPerTenant} + 1 as version,
        date_trunc('milliseconds', stream.last_at - interval '${historyDays} days' * (1 - seq / ${streamHead}::float8)) as at,
        stream.epoch
      from generate_series($1::bigint, $2::bigint) number
      cross join lateral (select number % ${tenants} as t, number / ${tenants} + 1 as seq) position
      join streams stream on stream.tenant_id = 'bench-' || t
    ),
    written as (
      insert into entries (
        tenant_id, id, card_id, card_version, customer_id, program_id, type, points, balance_after, earned_after,
        redeemed_after, reason, order_id, actor_type, actor_id, actor_name, idempotency_key, request_hash, epoch, seq,
        created_at
      )
      select
        'bench-' || t, uuid_v7(at, seq), ${uuid(CARD, 'c')}, version, ${uuid(CUSTOMER, 'c')}, ${uuid(PROGRAM, 't')},
        case when version = 1 then 'enrol' when version % 2 = 0 then 'add' else 'redeem' end,
        case when version = 1 then ${openingPoints} when version % 2 = 0 then 30 else -20 end,
        earned - redeemed, earned, redeemed, null, 'order-' || seq, 'terminal', 'till-1', 'Till 1', 'seed-' || seq,
        '\\x00', epoch, seq, at
      from numbered
      cross join lateral (
        select ${earnedAfter(openingPoints, 'version')} as earned, ${redeemedAfter('version')} as redeemed
      ) after
      returning *
    )
    insert into events (tenant_id, epoch, seq, id, type, version, customer_id, actor, data, created_at)
    select
      tenant_id, epoch, seq, written.id, 'loyalty_updated', 1, customer_id,
      '{"type":"terminal","id":"till-1","name":"Till 1"}',
      row_to_json(row(
        customer_id, customers.phone, customers.name, program_id, card_id, card_version, written.id, points, balance_after,
        earned_after, redeemed_after, type, reason, order_id
      )::loyalty_updated_v1),
      written.created_at
    from written
    join customers on customers.id = written.customer_id
    where written.created_at >= (now() at time zone 'UTC')::date::timestamp at time zone 'UTC' - interval '${EVENT_DAYS} days'`
}
