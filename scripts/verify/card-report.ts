import type { ClientBase } from 'pg'
import { z } from 'zod'
import { findCards, findCustomer, type FoundCustomer } from './find-cards.ts'
import { SAID, TELLS_OF_ENTRY } from './event-of-entry.ts'

const ENTRIES_SHOWN = 10

export type CardReport = {
  readonly card: string
  readonly program: string
  /** What the card says, what its entries add up to, what the last of them says; balance, earned, redeemed, version each. */
  readonly figures: readonly { name: string; card: number; sum: number; last: number | null }[]
  /** The last ten, newest first. */
  readonly entries: readonly EntryReport[]
  readonly entryCount: number
}

export type EntryReport = {
  readonly seq: number
  readonly at: Date
  readonly type: string
  readonly points: number
  readonly balanceAfter: number
  readonly actor: string
  /** The event at the entry's position; null when there is none. */
  readonly event: {
    readonly type: string
    readonly pointsChange: number | null
    readonly newBalance: number | null
  } | null
  /** Whether the event says the same as the entry. */
  readonly agrees: boolean
  /** Whether the event may have been dropped by now. */
  readonly pastRetention: boolean
  /** Whether a realtime server has acknowledged the event. */
  readonly delivered: boolean
}

export type CustomerReport = FoundCustomer & { readonly cards: readonly CardReport[] }

export type Question = {
  /** Phone, however it is typed, or id. */
  customer: string
  tenant: string
  /** Name or id; absent: every programme. */
  program: string | undefined
  keptSince: Date
}

/**
 * What the database knows of a customer's cards in a tenant, three times over: the card, its entries, their events.
 *
 * @throws Error when there is no such tenant, customer, programme or card
 */
export async function reportCustomer(client: ClientBase, question: Question): Promise<CustomerReport> {
  const { tenant, customer } = await findCustomer(client, question.tenant, question.customer)
  const cards = await findCards(client, { tenant, customer }, question.program)
  const reports: CardReport[] = []
  for (const { id, program } of cards)
    reports.push(await reportCard(client, tenant.id, id, program, question.keptSince))
  return { tenant, customer, cards: reports }
}

const figures = z.object({
  balance: z.coerce.number(),
  earned: z.coerce.number(),
  redeemed: z.coerce.number(),
  version: z.coerce.number(),
})

const FIGURE_NAMES = ['balance', 'earned', 'redeemed', 'version'] as const

async function reportCard(
  client: ClientBase,
  tenant: string,
  card: string,
  program: string,
  keptSince: Date,
): Promise<CardReport> {
  const { rows } = await client.query<{ card: unknown; sum: unknown; last: unknown; entries: string }>(
    `select
       json_build_object('balance', c.balance, 'earned', c.earned, 'redeemed', c.redeemed, 'version', c.version) as card,
       json_build_object('balance', s.balance, 'earned', s.balance + s.redeemed, 'redeemed', s.redeemed,
         'version', s.entries) as sum,
       (select json_build_object('balance', balance_after, 'earned', earned_after, 'redeemed', redeemed_after,
         'version', card_version) from entries e where e.tenant_id = $1 and e.card_id = $2
         order by card_version desc limit 1) as last,
       s.entries
     from cards c
     cross join (
       select count(*) as entries, coalesce(sum(e.points), 0) as balance,
         coalesce(-sum(e.points) filter (where e.type = 'redeem' or target.type = 'redeem'), 0) as redeemed
       from entries e
       left join entries target on target.tenant_id = e.tenant_id and target.id = e.reverses
       where e.tenant_id = $1 and e.card_id = $2
     ) s
     where c.tenant_id = $1 and c.id = $2`,
    [tenant, card],
  )
  const says = figures.parse(rows[0]!.card)
  const sum = figures.parse(rows[0]!.sum)
  const last = figures.nullable().parse(rows[0]!.last)
  return {
    card,
    program,
    figures: FIGURE_NAMES.map((name) => ({ name, card: says[name], sum: sum[name], last: last?.[name] ?? null })),
    entryCount: Number(rows[0]!.entries),
    entries: await lastEntries(client, tenant, card, keptSince),
  }
}

async function lastEntries(client: ClientBase, tenant: string, card: string, keptSince: Date): Promise<EntryReport[]> {
  const { rows } = await client.query(
    `select
       e.seq::float8 as seq, e.created_at as at, e.type, e.points::float8 as points,
       e.balance_after::float8 as "balanceAfter", coalesce(e.actor_name, e.actor_type) as actor,
       v.type as event, said."pointsChange"::float8 as "pointsChange", said."newBalance"::float8 as "newBalance",
       ${TELLS_OF_ENTRY} as agrees, e.created_at < $3 as "pastRetention", coalesce(d.seq >= e.seq, false) as delivered
     from entries e
     left join events v on v.tenant_id = e.tenant_id and v.seq = e.seq
     left join lateral ${SAID} on v.type = 'loyalty_updated'
     left join deliveries d on d.tenant_id = e.tenant_id
     where e.tenant_id = $1 and e.card_id = $2
     order by e.card_version desc
     limit ${ENTRIES_SHOWN}`,
    [tenant, card, keptSince],
  )
  return rows.map(({ event: type, pointsChange, newBalance, ...row }) => ({
    ...row,
    event: type === null ? null : { type, pointsChange, newBalance },
  }))
}
