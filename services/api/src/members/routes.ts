import { z } from 'zod'
import type { Db } from '../db/connect.ts'
import { withTenantSnapshot, type TenantTransaction } from '../db/tenant-scope.ts'
import { ApiError } from '../errors.ts'
import { ADMIN, type App, type Caller } from '../http/app-types.ts'
import { decodePageKey, pageOf, toPage } from '../http/paging.ts'
import { responses } from '../http/problem.ts'
import { ifMatchHeaders, requireVersion, versionTag } from '../http/versions.ts'
import { byTime, readPage } from '../stream/read-page.ts'
import { readCursor } from '../stream/read.ts'
import { writeStream, type OnCommitted } from '../stream/write.ts'
import { changesBetween } from './rules.ts'
import {
  candidateItem,
  idParams,
  listQuery,
  memberItem,
  memberPage,
  memberRecord,
  pageOnlyQuery,
  patchBody,
} from './schemas.ts'
import {
  countMembers,
  findMember,
  listCandidates,
  listMembers,
  listVips,
  lockMember,
  updateMember,
  type MemberPatch,
} from './store.ts'

export type MembersOptions = { db: Db; onCommitted: OnCommitted }

const byName = z.tuple([z.string(), z.uuid()])
const byNumber = z.tuple([z.number(), z.uuid()])

/** What a business keeps about its customers: lists, records, VIPs. */
export function memberRoutes(app: App, { db, onCommitted }: MembersOptions): void {
  const config = { access: ADMIN }
  const tags = ['customers']

  app.route({
    method: 'GET',
    url: '/api/admin/customers',
    config,
    schema: {
      tags,
      summary: 'Customers of the tenant',
      querystring: listQuery,
      response: responses({ 200: memberPage }),
    },
    handler: async ({ caller: { tenant }, query: { limit, pageAfter, ...filter } }) => {
      const isWhole = pageAfter === undefined && filter.search === undefined && filter.vip === undefined
      const after = decodePageKey(pageAfter, filter.sort === 'name' ? byName : byNumber)
      return withTenantSnapshot(db, tenant, async (trx) => {
        const rows = await listMembers(trx, tenant, filter, after, limit + 1)
        const page = toPage(rows, limit, (row) => [row.sort_key, row.id], toItem)
        return {
          ...page,
          cursor: await readCursor(trx, tenant),
          ...(isWhole ? { total: await countMembers(trx, tenant) } : {}),
        }
      })
    },
  })

  app.route({
    method: 'GET',
    url: '/api/admin/customers/:id',
    config,
    schema: {
      tags,
      summary: 'One customer',
      params: idParams,
      response: responses({ 200: memberRecord }, 'customer-not-found'),
    },
    handler: async ({ caller: { tenant }, params }, reply) => {
      const record = await withTenantSnapshot(db, tenant, (trx) => readRecord(trx, tenant, params.id))
      return reply.header('etag', versionTag(record.version)).send(record)
    },
  })

  app.route({
    method: 'PATCH',
    url: '/api/admin/customers/:id',
    config,
    schema: {
      tags,
      summary: 'Change a customer',
      description: 'Needs If-Match. When the record has changed meanwhile: 412, with the record as it is in `current`.',
      params: idParams,
      headers: ifMatchHeaders,
      body: patchBody,
      response: responses({ 200: memberRecord }, 'customer-not-found', 'version-mismatch', 'precondition-required'),
    },
    handler: async ({ caller, params, headers, body }, reply) => {
      const record = await change(caller, params.id, { display_name: body.displayName }, headers['if-match'])
      return reply.header('etag', versionTag(record.version)).send(record)
    },
  })

  for (const [method, vip, summary] of [
    ['PUT', true, 'Add to the VIP list'],
    ['DELETE', false, 'Remove from the VIP list'],
  ] as const) {
    app.route({
      method,
      url: '/api/admin/customers/:id/vip',
      config,
      schema: {
        tags,
        summary,
        description: 'Doing it twice changes nothing.',
        params: idParams,
        response: responses({ 200: memberRecord }, 'customer-not-found'),
      },
      handler: async ({ caller, params }, reply) => {
        const record = await change(caller, params.id, { vip }, '*')
        return reply.header('etag', versionTag(record.version)).send(record)
      },
    })
  }

  app.route({
    method: 'GET',
    url: '/api/admin/vip',
    config,
    schema: {
      tags,
      summary: 'VIPs, the newest first',
      querystring: pageOnlyQuery,
      response: responses({ 200: pageOf(memberItem) }),
    },
    handler: ({ caller: { tenant }, query }) =>
      readPage(db, tenant, query, {
        order: byTime,
        rows: (trx, after, limit) => listVips(trx, tenant, after, limit),
        toItem: (row) => toItem(row),
      }),
  })

  app.route({
    method: 'GET',
    url: '/api/admin/vip/candidates',
    config,
    schema: {
      tags,
      summary: 'Customers who have booked and are not VIP',
      querystring: pageOnlyQuery,
      response: responses({ 200: pageOf(candidateItem) }),
    },
    handler: ({ caller: { tenant }, query }) =>
      readPage(db, tenant, query, {
        order: byTime,
        rows: (trx, after, limit) => listCandidates(trx, tenant, after, limit),
        toItem: (row) => ({
          ...toItem(row),
          bookings: row.bookings,
          lastBookingAt: row.last_booking_at.toISOString(),
        }),
      }),
  })

  /** Changes a member and tells the stream, in one transaction; without a difference it does neither. */
  function change({ tenant, actor }: Caller, id: string, patch: MemberPatch, ifMatch: string | undefined) {
    return writeStream(db, onCommitted, tenant, async (trx, append) => {
      const before = await lockMember(trx, tenant, id)
      if (!before) throw notFound(id)
      const record = await readRecord(trx, tenant, id)
      requireVersion(ifMatch, before.version, () => record)
      const changes = changesBetween(before, { ...before, ...patch })
      if (!changes) return record
      const after = await updateMember(trx, tenant, id, patch)
      await append({
        type: 'member_updated',
        customerId: id,
        actor,
        data: {
          customerId: id,
          customerPhone: after.phone,
          customerName: after.display_name,
          memberVersion: after.version,
          vip: after.vip,
          changes,
        },
      })
      return readRecord(trx, tenant, id)
    })
  }
}

type MemberRow = NonNullable<Awaited<ReturnType<typeof findMember>>>

const toItem = (row: MemberRow): z.infer<typeof memberItem> => ({
  id: row.id,
  phone: row.phone,
  displayName: row.display_name,
  vip: row.vip,
  vipSince: row.vip_since?.toISOString() ?? null,
  version: row.version,
  points: row.points,
  earned: row.earned,
  redeemed: row.redeemed,
  lastActivityAt: row.last_activity_at?.toISOString() ?? null,
  createdAt: row.created_at.toISOString(),
  cards: row.cards,
})

async function readRecord(trx: TenantTransaction, tenant: string, id: string): Promise<z.infer<typeof memberRecord>> {
  const row = await findMember(trx, tenant, id)
  if (!row) throw notFound(id)
  return { ...toItem(row), cursor: await readCursor(trx, tenant) }
}

const notFound = (id: string) => new ApiError('customer-not-found', `this tenant has no customer ${id}`)
