import { sql, type ExpressionBuilder, type SqlBool } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import { exactTime } from '../db/exact-time.ts'
import type { Database } from '../db/tables.ts'
import type { TenantTransaction } from '../db/tenant-scope.ts'
import type { SortBy } from './schemas.ts'

export type MemberFilter = {
  readonly search?: string | undefined
  readonly vip?: boolean | undefined
  readonly sort: SortBy
  readonly order: 'asc' | 'desc'
}

/** Where a page goes on: the sort value of the row before it, and its id for rows that share that value. */
export type MemberKey = readonly [value: string | number, id: string]

type Members = ExpressionBuilder<Database, 'members'>

/**
 * Sums and activity of cards, joined to members: of each row by itself, a small index scan, or of the whole tenant in one
 * pass, for a list that is sorted by them and has to know them all before its first row.
 */
const cardTotals = (tenant: string, of: 'each' | 'all') => (eb: Members) => {
  const totals = eb
    .selectFrom('cards')
    .select(({ fn }) => [
      'customer_id as holder',
      fn.sum<number>('balance').as('points'),
      fn.sum<number>('earned').as('earned'),
      fn.sum<number>('redeemed').as('redeemed'),
      fn.max('updated_at').as('last_activity_at'),
    ])
    .where('tenant_id', '=', tenant)
    .groupBy('customer_id')
  return (of === 'all' ? totals : totals.whereRef('customer_id', '=', 'members.customer_id')).as('totals')
}

const cardsOf = (eb: Members) =>
  jsonArrayFrom(
    eb
      .selectFrom('cards')
      .select(['id', 'program_id as programId', 'balance', 'earned', 'redeemed', 'cards.version'])
      .whereRef('cards.tenant_id', '=', 'members.tenant_id')
      .whereRef('cards.customer_id', '=', 'members.customer_id')
      .orderBy('created_at'),
  ).as('cards')

/** What a list is sorted by. Numbers and times of nobody yet sort as zero, so that every row has a place. */
const sortKeys = {
  name: sql<string>`sort_name`,
  points: sql<number>`coalesce(totals.points, 0)`,
  earned: sql<number>`coalesce(totals.earned, 0)`,
  redeemed: sql<number>`coalesce(totals.redeemed, 0)`,
  lastActivity: sql<number>`coalesce(extract(epoch from totals.last_activity_at), 0)`,
  created: sql<number>`extract(epoch from members.created_at)`,
} as const satisfies Record<SortBy, unknown>

/** Members in the order asked for, `limit` of them, from the one after `after` on. */
export function listMembers(
  trx: TenantTransaction,
  tenant: string,
  { search, vip, sort, order }: MemberFilter,
  after: MemberKey | null,
  limit: number,
) {
  const key = sortKeys[sort]
  let query = selectMembers(trx, tenant, sort === 'name' || sort === 'created' ? 'each' : 'all')
    .select(sql<string | number>`${key}`.as('sort_key'))
    .orderBy(key, order)
    .orderBy('members.customer_id', order)
    .limit(limit)
  if (vip !== undefined) query = query.where('vip', '=', vip)
  if (search !== undefined) query = query.where(matches(search))
  if (after) {
    const beyond = order === 'asc' ? sql`>` : sql`<`
    query = query.where(sql<SqlBool>`(${key}, members.customer_id) ${beyond} (${after[0]}, ${after[1]}::uuid)`)
  }
  return query.execute()
}

/** How many members there are, without counting them. */
export async function countMembers(trx: TenantTransaction, tenant: string): Promise<number> {
  const counted = await trx
    .selectFrom('member_counts')
    .select('members')
    .where('tenant_id', '=', tenant)
    .executeTakeFirst()
  return counted?.members ?? 0
}

/** One member; undefined when the tenant has none with that id. */
export function findMember(trx: TenantTransaction, tenant: string, id: string) {
  return selectMembers(trx, tenant).where('members.customer_id', '=', id).executeTakeFirst()
}

