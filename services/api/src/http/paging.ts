import { cursorText } from '@loyalty-live/events'
import { z } from 'zod'
import { ApiError } from '../errors.ts'

const LIMIT_DEFAULT = 50
const LIMIT_MAX = 500

/** What places a row in the order of its list. */
export type PageKey = readonly (string | number | null)[]

/** Query of every list. `pageAfter` is a `nextCursor` that the list gave, for the same filters and sort. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(LIMIT_DEFAULT),
  pageAfter: z.string().max(1000).optional(),
}

export type PageRequest = { readonly limit: number; readonly pageAfter?: string | undefined }

/** Answer of every list: one page, where the next one starts (null: this was the last), and what stream position it reflects. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    nextCursor: z.string().nullable(),
    cursor: cursorText,
  })

/** Writes the sort key of a page's last row. Opaque to callers. */
export function encodePageKey(key: PageKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

/** Reads a page key back. @throws ApiError invalid-request when it is not one that this list gave */
export function decodePageKey<T extends z.ZodType>(pageAfter: string | undefined, shape: T): z.output<T> | null {
  if (pageAfter === undefined) return null
  try {
    return shape.parse(JSON.parse(Buffer.from(pageAfter, 'base64url').toString('utf8')))
  } catch {
    const message = 'is not a nextCursor of this list with this sort; leave it out to start at the first page'
    throw new ApiError('invalid-request', `query.pageAfter: ${message}`, {
      errors: [{ field: 'query.pageAfter', message }],
    })
  }
}

/** Splits `limit + 1` rows into a page and the key of the next one. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => PageKey,
  toItem: (row: Row) => Item,
): { items: Item[]; nextCursor: string | null } {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    items: page.map(toItem),
    nextCursor: rows.length > limit && last !== undefined ? encodePageKey(keyOf(last)) : null,
  }
}
