import type { ClientBase } from 'pg'
import { withClient } from '../database.ts'

/**
 * Runs `work` with a connection that sees every tenant, changes nothing, and sees one state of the database throughout,
 * however long it takes and whatever is written meanwhile.
 *
 * @throws Error that says what to do, when the connection may not see every tenant or the schema is not there
 */
export function withSnapshot<T>(url: string, work: (client: ClientBase) => Promise<T>): Promise<T> {
  return withClient(url, async (client) => {
    try {
      await client.query('begin isolation level repeatable read read only')
      // For anybody who may see less, row-level security would hide the breaches rather than complain.
      await client.query('set local role loyalty_engine')
      await client.query(`set local timezone = 'UTC'`)
      await client.query(`set local work_mem = '64MB'`)
      await client.query('set local jit = off')
      return await work(client)
    } catch (error) {
      throw explain(error as Error & { code?: string })
    }
  })
}

function explain(error: Error & { code?: string }): Error {
  const advice = ADVICE[error.code ?? '']
  return advice === undefined ? error : new Error(`${error.message}: ${advice}`, { cause: error })
}

const ADVICE: Record<string, string> = {
  '22023': 'run npm run db:migrate first', // no such role
  '42P01': 'run npm run db:migrate first', // no such table
  '42501': 'use the connection string of the database’s owner',
}
