import { cursorText, fields, notificationKind, transactionType } from '@loyalty-live/events'
import { z } from 'zod'
import { isoTime, queryBoolean, uuid } from '../http/fields.ts'
import { pageQuery } from '../http/paging.ts'

/** Where the stream of each business that knows the customer stood: an event up to its cursor is in what was read. */
const cursors = z
  .record(z.string(), cursorText)
  .meta({ description: 'Stream position of each business that knows you, by its id' })

const tenantFields = { tenant: fields.tenantId, tenantName: z.string() }
const programFields = { programId: uuid, programName: z.string() }

const page = <T extends z.ZodType>(item: T) => ({ items: z.array(item), nextCursor: z.string().nullable(), cursors })

export const cards = z
  .object({
    items: z.array(
      z.object({
        id: uuid,
        ...tenantFields,
        ...programFields,
        balance: z.int(),
        earned: z.int(),
        redeemed: z.int(),
        version: z.int(),
        updatedAt: isoTime,
      }),
    ),
    totals: z.object({ balance: z.int(), earned: z.int(), redeemed: z.int() }),
    cursors,
  })
  .meta({ title: 'MyCards' })

export const transactions = z
  .object(
    page(
      z.object({
        id: uuid,
        ...tenantFields,
        ...programFields,
        cardId: uuid,
        type: transactionType,
        points: z.int().meta({ description: 'Signed' }),
        balanceAfter: z.int(),
        reason: z.string().nullable(),
        orderId: z.string().nullable(),
        reverses: uuid.nullable(),
        createdAt: isoTime,
      }),
    ),
  )
  .meta({ title: 'MyTransactions' })

export const notifications = z
  .object({
    ...page(
      z.object({
        id: uuid,
        ...tenantFields,
        kind: notificationKind,
        programId: uuid.nullable(),
        programName: z.string().nullable(),
        enrolmentId: uuid.nullable(),
        adjustmentId: uuid.nullable(),
        transactionId: uuid.nullable(),
        points: z.int().nullable(),
        reason: z.string().nullable(),
        orderId: z.string().nullable(),
        status: z
          .enum(['pending', 'active', 'approved', 'declined', 'cancelled', 'expired'])
          .nullable()
          .meta({ description: 'What became of what was asked: it can be answered while it is pending' }),
        expiresAt: isoTime.nullable(),
        createdAt: isoTime,
        readAt: isoTime.nullable(),
      }),
    ),
    unread: z.int().meta({ description: 'Of all, not of this page' }),
  })
  .meta({ title: 'MyNotifications' })

export const notificationsQuery = z.strictObject({ unread: queryBoolean.optional(), ...pageQuery })
export const transactionsQuery = z.strictObject({ cardId: uuid.optional(), ...pageQuery })
export const idParams = z.strictObject({ id: uuid })

export const unreadCount = z.object({ unread: z.int() }).meta({ title: 'Unread' })

/** What was decided: `method` and `cardId` of an enrolment, `points`, `reason` and `transactionId` of an adjustment. */
export const decided = z
  .object({
    id: uuid,
    ...programFields,
    status: z.enum(['active', 'declined', 'approved']),
    method: z.enum(['scan', 'manual']).optional(),
    cardId: uuid.nullable().optional(),
    points: z.int().optional(),
    reason: z.string().optional(),
    transactionId: uuid.nullable().optional(),
    version: z.int(),
    decidedAt: isoTime,
  })
  .meta({ title: 'Decided' })

export const qrCode = z
  .object({
    qr: z.string().meta({ description: 'Show it as a QR code' }),
    issuedAt: isoTime.meta({
      description: 'Now, by the clock of the server: a device whose own is wrong counts the two others from here',
    }),
    refreshAt: isoTime.meta({ description: 'Ask for the next one then' }),
    expiresAt: isoTime.meta({ description: 'No till takes it from then on' }),
  })
  .meta({ title: 'QrCode' })
