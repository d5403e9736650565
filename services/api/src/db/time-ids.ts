import { sql } from 'kysely'

/** The lowest UUIDv7 of a millisecond: ids start with their time, so a range of times is a range of ids. */
export function firstIdOf(time: string) {
  const hex = Date.parse(time).toString(16).padStart(12, '0')
  return sql<string>`${`${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`}::uuid`
}
