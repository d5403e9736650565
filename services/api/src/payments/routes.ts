import { z } from 'zod'
import { withTenantSnapshot } from '../db/tenant-scope.ts'
import type { KnownSettings } from '../db/tenant-settings.ts'
import { ApiError } from '../errors.ts'
import { ADMIN, TILL, type App } from '../http/app-types.ts'
import { idempotencyHeaders, requestHash } from '../http/idempotency.ts'
import { pageOf } from '../http/paging.ts'
import { parsePhone } from '../http/phone-number.ts'
import { responses } from '../http/problem.ts'
import { engage, type EngageDeps } from '../stream/engage.ts'
import { byId, readPage } from '../stream/read-page.ts'
import { readCursor } from '../stream/read.ts'
import { sendEngaged } from '../stream/send-engaged.ts'
import type { Reconciler } from './reconciler.ts'
import {
  idParams,
  listQuery,
  paymentDetail,
  paymentItem,
  paymentRecord,
  recordBody,
  refundBody,
  refundRecord,
  refusalItem,
  refusalsQuery,
} from './schemas.ts'
import { findPayment, listPayments, listRefusals, type RefusalRow } from './store.ts'

export type PaymentsOptions = EngageDeps & { settings: KnownSettings; reconciler: Reconciler }

const byDay = {
  key: z.tuple([z.iso.date(), z.string(), z.string()]),
  keyOf: ({ day, provider, reason }: RefusalRow) => [day, provider, reason],
}
const tags = ['payments']

/** What came in, by whatever way. */
export function paymentRoutes(app: App, { db, onCommitted, settings, reconciler }: PaymentsOptions): void {
  app.route({
    method: 'POST',
    url: '/api/admin/payments',
    config: { access: TILL },
    schema: {
      tags,
      summary: 'Record a payment by hand',
      description:
        'Cash, a card machine of its own, a bank transfer. It counts at once: points by the programme’s rule, and the booking that it is for.',
      headers: idempotencyHeaders,
      body: recordBody,
      response: responses(
        { 201: paymentRecord },
        'idempotency-key-missing',
        'customer-not-found',
        'booking-not-found',
        'program-not-found',
        'payment-known',
        'payment-mismatch',
      ),
    },
    handler: async ({ caller: { tenant, actor }, headers, body }, reply) => {
      const { defaultCountry, currency } = await settings.read(tenant)
      if (body.paidAt !== undefined && Date.parse(body.paidAt) > Date.now()) {
        const message = 'is in the future: record a payment when it was made'
        throw new ApiError('invalid-request', `body.paidAt: ${message}`, {
          errors: [{ field: 'body.paidAt', message }],
        })
      }
      const phone = body.phone === undefined ? null : parsePhone(body.phone, defaultCountry, 'body.phone')
      const result = await engage(
        { db, onCommitted },
        {
          operation: 'record_payment',
          tenant,
          actor,
          key: headers['idempotency-key'],
          hash: requestHash('record-payment', JSON.stringify(body)),
          input: { ...body, phone, currency: body.currency ?? currency },
        },
      )
      return sendEngaged(reply, 201, result)
    },
  })

  app.route({
    method: 'GET',
    url: '/api/admin/payments',
    config: { access: ADMIN },
    schema: {
      tags,
      summary: 'Payments, the newest first',
      querystring: listQuery,
      response: responses({ 200: pageOf(paymentItem) }),
    },
    handler: ({ caller: { tenant }, query }) =>
      readPage(db, tenant, query, {
        order: byId,
        rows: (trx, before, limit) => listPayments(trx, tenant, query, before, limit),
        toItem: (row) => row.record,
      }),
  })

  app.route({
    method: 'GET',
    url: '/api/admin/payments/refusals',
    config: { access: ADMIN },
    schema: {
      tags,
      summary: 'Callbacks that changed nothing, counted by day and reason',
      description:
        'Forged, repeated, cut short, of a wrong amount: none of them has changed anything. Days are of UTC.',
      querystring: refusalsQuery,
      response: responses({ 200: pageOf(refusalItem) }),
    },
    handler: ({ caller: { tenant }, query }) =>
      readPage(db, tenant, query, {
        order: byDay,
        rows: (trx, after, limit) => listRefusals(trx, tenant, after, limit),
        toItem: ({ last_at: lastAt, ...counted }) => ({ ...counted, lastAt: lastAt.toISOString() }),
      }),
  })

  app.route({
    method: 'GET',
    url: '/api/admin/payments/:id',
    config: { access: ADMIN },
    schema: {
      tags,
      summary: 'A payment with its refunds and callbacks',
      params: idParams,
      response: responses({ 200: paymentDetail }, 'payment-not-found'),
    },
    handler: async ({ caller: { tenant }, params: { id } }) =>
      withTenantSnapshot(db, tenant, async (trx) => {
        const payment = await findPayment(trx, tenant, id)
        if (!payment) throw new ApiError('payment-not-found', 'this tenant has no such payment')
        return { ...payment, cursor: await readCursor(trx, tenant) }
      }),
  })

  app.route({
    method: 'POST',
    url: '/api/admin/payments/:id/refund',
    config: { access: ADMIN },
    schema: {
      tags,
      summary: 'Record money that went back by hand',
      description:
        'All that is left, or a part of it. Points go back with it: all that are due, or, where the programme allows no debt, as many as there are. What Paystack gives back it says itself.',
      params: idParams,
      headers: idempotencyHeaders,
      body: refundBody,
      response: responses(
        { 201: refundRecord },
        'idempotency-key-missing',
        'payment-not-found',
        'payment-not-refundable',
        'refund-too-large',
      ),
    },
    handler: async ({ caller: { tenant, actor }, params: { id }, headers, body }, reply) => {
      const result = await engage(
        { db, onCommitted },
        {
          operation: 'refund_payment',
          tenant,
          actor,
          key: headers['idempotency-key'],
          hash: requestHash('refund-payment', id, body.amountMinor, body.reason),
          input: { ...body, paymentId: id },
        },
      )
      return sendEngaged(reply, 201, result)
    },
  })

  app.route({
    method: 'POST',
    url: '/api/admin/payments/:id/reconcile',
    config: { access: ADMIN },
    schema: {
      tags,
      summary: 'Ask the provider about a payment now',
      description: 'What it says is done, as if its callback had come. A payment that is settled is given as it is.',
      params: idParams,
      response: responses({ 200: paymentRecord }, 'payment-not-found', 'provider-unavailable'),
    },
    handler: async ({ caller: { tenant }, params: { id } }, reply) =>
      sendEngaged(reply, 200, await reconciler.askNow(tenant, id)),
  })
}
