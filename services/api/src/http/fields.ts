import { z } from 'zod'

/**
 * Text that people type. PostgreSQL stores neither NUL nor half of a surrogate pair, so both are refused at the border;
 * outer blanks are dropped.
 */
export const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((value) => value.isWellFormed() && !value.includes('\0'), {
      error: 'holds characters that cannot be stored',
    })

export const uuid = z.uuid()
export const isoTime = z.iso.datetime({ offset: true })

/** Of every record of one customer in one programme, so that a screen needs nothing else to show it. */
export const customerAndProgram = {
  customerId: uuid,
  customerPhone: z.string(),
  customerName: z.string(),
  programId: uuid,
  programName: z.string(),
}

/** Who did it, as the record keeps them. */
export const recordedActor = z.object({ type: z.string(), id: z.string(), name: z.string().nullable() })

/** `?flag=true`; z.coerce would take the word "false" for true. */
export const queryBoolean = z.enum(['true', 'false']).transform((value) => value === 'true')