/** VIPs, the newest first. */
export function listVips(trx: TenantTransaction, tenant: string, after: MemberKey | null, limit: number) {
  let query = selectMembers(trx, tenant)
    .select(exactTime('vip_since').as('sort_key'))
    .where('vip', '=', true)
    .orderBy('vip_since', 'desc')
    .orderBy('members.customer_id', 'desc')
    .limit(limit)
  if (after)
    query = query.where(sql<SqlBool>`(vip_since, members.customer_id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`)
  return query.execute()
}

/** Members who have booked and are not VIP, the last booking first. One that was cancelled is as if it had not been made. */
export function listCandidates(trx: TenantTransaction, tenant: string, after: MemberKey | null, limit: number) {
  let query = selectMembers(trx, tenant)
    .innerJoin(
      (eb) =>
        eb
          .selectFrom('bookings')
          .select(({ fn }) => [
            'customer_id as booked_by',
            fn.countAll<number>().as('bookings'),
            fn.max('starts_at').as('last_booking_at'),
          ])
          .where('tenant_id', '=', tenant)
          .where('customer_id', 'is not', null)
          .where('status', '<>', 'cancelled')
          .groupBy('customer_id')
          .as('booked'),
      (join) => join.onRef('booked.booked_by', '=', 'members.customer_id'),
    )
    .select(['booked.bookings', 'booked.last_booking_at', exactTime('booked.last_booking_at').as('sort_key')])
    .where('vip', '=', false)
    .orderBy('booked.last_booking_at', 'desc')
    .orderBy('members.customer_id', 'desc')
    .limit(limit)
  if (after) {
    query = query.where(
      sql<SqlBool>`(booked.last_booking_at, members.customer_id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
    )
  }
  return query.execute()
}

/** The member's own row, locked until the end of the transaction. */
export function lockMember(trx: TenantTransaction, tenant: string, id: string) {
  return trx
    .selectFrom('members')
    .selectAll()
    .where('tenant_id', '=', tenant)
    .where('customer_id', '=', id)
    .forUpdate()
    .executeTakeFirst()
}

export type MemberPatch = { readonly display_name?: string; readonly vip?: boolean }

/** Changes a member and counts the change in its version. */
export function updateMember(trx: TenantTransaction, tenant: string, id: string, patch: MemberPatch) {
  return trx
    .updateTable('members')
    .set({
      ...patch,
      ...(patch.vip === undefined ? {} : { vip_since: patch.vip ? new Date() : null }),
      version: sql`version + 1`,
    })
    .where('tenant_id', '=', tenant)
    .where('customer_id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

function selectMembers(trx: TenantTransaction, tenant: string, totals: 'each' | 'all' = 'each') {
  return trx
    .selectFrom('members')
    .leftJoinLateral(cardTotals(tenant, totals), (join) => join.onRef('totals.holder', '=', 'members.customer_id'))
    .select([
      'members.customer_id as id',
      'phone',
      'display_name',
      'vip',
      'vip_since',
      'members.version',
      'members.created_at',
      'totals.last_activity_at',
    ])
    .select(({ fn, val }) => [
      fn.coalesce('totals.points', val(0)).as('points'),
      fn.coalesce('totals.earned', val(0)).as('earned'),
      fn.coalesce('totals.redeemed', val(0)).as('redeemed'),
    ])
    .select((eb) => cardsOf(eb))
    .where('members.tenant_id', '=', tenant)
}

/** Part of the name in any case, or, when there are digits enough to mean a phone, part of that. */
function matches(search: string) {
  const name = `%${escapeLike(search.toLowerCase())}%`
  const digits = search.replaceAll(/\D/g, '').replace(/^0+/, '')
  return digits.length >= 3
    ? sql<SqlBool>`(sort_name like ${name} or phone like ${`%${digits}%`})`
    : sql<SqlBool>`sort_name like ${name}`
}

const escapeLike = (text: string) => text.replaceAll(/[\\%_]/g, (character) => `\\${character}`)
