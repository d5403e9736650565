import { cursorText, transactionType } from '@loyalty-live/events'
import { z } from 'zod'
import { isoTime, recordedActor, text, uuid } from '../http/fields.ts'
import { pageQuery } from '../http/paging.ts'

const points = z.int().min(1).max(1_000_000).meta({ description: 'Whole points, 1 to 1,000,000' })

/** What every change says beside whose card it is. */
const change = {
  points,
  programId: uuid.optional().meta({ description: 'Absent: the default programme' }),
  orderId: text(100).optional(),
  reason: text(500).optional(),
}

export const redeemBody = z.strictObject({ customerId: uuid, ...change })

export const phoneChangeBody = z.strictObject({
  phone: text(40).meta({ description: 'However it is typed' }),
  action: z.enum(['redeem', 'add']),
  ...change,
})

export const reverseBody = z.strictObject({ reason: text(500) })

export const phoneQuery = z.strictObject({ phone: text(40) })

export const lookup = z
  .object({
    customer: z.object({ id: uuid, phone: z.string(), name: z.string() }),
    member: z.object({ displayName: z.string(), vip: z.boolean(), version: z.int() }),
    cards: z.array(
      z.object({
        id: uuid,
        programId: uuid,
        programName: z.string(),
        balance: z.int(),
        earned: z.int(),
        redeemed: z.int(),
        version: z.int(),
      }),
    ),
    cursor: cursorText,
  })
  .meta({ title: 'PhoneLookup' })

export const transactionsQuery = z.strictObject({
  customerId: uuid.optional(),
  cardId: uuid.optional(),
  orderId: text(100).optional(),
  type: transactionType.optional(),
  from: isoTime.optional().meta({ description: 'At or after' }),
  to: isoTime.optional().meta({ description: 'Before' }),
  ...pageQuery,
})

export const transaction = z
  .object({
    id: uuid,
    cardId: uuid,
    cardVersion: z.int(),
    customerId: uuid,
    customerName: z.string(),
    programId: uuid,
    type: transactionType,
    points: z.int().meta({ description: 'Signed' }),
    balanceAfter: z.int(),
    reason: z.string().nullable(),
    orderId: z.string().nullable(),
    reverses: uuid.nullable(),
    reversedBy: uuid.nullable(),
    actor: recordedActor,
    createdAt: isoTime,
  })
  .meta({ title: 'Transaction' })
