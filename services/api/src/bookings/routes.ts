import type { FastifyReply } from 'fastify'
import type { Db } from '../db/connect.ts'
import { withTenantSnapshot } from '../db/tenant-scope.ts'
import type { KnownSettings } from '../db/tenant-settings.ts'
import { ApiError } from '../errors.ts'
import { ADMIN, type App } from '../http/app-types.ts'
import { idempotencyHeaders, requestHash } from '../http/idempotency.ts'
import { pageOf } from '../http/paging.ts'
import { parsePhone } from '../http/phone-number.ts'
import { responses } from '../http/problem.ts'
import type { Result } from '../http/result.ts'
import { ifMatchHeaders, readVersions, versionTag } from '../http/versions.ts'
import { engage, type Engaged } from '../stream/engage.ts'
import { byTime, readPage } from '../stream/read-page.ts'
import { readCursor } from '../stream/read.ts'
import { sendEngaged } from '../stream/send-engaged.ts'
import type { OnCommitted } from '../stream/write.ts'
import { bookingItem, bookingRecord, createBody, idParams, listQuery, patchBody } from './schemas.ts'
import { findBooking, listBookings } from './store.ts'

export type BookingsOptions = { db: Db; onCommitted: OnCommitted; settings: KnownSettings }

const config = { access: ADMIN }
const tags = ['bookings']

/** Who comes when, and what it costs. */
export function bookingRoutes(app: App, { db, onCommitted, settings }: BookingsOptions): void {
  app.route({
    method: 'GET',
    url: '/api/admin/bookings',
    config,
    schema: {
      tags,
      summary: 'Bookings by start, the latest first unless order=asc',
      querystring: listQuery,
      response: responses({ 200: pageOf(bookingItem) }),
    },
    handler: ({ caller: { tenant }, query }) =>
      readPage(db, tenant, query, {
        order: byTime,
        rows: (trx, after, limit) => listBookings(trx, tenant, query, after, limit),
        toItem: (row) => row.record,
      }),
  })

  app.route({
    method: 'POST',
    url: '/api/admin/bookings',
    config,
    schema: {
      tags,
      summary: 'Make a booking',
      description: 'For a customer, by id or phone, or for nobody that is known.',
      headers: idempotencyHeaders,
      body: createBody,
      response: responses({ 201: bookingRecord }, 'idempotency-key-missing', 'customer-not-found'),
    },
    handler: async ({ caller: { tenant, actor }, headers, body }, reply) => {
      const { customerId, phone: typed, startsAt, amountMinor, currency, note } = body
      const { defaultCountry } = await settings.read(tenant)
      const phone = typed === undefined ? undefined : parsePhone(typed, defaultCountry, 'body.phone')
      const result = await engage(
        { db, onCommitted },
        {
          operation: 'make_booking',
          tenant,
          actor,
          key: headers['idempotency-key'],
          hash: requestHash('book', customerId, phone, startsAt, amountMinor, currency, note),
          input: { customerId, phone, startsAt, amountMinor, currency, note },
        },
      )
      return sendBooking(reply, 201, result)
    },
  })

  app.route({
    method: 'GET',
    url: '/api/admin/bookings/:id',
    config,
    schema: {
      tags,
      summary: 'One booking',
      params: idParams,
      response: responses({ 200: bookingRecord }, 'booking-not-found'),
    },
    handler: async ({ caller: { tenant }, params: { id } }, reply) => {
      const record = await withTenantSnapshot(db, tenant, async (trx) => {
        const booking = await findBooking(trx, tenant, id)
        if (!booking) throw new ApiError('booking-not-found', `this tenant has no booking ${id}`)
        return { ...booking, cursor: await readCursor(trx, tenant) }
      })
      return reply.header('etag', versionTag(record.version)).send(record)
    },
  })

  app.route({
    method: 'PATCH',
    url: '/api/admin/bookings/:id',
    config,
    schema: {
      tags,
      summary: 'Change a booking, or cancel it: status=cancelled',
      description:
        'Needs If-Match. Only what is given changes. When the record has changed meanwhile: 412, with the record as it is in `current`.',
      params: idParams,
      headers: ifMatchHeaders,
      body: patchBody,
      response: responses({ 200: bookingRecord }, 'booking-not-found', 'version-mismatch', 'precondition-required'),
    },
    handler: async ({ caller: { tenant, actor }, params: { id }, headers, body }, reply) => {
      const versions = readVersions(headers['if-match'])
      const result = await engage(
        { db, onCommitted },
        {
          operation: 'change_booking',
          tenant,
          actor,
          key: null,
          hash: null,
          input: { ...body, bookingId: id, versions },
        },
      )
      return sendBooking(reply, 200, result)
    },
  })
}

function sendBooking(reply: FastifyReply, status: 200 | 201, result: Result<Engaged>): FastifyReply {
  if (result.kind === 'applied') reply.header('etag', versionTag(Number(result.applied.record['version'])))
  return sendEngaged(reply, status, result)
}
