import { join } from 'node:path'
import { withClient } from '../../scripts/database.ts'
import { startPostgres } from '../../scripts/postgres/server.ts'
import { migrate } from '../../services/api/src/db/migrate.ts'
import type { Scratch } from '../machine/scratch.ts'

export type BenchServer = {
  /** Connection string of a database, as a superuser. */
  url(database: string): string
  readonly pid: number
}

export type BenchDatabase = { readonly url: string; readonly pid: number }

/**
 * An embedded server of its own, which waits for the disk at every commit as `npm start` does.
 *
 * Every contender works on this one. No checkpoint falls into a measurement, so that none of them pays for another.
 *
 * @param settings of the server, as after `-c`, beside those
 */
export async function openBenchServer(
  scratch: Scratch,
  settings: Readonly<Record<string, string>> = {},
): Promise<BenchServer> {
  const server = await startPostgres({
    dataDir: join(scratch.folder, 'db'),
    durable: true,
    settings: {
      max_connections: '200',
      shared_buffers: '1GB',
      max_wal_size: '32GB',
      checkpoint_timeout: '1h',
      ...settings,
    },
  })
  scratch.onClose(() => server.stop())
  return server
}

/** A migrated database of that server, empty; gives its connection string. */
export async function createDatabase(server: BenchServer, name: string): Promise<string> {
  await withClient(server.url('postgres'), (client) => client.query(`create database ${name}`))
  await migrate(server.url(name))
  return server.url(name)
}

/** A server with one such database. */
export async function openBenchDatabase(
  scratch: Scratch,
  settings: Readonly<Record<string, string>> = {},
): Promise<BenchDatabase> {
  const server = await openBenchServer(scratch, settings)
  return { url: await createDatabase(server, 'bench'), pid: server.pid }
}
