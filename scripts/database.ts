import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { ownerOf } from './postgres/ownership.ts'
import { postgresUrl, startPostgres } from './postgres/server.ts'

/** Name of the database in the embedded server. */
export const DATABASE = 'loyalty'

const ANSWER_TIMEOUT_MS = 5_000

type Environment = Record<string, string | undefined>

export type OpenDatabase = {
  /** Connection string of the database's owner. */
  readonly url: string
  /** Stops the server if it was started for this; nothing otherwise. */
  close(): Promise<void>
}

/**
 * Where a command finds its database: DATABASE_URL; else the embedded server of DATA_DIR, if it runs; else that server,
 * started for the command.
 *
 * @param options.create make the embedded database when there is none. Default false.
 * @throws Error with a sentence that says what to do next
 */
export async function openDatabase(env: Environment, { create = false } = {}): Promise<OpenDatabase> {
  if (env['DATABASE_URL']) {
    await requireAnswer(env['DATABASE_URL'], 'DATABASE_URL')
    return { url: env['DATABASE_URL'], close: async () => undefined }
  }
  const cluster = clusterFolder(dataFolder(env))
  if (ownerOf(cluster) !== null) {
    const url = postgresUrl(cluster, DATABASE)
    await requireAnswer(url, `the embedded server of ${cluster}`)
    return { url, close: async () => undefined }
  }
  if (!create && !existsSync(cluster))
    throw new Error(`there is no database in ${dataFolder(env)} yet: run npm start once, or set DATABASE_URL`)
  const server = await startPostgres({ dataDir: cluster })
  try {
    await ensureDatabase(server.url('postgres'))
  } catch (error) {
    await server.stop()
    throw error
  }
  return { url: server.url(DATABASE), close: () => server.stop() }
}

export const dataFolder = (env: Environment) => resolve(env['DATA_DIR'] || '.data')

export const clusterFolder = (dataDir: string) => join(dataDir, 'db')

/** Makes the database of the embedded server unless it is there. */
export async function ensureDatabase(adminUrl: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE])
    if (rowCount === 0) await client.query(`create database ${DATABASE}`)
  })
}

/** The same server and user, another database. */
export function urlOfDatabase(url: string, database: string): string {
  const other = new URL(url)
  other.pathname = `/${database}`
  return other.href
}

/** Runs `work` with one connection of its own. No statement of a command has a time limit. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: ANSWER_TIMEOUT_MS })
  client.on('error', () => undefined) // the query that was under way rejects, and tells
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Runs `work` in one transaction. */
export function inTransaction<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  return withClient(url, async (client) => {
    await client.query('begin')
    try {
      const result = await work(client)
      await client.query('commit')
      return result
    } catch (error) {
      await client.query('rollback')
      throw error
    }
  })
}

/** @throws Error that names the server, never the password, and what is wrong with it */
export async function requireAnswer(url: string, name: string): Promise<void> {
  const { host, port, database } = target(url, name)
  try {
    await withClient(url, (client) => client.query('select 1'))
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    if (code === '3D000')
      throw new Error(`${name}: the server has no database "${database}"; create it first, or name another`, {
        cause: error,
      })
    throw new Error(`${name} (${host}:${port}) does not answer: ${message || code}; start that server, or correct it`, {
      cause: error,
    })
  }
}

function target(url: string, name: string): pg.Client {
  try {
    return new pg.Client({ connectionString: url })
  } catch {
    throw new Error(`${name} is not a connection string; it looks like postgresql://user:password@host:5432/loyalty`)
  }
}
