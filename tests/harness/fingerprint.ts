import type { TestDatabase } from './database.ts'

/**
 * What is in some tables, a line for each: the same as before when nothing was written to them.
 *
 * @param tenant whose rows alone are meant. Default: everybody's
 */
export async function fingerprint(database: TestDatabase, tables: readonly string[], tenant?: string): Promise<string> {
  const [which, values] = tenant === undefined ? ['', []] : ['where tenant_id = $1', [tenant]]
  const lines = tables.map(async (table) => {
    const [row] = await database.sql<{ sum: string }>(
      `select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as sum from ${table} t ${which}`,
      values,
    )
    return `${table}=${row!.sum}`
  })
  return (await Promise.all(lines)).join('\n')
}
