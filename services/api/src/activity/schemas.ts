import { cursorText, eventTypes, transactionType, type EventType } from '@loyalty-live/events'
import { isActivityType, type Activity } from '@loyalty-live/events/activity'
import { z } from 'zod'
import { isoTime, text, uuid } from '../http/fields.ts'
import { pageQuery } from '../http/paging.ts'

const fieldValue = z.union([z.string(), z.number(), z.boolean()])

/** One event as a person reads it. What its type does not speak of is null. */
export const activityItem = z
  .object({
    id: uuid,
    at: isoTime,
    cursor: cursorText,
    type: z.string(),
    actor: z.object({
      type: z.enum(['staff', 'terminal', 'customer', 'service', 'system', 'sql']),
      id: z.string(),
      name: z.string().nullable(),
    }),
    customer: z.object({ id: uuid, name: z.string().nullable() }).nullable(),
    program: z.object({ id: uuid, name: z.string().nullable() }).nullable(),
    transactionId: uuid.nullable(),
    transactionType: transactionType.nullable(),
    pointsChange: z.int().nullable().meta({ description: 'Signed; null unless points moved' }),
    balanceBefore: z.int().nullable(),
    balanceAfter: z.int().nullable(),
    orderId: z.string().nullable(),
    reason: z.string().nullable(),
    amountMinor: z.int().nullable(),
    currency: z.string().nullable(),
    changes: z.array(z.object({ field: z.string(), from: fieldValue.nullable(), to: fieldValue })),
  })
  .meta({ title: 'Activity' }) satisfies z.ZodType<Activity>

const [first, ...others] = eventTypes.filter(isActivityType) as [EventType, ...EventType[]]

export const activityQuery = z.strictObject({
  actorId: text(200).optional().meta({ description: 'Id of a person, a terminal or a service' }),
  type: z.enum([first, ...others]).optional(),
  customerId: uuid.optional(),
  from: isoTime.optional().meta({ description: 'At or after' }),
  to: isoTime.optional().meta({ description: 'Before' }),
  ...pageQuery,
})
