import { parseCursor, type Cursor } from '@loyalty-live/events/cursor'

/** Where a snapshot says that it stands; null for data that is none of the API's. */
export function positionOf(snapshot: unknown): Cursor | null {
  return parseCursor(String((snapshot as { cursor?: unknown } | null)?.cursor))
}

/** The parts of a query's data that were read at one position each: the pages of an infinite query, or the whole. */
export function snapshotsOf(data: unknown): readonly unknown[] {
  const pages = (data as { pages?: unknown } | null)?.pages
  return Array.isArray(pages) ? pages : [data]
}
