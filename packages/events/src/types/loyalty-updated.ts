import { z } from 'zod'
import { customerFields, points, recordVersion, uuid } from '../fields.ts'

export const transactionType = z.enum(['redeem', 'add', 'adjust', 'reverse', 'enrol', 'payment', 'scan'])

/** Why a card moved. */
export type TransactionType = z.infer<typeof transactionType>

/** A card's points changed: one event for one ledger entry. */
export const loyaltyUpdatedV1 = z.looseObject({
  ...customerFields,
  programId: uuid,
  cardId: uuid,
  cardVersion: recordVersion,
  transactionId: uuid,
  pointsChange: points.meta({ description: 'Signed change; 0 only for an opening balance of nothing' }),
  newBalance: points,
  totalPointsEarned: points,
  totalPointsRedeemed: points,
  transactionType,
  reason: z.string().max(500).nullable(),
  orderId: z.string().max(100).nullable(),
})
