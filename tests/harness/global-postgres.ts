import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { startPostgres } from '../../scripts/postgres/server.ts'
import { migrate } from '../../services/api/src/db/migrate.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection string of the template database's server; the database name is left to be put at the end. */
    postgresUrl: string
  }
}

export const TEMPLATE = 'loyalty_template'

/**
 * One PostgreSQL for the whole run, with one migrated template that every test file copies. TEST_DATABASE_URL takes a server
 * of your own instead (a superuser of it), such as an older version.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['TEST_DATABASE_URL']
  const folder = mkdtempSync(join(tmpdir(), 'loyalty-tests-'))
  const server = given
    ? null
    : await startPostgres({
        dataDir: join(folder, 'db'),
        durable: false,
        settings: { max_connections: '300', shared_buffers: '128MB' },
      })
  const url = given ? given.replace(/\/[^/]*$/, '/') : server!.url('')
  const client = new pg.Client({ connectionString: `${url}postgres` })
  await client.connect()
  await client.query(`drop database if exists ${TEMPLATE}`)
  await client.query(`create database ${TEMPLATE}`)
  await client.end()
  await migrate(`${url}${TEMPLATE}`)
  project.provide('postgresUrl', url)
  return async () => {
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
