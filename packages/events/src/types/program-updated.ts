import { z } from 'zod'
import { points, recordVersion, uuid } from '../fields.ts'

export const debtPolicy = z.enum(['refuse', 'allow'])

/** A points scheme was created or changed: its whole state after the change. */
export const programUpdatedV1 = z.looseObject({
  programId: uuid,
  programVersion: recordVersion,
  name: z.string().min(1).max(100),
  active: z.boolean(),
  isDefault: z.boolean(),
  rules: z.looseObject({
    pointsPerScan: points,
    pointsPerCurrencyUnit: z.number().nonnegative().meta({ description: 'Points for one major unit of currency' }),
    welcomeBonus: points,
    debtPolicy: debtPolicy.meta({ description: 'Whether taking points back may push a card below zero' }),
  }),
})
