import { z } from 'zod'
import { customerFields, points, timestamp, uuid } from '../fields.ts'

/** A change of points by hand was proposed or decided. Only `approved` has moved points, by `transactionId`. */
export const adjustmentUpdatedV1 = z.looseObject({
  ...customerFields,
  adjustmentId: uuid,
  programId: uuid,
  points: points.meta({ description: 'Signed change that is proposed' }),
  reason: z.string().max(500),
  status: z.enum(['pending', 'approved', 'declined', 'expired']),
  transactionId: uuid.nullable(),
  expiresAt: timestamp.nullable(),
})
