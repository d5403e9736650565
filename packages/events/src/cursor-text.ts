import { z } from 'zod'
import { CURSOR_PATTERN, parseCursor } from './cursor.ts'

/** A cursor as it travels: the string form, checked. */
export const cursorText = z
  .string()
  .refine((text) => parseCursor(text) !== null, {
    error: 'must be a stream position of the form epoch:seq, such as 1:42',
  })
  .meta({ description: 'Stream position, epoch:seq', examples: ['1763700000:42'], pattern: CURSOR_PATTERN.source })
