import { z } from 'zod'
import type { Db } from '../db/connect.ts'
import { withTenantSnapshot, type TenantTransaction } from '../db/tenant-scope.ts'
import { uuid } from '../http/fields.ts'
import { decodePageKey, toPage, type PageKey, type PageRequest } from '../http/paging.ts'
import { readCursor } from './read.ts'

/** A list of a tenant: its rows in their order, and what is shown of each. */
export type PagedList<Key, Row, Item> = {
  readonly order: PageOrder<Key, Row>
  /** `limit` rows, from the one after `after` on; from the first when it is null. */
  readonly rows: (trx: TenantTransaction, after: Key | null, limit: number) => Promise<readonly Row[]>
  readonly toItem: (row: Row) => Item
}

/** The order of a list, told by keys: each places a row, no two are alike. */
type PageOrder<Key, Row> = {
  readonly keyOf: (row: Row) => PageKey
  /** Parses what `keyOf` gave. */
  readonly key: z.ZodType<Key>
}

/** By ids, which sort by time. */
export const byId = {
  key: z.tuple([uuid]).transform(([id]) => id),
  keyOf: ({ id }: { id: string }) => [id],
}

/** By an exact time, and by ids where times are alike. */
export const byTime = {
  key: z.tuple([z.iso.datetime(), uuid]),
  keyOf: ({ sort_key, id }: { sort_key: string; id: string }) => [sort_key, id],
}

/**
 * One page of a list, and the stream position that it reflects, from one snapshot of the database (I6).
 *
 * @throws ApiError invalid-request when `pageAfter` is not one that this list gave
 */
export async function readPage<Key, Row, Item>(
  db: Db,
  tenant: string,
  { limit, pageAfter }: PageRequest,
  { order, rows, toItem }: PagedList<Key, Row, Item>,
): Promise<{ items: Item[]; nextCursor: string | null; cursor: string }> {
  const after = decodePageKey(pageAfter, order.key)
  return withTenantSnapshot(db, tenant, async (trx) => {
    const page = toPage(await rows(trx, after, limit + 1), limit, order.keyOf, toItem)
    return { ...page, cursor: await readCursor(trx, tenant) }
  })
}
