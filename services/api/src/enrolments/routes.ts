import { z } from 'zod'
import type { Db } from '../db/connect.ts'
import { withTenantSnapshot } from '../db/tenant-scope.ts'
import type { KnownSettings } from '../db/tenant-settings.ts'
import { ApiError } from '../errors.ts'
import { ADMIN, TILL, type App } from '../http/app-types.ts'
import { uuid } from '../http/fields.ts'
import { optionalIdempotencyHeaders, requestHash } from '../http/idempotency.ts'
import { pageOf } from '../http/paging.ts'
import { parsePhone } from '../http/phone-number.ts'
import { responses } from '../http/problem.ts'
import { engage } from '../stream/engage.ts'
import { byTime, readPage } from '../stream/read-page.ts'
import { readCursor } from '../stream/read.ts'
import { sendEngaged } from '../stream/send-engaged.ts'
import type { OnCommitted } from '../stream/write.ts'
import { enrolmentItem, enrolmentRecord, listQuery, requestBody, statusList, statusQuery } from './schemas.ts'
import { isMember, listEnrolments, listStatus } from './store.ts'

export type EnrolmentsOptions = { db: Db; onCommitted: OnCommitted; settings: KnownSettings }

const tags = ['enrolments']

/** Who has been asked into which programme, and what they said. */
export function enrolmentRoutes(app: App, { db, onCommitted, settings }: EnrolmentsOptions): void {
  app.route({
    method: 'GET',
    url: '/api/admin/enrolments',
    config: { access: ADMIN },
    schema: {
      tags,
      summary: 'Enrolments, the newest request first',
      querystring: listQuery,
      response: responses({ 200: pageOf(enrolmentItem) }),
    },
    handler: ({ caller: { tenant }, query }) =>
      readPage(db, tenant, query, {
        order: byTime,
        rows: (trx, after, limit) => listEnrolments(trx, tenant, query, after, limit),
        toItem: (row) => row.record,
      }),
  })

  app.route({
    method: 'GET',
    url: '/api/admin/enrolments/status',
    config: { access: TILL },
    schema: {
      tags,
      summary: 'Where a customer stands in each programme',
      querystring: statusQuery,
      response: responses({ 200: statusList }, 'customer-not-found'),
    },
    handler: async ({ caller: { tenant }, query: { customerId } }) =>
      withTenantSnapshot(db, tenant, async (trx) => {
        if (!(await isMember(trx, tenant, customerId))) {
          throw new ApiError('customer-not-found', `this tenant has no customer ${customerId}`)
        }
        const items = (await listStatus(trx, tenant, customerId)).map(({ id, name, active, last }) => ({
          programId: id,
          programName: name,
          active,
          enrolment: last?.record ?? null,
        }))
        return { items, cursor: await readCursor(trx, tenant) }
      }),
  })

  app.route({
    method: 'POST',
    url: '/api/admin/enrolments',
    config: { access: TILL },
    schema: {
      tags,
      summary: 'Ask a customer to enrol',
      description:
        'By id, or by phone and name: whoever is not a customer yet becomes one. They are asked at once, and have a card once they accept.',
      headers: optionalIdempotencyHeaders,
      body: requestBody,
      response: responses(
        { 201: enrolmentRecord },
        'customer-not-found',
        'program-not-found',
        'program-inactive',
        'already-enrolled',
        'enrolment-pending',
      ),
    },
    handler: async (
      { caller: { tenant, actor }, headers, body: { customerId, phone: typed, name, programId } },
      reply,
    ) => {
      const { defaultCountry } = await settings.read(tenant)
      const phone = typed === undefined ? undefined : parsePhone(typed, defaultCountry, 'body.phone')
      const key = headers['idempotency-key'] ?? null
      const result = await engage(
        { db, onCommitted },
        {
          operation: 'request_enrolment',
          tenant,
          actor,
          key,
          hash: key === null ? null : requestHash('enrol', customerId, phone, name, programId),
          input: { customerId, phone, name, programId },
        },
      )
      return sendEngaged(reply, 201, result)
    },
  })

  app.route({
    method: 'POST',
    url: '/api/admin/enrolments/:id/cancel',
    config: { access: ADMIN },
    schema: {
      tags,
      summary: 'Take back a request that is not answered yet',
      description: 'Doing it twice changes nothing.',
      params: z.strictObject({ id: uuid }),
      response: responses({ 200: enrolmentRecord }, 'enrolment-not-found', 'already-decided'),
    },
    handler: async ({ caller: { tenant, actor }, params: { id } }, reply) => {
      const result = await engage(
        { db, onCommitted },
        { operation: 'cancel_enrolment', tenant, actor, key: null, hash: null, input: { enrolmentId: id } },
      )
      return sendEngaged(reply, 200, result)
    },
  })
}
