import { z } from 'zod'
import type { Db } from '../db/connect.ts'
import { withCustomer, withCustomerSnapshot } from '../db/tenant-scope.ts'
import { ApiError } from '../errors.ts'
import { CUSTOMER, type App } from '../http/app-types.ts'
import { uuid } from '../http/fields.ts'
import { decodePageKey, toPage } from '../http/paging.ts'
import { responses } from '../http/problem.ts'
import type { QrCodes } from '../http/qr-codes.ts'
import { sendResult } from '../http/result.ts'
import { decide } from '../stream/engage.ts'
import type { OnCommitted } from '../stream/write.ts'
import {
  cards,
  decided,
  idParams,
  notifications,
  notificationsQuery,
  qrCode,
  transactions,
  transactionsQuery,
  unreadCount,
} from './schemas.ts'
import { countUnread, listCards, listNotifications, listTransactions, markRead, readCursors } from './store.ts'

export type MeOptions = { db: Db; onCommitted: OnCommitted; qrCodes: QrCodes }

const pageKey = z.tuple([uuid])
const config = { access: CUSTOMER }
const tags = ['me']

/** What a customer sees and decides, over all businesses that know them. */
export function meRoutes(app: App, { db, onCommitted, qrCodes }: MeOptions): void {
  app.route({
    method: 'GET',
    url: '/api/me/cards',
    config,
    schema: { tags, summary: 'Your cards, everywhere', response: responses({ 200: cards }) },
    handler: async ({ caller: { subject } }) =>
      withCustomerSnapshot(db, subject, async (trx) => {
        const rows = await listCards(trx, subject)
        const sum = (column: 'balance' | 'earned' | 'redeemed') => rows.reduce((total, row) => total + row[column], 0)
        return {
          items: rows.map((row) => ({
            id: row.id,
            ...whereOf(row),
            balance: row.balance,
            earned: row.earned,
            redeemed: row.redeemed,
            version: row.version,
            updatedAt: row.updated_at.toISOString(),
          })),
          totals: { balance: sum('balance'), earned: sum('earned'), redeemed: sum('redeemed') },
          cursors: await readCursors(trx, subject),
        }
      }),
  })

  app.route({
    method: 'GET',
    url: '/api/me/transactions',
    config,
    schema: {
      tags,
      summary: 'Your points, change by change, newest first',
      querystring: transactionsQuery,
      response: responses({ 200: transactions }),
    },
    handler: async ({ caller: { subject }, query: { limit, pageAfter, cardId } }) => {
      const before = decodePageKey(pageAfter, pageKey)
      return withCustomerSnapshot(db, subject, async (trx) => {
        const rows = await listTransactions(trx, subject, cardId, before?.[0] ?? null, limit + 1)
        return { ...toPage(rows, limit, (row) => [row.id], toTransaction), cursors: await readCursors(trx, subject) }
      })
    },
  })

  app.route({
    method: 'GET',
    url: '/api/me/notifications',
    config,
    schema: {
      tags,
      summary: 'What you were told and asked, newest first',
      querystring: notificationsQuery,
      response: responses({ 200: notifications }),
    },
    handler: async ({ caller: { subject }, query: { limit, pageAfter, unread } }) => {
      const before = decodePageKey(pageAfter, pageKey)
      return withCustomerSnapshot(db, subject, async (trx) => {
        const rows = await listNotifications(trx, subject, unread, before?.[0] ?? null, limit + 1)
        return {
          ...toPage(rows, limit, (row) => [row.id], toNotification),
          unread: await countUnread(trx, subject),
          cursors: await readCursors(trx, subject),
        }
      })
    },
  })

  for (const [word, accept, summary] of [
    ['accept', true, 'Say yes to what a notification asks'],
    ['decline', false, 'Say no to what a notification asks'],
  ] as const) {
    app.route({
      method: 'POST',
      url: `/api/me/notifications/:id/${word}`,
      config,
      schema: {
        tags,
        summary,
        description:
          'Doing it twice changes nothing and gives the same answer, so it needs no Idempotency-Key; the other answer later is refused.',
        params: idParams,
        response: responses(
          { 200: decided },
          'notification-not-found',
          'already-decided',
          'nothing-to-decide',
          'insufficient-points',
        ),
      },
      handler: async ({ caller: { subject, actor }, params: { id } }, reply) => {
        const decision = { customerId: subject, notificationId: id, accept, actor }
        const result = await decide({ db, onCommitted }, decision)
        return sendResult(reply, result, ({ record }) => reply.send(record as never))
      },
    })
  }

  app.route({
    method: 'POST',
    url: '/api/me/notifications/:id/read',
    config,
    schema: {
      tags,
      summary: 'Mark a notification as read',
      params: idParams,
      response: responses({ 200: unreadCount }, 'notification-not-found'),
    },
    handler: async ({ caller: { subject }, params: { id } }) =>
      withCustomer(db, subject, async (trx) => {
        const found = await markRead(trx, subject, id)
        if (!found) throw new ApiError('notification-not-found', 'you have no such notification')
        return { unread: await countUnread(trx, subject) }
      }),
  })

  app.route({
    method: 'POST',
    url: '/api/me/notifications/read',
    config,
    schema: { tags, summary: 'Mark all notifications as read', response: responses({ 200: unreadCount }) },
    handler: async ({ caller: { subject } }) =>
      withCustomer(db, subject, async (trx) => {
        await markRead(trx, subject, null)
        return { unread: await countUnread(trx, subject) }
      }),
  })

  app.route({
    method: 'GET',
    url: '/api/me/qr',
    config,
    schema: {
      tags,
      summary: 'The code to show at a till now',
      description: 'Another one each time; it rotates every 30 s, and is good for one scan at each business.',
      response: responses({ 200: qrCode }),
    },
    handler: async ({ caller: { subject } }) => {
      const { qr, issuedAt, refreshAt, expiresAt } = qrCodes.issue(subject)
      return {
        qr,
        issuedAt: issuedAt.toISOString(),
        refreshAt: refreshAt.toISOString(),
        expiresAt: expiresAt.toISOString(),
      }
    },
  })
}

const whereOf = (row: { tenant_id: string; tenant_name: string; program_id: string; program_name: string }) => ({
  tenant: row.tenant_id,
  tenantName: row.tenant_name,
  programId: row.program_id,
  programName: row.program_name,
})

const toTransaction = (row: Awaited<ReturnType<typeof listTransactions>>[number]) => ({
  id: row.id,
  ...whereOf(row),
  cardId: row.card_id,
  type: row.type as z.infer<typeof transactions>['items'][number]['type'],
  points: row.points,
  balanceAfter: row.balance_after,
  reason: row.reason,
  orderId: row.order_id,
  reverses: row.reverses,
  createdAt: row.created_at.toISOString(),
})

const toNotification = (row: Awaited<ReturnType<typeof listNotifications>>[number]) => ({
  id: row.id,
  tenant: row.tenant_id,
  tenantName: row.tenant_name,
  kind: row.kind,
  programId: row.program_id,
  programName: row.program_name,
  enrolmentId: row.enrolment_id,
  adjustmentId: row.adjustment_id,
  transactionId: row.transaction_id,
  points: row.points,
  reason: row.reason,
  orderId: row.order_id,
  status: row.status,
  expiresAt: row.expires_at?.toISOString() ?? null,
  createdAt: row.created_at.toISOString(),
  readAt: row.read_at?.toISOString() ?? null,
})
