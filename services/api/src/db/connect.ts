import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { ApiError } from '../errors.ts'
import type { Database } from './tables.ts'

export type Db = {
  /** Typed queries. */
  readonly query: Kysely<Database>
  /** The pool under it, for statements that are prepared by name. */
  readonly pool: pg.Pool
  close(): Promise<void>
}

export type ConnectOptions = {
  url: string
  connectionsMax: number
  /** Role that every connection takes on; `loyalty_app` sees one tenant at a time. Absent: the role that signed in. */
  role?: 'loyalty_app'
  /** A statement that runs longer is ended by the server. Default 15 s. */
  statementTimeoutMs?: number
  /**
   * Typed queries that may wait for a connection. Default 2,000: some thousand are served in a second, so that beyond it
   * nobody would be served in time.
   */
  waitingMax?: number
  /** Told of failures of idle connections, which no query reports. */
  onError?: (error: Error) => void
}

const INT8: number = 20
const NUMERIC: number = 1700

/** int8 and numeric as numbers: every one of ours is a count, a position or a rate far below 2^53. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => ([INT8, NUMERIC].includes(oid) ? Number : pg.types.getTypeParser(oid, format)),
}

/**
 * Opens a pool. Nothing is connected until the first query.
 *
 * Typed queries are refused with `overloaded` while too many wait for a connection: whoever reads is told so at once, and
 * memory stays bounded (I9). Statements on the pool itself are not: the ledger's lanes have a bound of their own.
 */
export function connect(options: ConnectOptions): Db {
  const { role, statementTimeoutMs = 15_000, waitingMax = 2_000 } = options
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connectionsMax,
    types,
    connectionTimeoutMillis: 5_000,
    // A frozen server sends nothing at all, not even its own timeout: give up on it a little later.
    query_timeout: statementTimeoutMs + 2_000,
    keepAlive: true,
    application_name: role ?? 'loyalty',
    options: [
      ...(role ? [`-c role=${role}`] : []),
      `-c statement_timeout=${statementTimeoutMs}`,
      '-c lock_timeout=10000',
      '-c idle_in_transaction_session_timeout=15000',
      '-c timezone=UTC',
      '-c jit=off',
    ].join(' '),
  })
  // Without a listener, a connection that the server ends while idle would end the process.
  pool.on('error', (error) => options.onError?.(error))
  // The same for one that is lost while in use: its statement rejects, and pg also says so in an event, which nobody hears.
  pool.on('connect', (client) => client.on('error', () => undefined))
  const bounded = {
    options: pool.options,
    connect: async () => {
      if (pool.waitingCount < waitingMax) return pool.connect()
      throw new ApiError('overloaded', 'more requests wait for the database than it answers in time; try again')
    },
    end: () => pool.end(),
  }
  const query = new Kysely<Database>({ dialect: new PostgresDialect({ pool: bounded }) })
  return { query, pool, close: () => query.destroy() }
}

/** True for failures of the database itself, not of the statement: the same statement may succeed later, or elsewhere. */
export function isUnavailable(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string }
  if (code !== undefined && /^(08|53|57P|58)/.test(code)) return true
  if (code !== undefined && UNAVAILABLE_CODES.has(code)) return true
  return /Connection terminated|timeout exceeded when trying to connect|Query read timeout|role "loyalty_app" does not exist|Client has encountered a connection error|is not currently accepting connections/.test(
    message ?? '',
  )
}

/**
 * True when the database ended a statement because it took too long: nothing of it has happened. It is not tried again here, as
 * that would most likely take as long.
 */
export function isTooSlow(error: unknown): boolean {
  return (error as { code?: string }).code === '57014'
}

/** True when two transactions got in each other's way and one of them only has to try again. */
export function isContention(error: unknown): boolean {
  const { code } = error as { code?: string }
  return code === '40P01' || code === '40001' || code === '55P03'
}

const UNAVAILABLE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT', // unix socket of a server that is not running
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  '3D000', // no such database, or
  '28000', // no such login, or
  '28P01', // a wrong password: an operator's to mend, not the caller's
  '42P01', // no such table, or
  '42883', // no such function: not migrated yet
  '25006', // read-only: a standby, or a disk that is full
])
