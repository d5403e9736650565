import { withClient } from '../../scripts/database.ts'

/**
 * Counts the statements of the application from now on, by pg_stat_statements, which the server must have loaded. What it
 * resolves to, called later, resolves to a function: how many calls there were of statements whose text has a phrase in it.
 */
export async function startStatementCount(url: string): Promise<() => Promise<(phrase: string) => number>> {
  await withClient(url, async (client) => {
    await client.query('create extension if not exists pg_stat_statements')
    await client.query('select pg_stat_statements_reset()')
  })
  return () =>
    withClient(url, async (client) => {
      const { rows } = await client.query<{ query: string; calls: string }>(
        `select query, calls from pg_stat_statements where toplevel`,
      )
      return (phrase) =>
        rows.filter(({ query }) => query.includes(phrase)).reduce((sum, { calls }) => sum + Number(calls), 0)
    })
}
