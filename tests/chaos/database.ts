import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ClientBase } from 'pg'
import { inTransaction, withClient } from '../../scripts/database.ts'
import { postgresUrl, startPostgres, type PostgresServer } from '../../scripts/postgres/server.ts'
import { migrate } from '../../services/api/src/db/migrate.ts'
import { signalOne, signalTree } from './process-tree.ts'
import { mountSmallDisk, type SmallDisk } from './small-disk.ts'

/** A real PostgreSQL that is killed, frozen, stopped, restored, and whose disk fills up. */
export type ChaosDatabase = {
  readonly url: string
  /** Null where no small disk could be mounted. */
  readonly disk: SmallDisk | null
  transaction<T>(work: (client: ClientBase) => Promise<T>): Promise<T>
  query<Row>(text: string, values?: unknown[]): Promise<Row[]>
  /** Starts the server unless it runs. */
  start(): Promise<void>
  /** The postmaster is killed; its children notice, and leave. */
  kill(): Promise<void>
  /** Connections are ended, a checkpoint is written. */
  stop(): Promise<void>
  freeze(): void
  thaw(): void
  /** Ends every connection and takes no other. */
  refuse(): Promise<void>
  accept(): Promise<void>
  backUp(): Promise<void>
  /** Puts the backup in the place of the database, in a new epoch. Nobody may be connected. */
  restore(): Promise<void>
  close(): Promise<void>
}

const NAME = 'loyalty'
const BACKUP = 'backup'

const settings = {
  max_connections: '60',
  shared_buffers: '64MB',
  // Small, so that a crash has something to recover and a restart is quick all the same.
  min_wal_size: '32MB',
  max_wal_size: '64MB',
}

/** A migrated, empty database, in a cluster of its own below `folder`. */
export async function openDatabase(folder: string): Promise<ChaosDatabase> {
  const place = join(folder, 'disk')
  const disk = mountSmallDisk(place)
  const dataDir = join(place, 'db')
  let server: PostgresServer | null = null
  let starting: Promise<void> = Promise.resolve()
  let closed = false
  const url = postgresUrl(dataDir, NAME)

  async function begin(): Promise<void> {
    if (server || closed) return
    const started = await startPostgres({ dataDir, settings })
    server = started
    void started.ended.finally(() => {
      if (server === started) server = null
    })
  }

  /** One start at a time, and none while it is being closed. */
  function start(): Promise<void> {
    starting = starting.catch(() => undefined).then(begin)
    return starting
  }

  async function stop(): Promise<void> {
    await server?.stop()
    server = null
  }

  const signalAll = (signal: NodeJS.Signals) => {
    if (server) signalTree(server.pid, signal)
  }

  function removeFolder(): void {
    disk?.unmount()
    rmSync(place, { recursive: true, force: true })
  }

  // Whatever ends this process, it takes the server and the mount along.
  function onExit(): void {
    signalAll('SIGKILL')
    removeFolder()
  }

  async function close(): Promise<void> {
    closed = true
    signalAll('SIGCONT') // frozen, it could not end
    await starting.catch(() => undefined) // it failed: then there is nothing to stop
    await stop()
    process.off('exit', onExit)
    removeFolder()
  }

  process.on('exit', onExit)
  const admin = <T>(work: (client: ClientBase) => Promise<T>) => withClient(postgresUrl(dataDir, 'postgres'), work)
  try {
    await start()
    await admin((client) => client.query(`create database ${NAME}`))
    await migrate(url)
  } catch (error) {
    await close()
    throw error
  }

  const endConnections = (client: ClientBase, name: string) =>
    client.query('select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1', [name])
  const allowConnections = (client: ClientBase, allowed: boolean) =>
    client.query(`alter database ${NAME} with allow_connections ${allowed}`)

  return {
    url,
    disk,
    transaction: (work) => inTransaction(url, work),
    query: (text, values) => withClient(url, async (client) => (await client.query(text, values)).rows as never),
    start,
    async kill() {
      if (!server) return
      const { pid, ended } = server
      signalOne(pid, 'SIGKILL')
      await ended
    },
    stop,
    freeze: () => signalAll('SIGSTOP'),
    thaw: () => signalAll('SIGCONT'),
    refuse: () =>
      admin(async (client) => {
        await allowConnections(client, false)
        await endConnections(client, NAME)
      }),
    accept: () => admin(async (client) => void (await allowConnections(client, true))),
    // Both copy files inside the server: the state of one moment, as a dump has it.
    backUp: () =>
      admin(async (client) => {
        await client.query(`drop database if exists ${BACKUP}`)
        await allowConnections(client, false)
        await endConnections(client, NAME)
        await client.query(`create database ${BACKUP} template ${NAME} strategy file_copy`)
        await allowConnections(client, true)
      }),
    async restore() {
      await admin(async (client) => {
        await client.query(`drop database ${NAME} with (force)`)
        await client.query(`alter database ${BACKUP} rename to ${NAME}`)
        await allowConnections(client, true)
      })
      await withClient(url, (client) => client.query('select start_new_epoch()'))
    },
    close,
  }
}
