import { sql, type RawBuilder } from 'kysely'

/** A time with all its microseconds: cut to milliseconds, a page key would skip the rows in between. */
export const exactTime = (column: string): RawBuilder<string> =>
  sql<string>`to_char(${sql.ref(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
