import { createHash } from 'node:crypto'
import { z } from 'zod'

const key = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, { error: 'must be 1-255 printable characters without blanks; a UUID is best' })

/**
 * Header of every request that moves points (draft-ietf-httpapi-idempotency-key-header). One key belongs to one request of
 * one actor of one tenant, for good: repeated, the request gets its first answer again.
 */
export const idempotencyHeaders = z.looseObject({
  'idempotency-key': key.meta({ description: 'New for each intended change, the same for each retry of it' }),
})

/** For a request that moves no points, and that a till which was offline sends from its queue all the same. */
export const optionalIdempotencyHeaders = z.looseObject({
  'idempotency-key': key
    .optional()
    .meta({ description: 'Not needed: asking twice is refused. With one, a repeat gets the first answer again' }),
})

/** The answer was given before: said so that a till can tell. */
export const REPLAYED_HEADER = 'idempotency-replayed'

/** 128 bits, as hex, that tell one request from another under the same key. `parts` must be in a fixed order. */
export function requestHash(...parts: readonly (string | number | null | undefined)[]): string {
  return createHash('sha256')
    .update(JSON.stringify(parts.map((part) => part ?? null)))
    .digest('hex')
    .slice(0, 32)
}
