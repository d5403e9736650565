import { sql } from 'kysely'
import type { z } from 'zod'
import type { Db } from '../db/connect.ts'
import type { TenantTransaction } from '../db/tenant-scope.ts'
import { ADMIN, TILL, type App } from '../http/app-types.ts'
import { idempotencyHeaders, requestHash } from '../http/idempotency.ts'
import { pageOf } from '../http/paging.ts'
import { responses } from '../http/problem.ts'
import type { QrCodes } from '../http/qr-codes.ts'
import { engage } from '../stream/engage.ts'
import { byId, readPage } from '../stream/read-page.ts'
import { sendEngaged } from '../stream/send-engaged.ts'
import type { OnCommitted } from '../stream/write.ts'
import { listQuery, scanBody, scanItem, scanRecord } from './schemas.ts'

export type QrScansOptions = { db: Db; onCommitted: OnCommitted; qrCodes: QrCodes }

const tags = ['QR']

/** Customers' codes read at a till. */
export function qrScanRoutes(app: App, { db, onCommitted, qrCodes }: QrScansOptions): void {
  app.route({
    method: 'POST',
    url: '/api/admin/qr-scans',
    config: { access: TILL },
    schema: {
      tags,
      summary: 'Scan a customer’s code',
      description:
        'The customer is told at once. Who is not enrolled is asked to enrol; who is gets the points of the programme’s rule, or those that the till gives. A code is good for one scan at each business.',
      headers: idempotencyHeaders,
      body: scanBody,
      response: responses(
        { 201: scanRecord },
        'idempotency-key-missing',
        'qr-invalid',
        'qr-expired',
        'qr-used',
        'program-not-found',
        'program-inactive',
      ),
    },
    handler: async ({ caller: { tenant, actor }, headers, body: { qr, programId, points } }, reply) => {
      const { customerId, nonce, expired } = qrCodes.read(qr)
      const result = await engage(
        { db, onCommitted },
        {
          operation: 'scan_customer',
          tenant,
          actor,
          key: headers['idempotency-key'],
          hash: requestHash('scan', qr, programId, points),
          input: { customerId, nonce, expired, programId, points },
        },
      )
      return sendEngaged(reply, 201, result)
    },
  })

  app.route({
    method: 'GET',
    url: '/api/admin/qr-scans',
    config: { access: ADMIN },
    schema: {
      tags,
      summary: 'Scans, the newest first',
      querystring: listQuery,
      response: responses({ 200: pageOf(scanItem) }),
    },
    handler: ({ caller: { tenant }, query }) =>
      readPage(db, tenant, query, {
        order: byId,
        rows: (trx, before, limit) => listScans(trx, tenant, query.customerId, before, limit),
        toItem: (row) => row.record,
      }),
  })
}

/** Scans, newest first, from the one before `before` on. Their ids sort by time. */
function listScans(
  trx: TenantTransaction,
  tenant: string,
  customerId: string | undefined,
  before: string | null,
  limit: number,
) {
  let query = trx
    .selectFrom('qr_scans')
    .select(['id', sql<z.infer<typeof scanItem>>`scan_record(qr_scans)`.as('record')])
    .where('tenant_id', '=', tenant)
    .orderBy('id', 'desc')
    .limit(limit)
  if (customerId) query = query.where('customer_id', '=', customerId)
  if (before) query = query.where('id', '<', before)
  return query.execute()
}
