import { z } from 'zod'
import { points, timestamp, uuid } from '../fields.ts'

export const notificationKind = z.enum([
  'scanned',
  'enrolment_request',
  'enrolled',
  'points_added',
  'points_deducted',
  'adjustment_request',
])

/** A customer was told something, or is asked for a decision. Screens word it themselves, in their own language, from `kind`. */
export const notificationCreatedV1 = z.looseObject({
  notificationId: uuid,
  customerId: uuid,
  kind: notificationKind,
  tenantName: z.string(),
  programId: uuid.nullable(),
  programName: z.string().nullable(),
  enrolmentId: uuid.nullable(),
  adjustmentId: uuid.nullable(),
  transactionId: uuid.nullable(),
  points: points.nullable(),
  expiresAt: timestamp.nullable(),
})
