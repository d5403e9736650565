import { z } from 'zod'
import { amountMinor, currency, personName, points, recordVersion, uuid } from '../fields.ts'

/** A payment reached a state that counts in the books. */
export const paymentRecordedV1 = z.looseObject({
  paymentId: uuid,
  provider: z.enum(['paystack', 'mpesa', 'cash', 'card', 'bank_transfer', 'other']),
  providerReference: z.string().max(200).nullable(),
  status: z.enum(['pending', 'succeeded', 'failed', 'refunded']),
  amountMinor,
  currency,
  customerId: uuid.nullable(),
  customerName: personName.nullable(),
  bookingId: uuid.nullable(),
  pointsAwarded: points.nullable(),
  /** What has gone back of it: one that was refunded in part is still `succeeded`. Absent in the first events of this version. */
  refundedMinor: amountMinor.optional(),
  paymentVersion: recordVersion.optional(),
})
