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

/** `?flag=true`; z.coerce would take the word "false" for true. */
export const queryBoolean = z.enum(['true', 'false']).transform((value) => value === 'true')
