import { z } from 'zod'
import { customerFields, points, uuid } from '../fields.ts'

/** A customer's QR code was read at a till. */
export const qrScannedV1 = z.looseObject({
  ...customerFields,
  scanId: uuid,
  programId: uuid,
  outcome: z.enum(['enrolment_requested', 'enrolment_pending', 'points_awarded', 'identified']),
  pointsAwarded: points.nullable(),
})
