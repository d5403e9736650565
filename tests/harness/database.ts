import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { TEMPLATE } from './global-postgres.ts'

export type TestDatabase = {
  /** Connection string of the database's owner. */
  readonly url: string
  /** Runs SQL as the owner: a person at a prompt. */
  sql<Row extends object = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>
  /** Runs `work` with one connection of the owner, in a transaction. */
  transaction<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T>
  drop(): Promise<void>
}

/** A database of a test's own, copied from the migrated template in a few milliseconds. */
export async function createDatabase(): Promise<TestDatabase> {
  const base = inject('postgresUrl')
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await admin(base, `create database ${name} template ${TEMPLATE} strategy file_copy`)
  const pool = new pg.Pool({ connectionString: `${base}${name}`, max: 4 })
  pool.on('error', () => undefined) // the server ends sessions when the database is dropped
  return {
    url: `${base}${name}`,
    sql: async (text, values) => (await pool.query(text, values)).rows as never,
    async transaction(work) {
      const client = await pool.connect()
      try {
        await client.query('begin')
        const result = await work(client)
        await client.query('commit')
        return result
      } catch (error) {
        await client.query('rollback')
        throw error
      } finally {
        client.release()
      }
    },
    async drop() {
      await pool.end()
      await admin(base, `drop database ${name} with (force)`)
    },
  }
}

async function admin(base: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${base}postgres` })
  await client.connect()
  // Two files that copy the template at once get in each other's way for a moment.
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query(text)
      break
    } catch (error) {
      if ((error as { code?: string }).code !== '55006' || attempt === 50) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  await client.end()
}
