import { cursorText } from '@loyalty-live/events'
import { z } from 'zod'
import { customerAndProgram, isoTime, recordedActor, text, uuid } from '../http/fields.ts'
import { pageQuery } from '../http/paging.ts'

const status = z.enum(['pending', 'approved', 'declined', 'expired'])
export type AdjustmentStatus = z.infer<typeof status>

/** As the SQL function adjustment_record writes it. */
export const adjustmentItem = z
  .object({
    id: uuid,
    ...customerAndProgram,
    points: z.int().meta({ description: 'Signed' }),
    reason: z.string(),
    status,
    transactionId: uuid.nullable().meta({ description: 'What moved the points, once it is approved' }),
    version: z.int(),
    actor: recordedActor.meta({ description: 'Who proposed it' }),
    createdAt: isoTime,
    expiresAt: isoTime.nullable().meta({ description: 'Until when the customer may approve' }),
    decidedAt: isoTime.nullable(),
  })
  .meta({ title: 'Adjustment' })

export const adjustmentRecord = adjustmentItem.extend({ cursor: cursorText }).meta({ title: 'AdjustmentRecord' })

export const proposeBody = z.strictObject({
  customerId: uuid,
  points: z
    .int()
    .min(-1_000_000)
    .max(1_000_000)
    .refine((points) => points !== 0, { error: 'must not be 0' })
    .meta({ description: 'Whole points, above 0 to add, below to deduct' }),
  reason: text(500),
  programId: uuid.optional().meta({ description: 'Absent: the default programme' }),
})

export const listQuery = z.strictObject({ status: status.optional(), customerId: uuid.optional(), ...pageQuery })
