import { sql } from 'kysely'
import type { z } from 'zod'
import type { Db } from '../db/connect.ts'
import type { TenantTransaction } from '../db/tenant-scope.ts'
import { ADMIN, type App } from '../http/app-types.ts'
import { idempotencyHeaders, requestHash } from '../http/idempotency.ts'
import { pageOf } from '../http/paging.ts'
import { responses } from '../http/problem.ts'
import { engage } from '../stream/engage.ts'
import { byId, readPage } from '../stream/read-page.ts'
import { sendEngaged } from '../stream/send-engaged.ts'
import type { OnCommitted } from '../stream/write.ts'
import { adjustmentItem, adjustmentRecord, listQuery, proposeBody, type AdjustmentStatus } from './schemas.ts'

export type AdjustmentsOptions = { db: Db; onCommitted: OnCommitted }

const config = { access: ADMIN }
const tags = ['adjustments']

/** Changes of points by hand, with the customer's approval where the tenant asks for it. */
export function adjustmentRoutes(app: App, { db, onCommitted }: AdjustmentsOptions): void {
  app.route({
    method: 'POST',
    url: '/api/admin/adjustments',
    config,
    schema: {
      tags,
      summary: 'Add or deduct points by hand',
      description:
        'With the tenant’s adjustmentsNeedApproval on, it is `pending` and changes nothing until the customer approves, within seven days.',
      headers: idempotencyHeaders,
      body: proposeBody,
      response: responses(
        { 201: adjustmentRecord },
        'idempotency-key-missing',
        'customer-not-found',
        'program-not-found',
        'card-not-found',
        'insufficient-points',
      ),
    },
    handler: async ({ caller: { tenant, actor }, headers, body }, reply) => {
      const { customerId, points, reason, programId } = body
      const result = await engage(
        { db, onCommitted },
        {
          operation: 'propose_adjustment',
          tenant,
          actor,
          key: headers['idempotency-key'],
          hash: requestHash('adjust', customerId, points, reason, programId),
          input: { customerId, points, reason, programId },
        },
      )
      return sendEngaged(reply, 201, result)
    },
  })

  app.route({
    method: 'GET',
    url: '/api/admin/adjustments',
    config,
    schema: {
      tags,
      summary: 'Adjustments, the newest first',
      querystring: listQuery,
      response: responses({ 200: pageOf(adjustmentItem) }),
    },
    handler: ({ caller: { tenant }, query }) =>
      readPage(db, tenant, query, {
        order: byId,
        rows: (trx, before, limit) => listAdjustments(trx, tenant, query, before, limit),
        toItem: (row) => row.record,
      }),
  })
}

type Filter = { readonly status?: AdjustmentStatus | undefined; readonly customerId?: string | undefined }

/** Adjustments, newest first, from the one before `before` on. Their ids sort by time. */
function listAdjustments(
  trx: TenantTransaction,
  tenant: string,
  { status, customerId }: Filter,
  before: string | null,
  limit: number,
) {
  let query = trx
    .selectFrom('adjustments')
    .select(['id', sql<z.infer<typeof adjustmentItem>>`adjustment_record(adjustments)`.as('record')])
    .where('tenant_id', '=', tenant)
    .orderBy('id', 'desc')
    .limit(limit)
  if (status) query = query.where('status', '=', status)
  if (customerId) query = query.where('customer_id', '=', customerId)
  if (before) query = query.where('id', '<', before)
  return query.execute()
}
