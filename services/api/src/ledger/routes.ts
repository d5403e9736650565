import { z } from 'zod'
import type { Db } from '../db/connect.ts'
import { withTenantSnapshot } from '../db/tenant-scope.ts'
import type { KnownSettings } from '../db/tenant-settings.ts'
import { ApiError } from '../errors.ts'
import { TILL, type App } from '../http/app-types.ts'
import { uuid } from '../http/fields.ts'
import { idempotencyHeaders, requestHash } from '../http/idempotency.ts'
import { pageOf } from '../http/paging.ts'
import { parsePhone } from '../http/phone-number.ts'
import { responses } from '../http/problem.ts'
import { byId, readPage } from '../stream/read-page.ts'
import { readCursor } from '../stream/read.ts'
import { pointsChange, sendChange } from './answer.ts'
import type { Lanes } from './lanes.ts'
import {
  lookup,
  phoneChangeBody,
  phoneQuery,
  redeemBody,
  reverseBody,
  transaction,
  transactionsQuery,
} from './schemas.ts'
import { findByPhone, listTransactions } from './store.ts'

export type LedgerOptions = { db: Db; lanes: Lanes; settings: KnownSettings }

/** Look-up at the till, and every way in which points move by hand of staff. */
export function ledgerRoutes(app: App, { db, lanes, settings }: LedgerOptions): void {
  const refusals = [
    'idempotency-key-missing',
    'customer-not-found',
    'insufficient-points',
    'database-unavailable',
  ] as const

  app.route({
    method: 'GET',
    url: '/api/loyalty/phone-lookup',
    config: { access: TILL },
    schema: {
      tags: ['loyalty'],
      summary: 'A customer and their cards, by phone',
      querystring: phoneQuery,
      response: responses({ 200: lookup }, 'token-missing', 'role-not-allowed', 'customer-not-found'),
    },
    handler: async ({ caller: { tenant }, query }) => {
      const { defaultCountry } = await settings.read(tenant)
      const phone = parsePhone(query.phone, defaultCountry, 'query.phone')
      return withTenantSnapshot(db, tenant, async (trx) => {
        const found = await findByPhone(trx, tenant, phone)
        if (!found) throw new ApiError('customer-not-found', `no customer of this tenant has the phone ${phone}`)
        const { id, display_name, vip, version } = found.member
        // Their own name is for those with whom they have enrolled; whoever merely asked them has what they typed.
        const name = found.cards.length > 0 ? found.member.name : display_name
        return {
          customer: { id, phone, name },
          member: { displayName: display_name, vip, version },
          cards: found.cards.map(({ program_id, program_name, ...card }) => ({
            ...card,
            programId: program_id,
            programName: program_name,
          })),
          cursor: await readCursor(trx, tenant),
        }
      })
    },
  })

  app.route({
    method: 'POST',
    url: '/api/loyalty/phone-lookup',
    config: { access: TILL },
    schema: {
      tags: ['loyalty'],
      summary: 'Redeem or add points, by phone',
      headers: idempotencyHeaders,
      body: phoneChangeBody,
      response: responses({ 201: pointsChange }, ...refusals),
    },
    handler: async ({ caller, headers, body }, reply) => {
      const { defaultCountry } = await settings.read(caller.tenant)
      const phone = parsePhone(body.phone, defaultCountry, 'body.phone')
      const { action, points, programId, orderId = null, reason = null } = body
      const result = await lanes.apply({
        tenant: caller.tenant,
        actor: caller.actor,
        key: headers['idempotency-key'],
        hash: requestHash(action, phone, points, programId, orderId, reason),
        kind: action,
        phone,
        points,
        programId,
        orderId,
        reason,
      })
      return sendChange(reply, result)
    },
  })

  app.route({
    method: ['POST', 'PUT'],
    url: '/api/customer/loyalty/redeem',
    config: { access: TILL },
    schema: {
      tags: ['loyalty'],
      summary: 'Redeem points of a customer',
      headers: idempotencyHeaders,
      body: redeemBody,
      response: responses({ 201: pointsChange }, ...refusals),
    },
    handler: async ({ caller, headers, body }, reply) => {
      const { customerId, points, programId, orderId = null, reason = null } = body
      const result = await lanes.apply({
        tenant: caller.tenant,
        actor: caller.actor,
        key: headers['idempotency-key'],
        hash: requestHash('redeem', customerId, points, programId, orderId, reason),
        kind: 'redeem',
        customerId,
        points,
        programId,
        orderId,
        reason,
      })
      return sendChange(reply, result)
    },
  })

  app.route({
    method: 'POST',
    url: '/api/loyalty/transactions/:id/reverse',
    config: { access: TILL },
    schema: {
      tags: ['loyalty'],
      summary: 'Take a transaction back, once',
      description:
        'Writes a correcting entry; the one it reverses stays. Taking back points that were spent follows the programme’s debtPolicy.',
      headers: idempotencyHeaders,
      params: z.strictObject({ id: uuid }),
      body: reverseBody,
      response: responses({ 201: pointsChange }, ...refusals, 'already-reversed'),
    },
    handler: async ({ caller, headers, params, body: { reason } }, reply) => {
      const result = await lanes.apply({
        tenant: caller.tenant,
        actor: caller.actor,
        key: headers['idempotency-key'],
        hash: requestHash('reverse', params.id, reason),
        kind: 'reverse',
        reverses: params.id,
        orderId: null,
        reason,
      })
      return sendChange(reply, result)
    },
  })

  app.route({
    method: 'GET',
    url: '/api/loyalty/transactions',
    config: { access: TILL },
    schema: {
      tags: ['loyalty'],
      summary: 'Ledger entries, newest first',
      querystring: transactionsQuery,
      response: responses({ 200: pageOf(transaction) }, 'token-missing', 'role-not-allowed'),
    },
    handler: ({ caller: { tenant }, query }) =>
      readPage(db, tenant, query, {
        order: byId,
        rows: (trx, before, limit) => listTransactions(trx, tenant, query, before, limit),
        toItem: toTransaction,
      }),
  })
}

type TransactionRow = Awaited<ReturnType<typeof listTransactions>>[number]

const toTransaction = (row: TransactionRow): z.infer<typeof transaction> => ({
  id: row.id,
  cardId: row.card_id,
  cardVersion: row.card_version,
  customerId: row.customer_id,
  customerName: row.display_name,
  programId: row.program_id,
  type: row.type as z.infer<typeof transaction>['type'],
  points: row.points,
  balanceAfter: row.balance_after,
  reason: row.reason,
  orderId: row.order_id,
  reverses: row.reverses,
  reversedBy: row.reversed_by,
  actor: { type: row.actor_type, id: row.actor_id, name: row.actor_name },
  createdAt: row.created_at.toISOString(),
})
