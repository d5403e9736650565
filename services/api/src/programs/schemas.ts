import { cursorText, debtPolicy } from '@loyalty-live/events'
import { z } from 'zod'
import { isoTime, text, uuid } from '../http/fields.ts'
import { pageQuery } from '../http/paging.ts'

const rules = z.strictObject({
  pointsPerScan: z.int().min(0).max(1_000_000),
  pointsPerCurrencyUnit: z
    .number()
    .min(0)
    .max(1000)
    .refine((rate) => Number.isInteger(Math.round(rate * 1e9) / 1e3), { error: 'has at most six decimals' }),
  welcomeBonus: z.int().min(0).max(1_000_000),
  debtPolicy: debtPolicy.meta({ description: 'Whether taking points back may push a card below zero' }),
})

export const programItem = z
  .object({
    id: uuid,
    name: z.string(),
    active: z.boolean(),
    isDefault: z.boolean(),
    rules,
    version: z.int(),
    createdAt: isoTime,
  })
  .meta({ title: 'Program' })

export type ProgramItem = z.infer<typeof programItem>

export const programRecord = programItem.extend({ cursor: cursorText }).meta({ title: 'ProgramRecord' })

export const listQuery = z.strictObject(pageQuery)
export const idParams = z.strictObject({ id: uuid })

export const createBody = z.strictObject({ name: text(100), rules: rules.partial().default({}) })

export const patchBody = z.strictObject({
  name: text(100).optional(),
  active: z.boolean().optional(),
  isDefault: z.literal(true).optional().meta({ description: 'Takes the place of the default programme' }),
  rules: rules.partial().optional(),
})
