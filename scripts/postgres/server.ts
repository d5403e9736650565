import { spawn, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { postgresBinaries, type Binaries } from './binaries.ts'
import { initialiseCluster, makePrivate, postgresEnvironment, SUPERUSER } from './cluster.ts'
import { giveUpOwnership, takeOwnership } from './ownership.ts'
import { commandLine, isAlive } from './processes.ts'
import { unprivileged } from './unprivileged.ts'

const PORT = 5432
const START_TIMEOUT_MS = 60_000
const LOG_BYTES_MAX = 8 * 1024 * 1024

export type PostgresOptions = {
  /** Folder of the database cluster; made when it is missing. */
  dataDir: string
  /** False trades crash safety for speed: only for tests that throw the folder away. Default true. */
  durable?: boolean
  /** Server settings, as after `-c`. */
  settings?: Record<string, string>
  /** Aborted: the start is given up, which may otherwise take a minute when there is much to recover. */
  giveUp?: AbortSignal
}

export type PostgresServer = {
  readonly pid: number
  /** Resolves when the server has ended, by itself or not, with how: a signal's name or an exit code. */
  readonly ended: Promise<string>
  /** Connection string of a database, as the superuser. */
  url(database: string): string
  /** Ends sessions and stops, in a few milliseconds; the next start needs no recovery. */
  stop(): Promise<void>
}

/**
 * Runs PostgreSQL in a folder, for `npm start` and tests.
 *
 * absent → initialised (one atomic rename) → starting → ready → stopped. A folder has one living owner at a time; a server
 * whose owner was killed is stopped first. It listens on a unix socket only, outside the folder (paths are limited to 107
 * bytes), in a process group of its own so that Ctrl-C reaches the application before the database.
 *
 * @throws Error with a sentence that says what to do: folder in use, made by another major version, not a cluster, no
 *   start within a minute.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const dataDir = resolve(options.dataDir)
  const binaries = await postgresBinaries()
  mkdirSync(dirname(dataDir), { recursive: true })
  takeOwnership(dataDir)
  try {
    initialiseCluster(binaries, dataDir, options.durable ?? true)
    await stopOrphan(dataDir)
    return running(await start(binaries, dataDir, options), dataDir)
  } catch (error) {
    giveUpOwnership(dataDir)
    throw error
  }
}

/** Connection string of a database in a folder whose server is (or will be) running. */
export function postgresUrl(dataDir: string, database: string): string {
  return `postgresql://${SUPERUSER}@${encodeURIComponent(socketDir(resolve(dataDir)))}:${PORT}/${database}`
}

/** Where the server of a folder listens: `psql -h <this> -U loyalty`. */
export function socketDir(dataDir: string): string {
  const name = createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 12)
  return join(tmpdir(), `loyalty-pg-${process.getuid?.() ?? 0}-${name}`)
}

const logFile = (dataDir: string) => `${dataDir}.log`
const pidFile = (dataDir: string) => join(dataDir, 'postmaster.pid')

function running(child: ChildProcess, dataDir: string): PostgresServer {
  const ended = hasEnded(child)
    ? Promise.resolve(endOf(child))
    : new Promise<string>((done) => child.once('exit', () => done(endOf(child))))
  child.unref()
  return {
    pid: child.pid!,
    ended,
    url: (database) => postgresUrl(dataDir, database),
    stop: async () => {
      child.ref()
      child.kill('SIGINT')
      await ended
      rmSync(socketDir(dataDir), { recursive: true, force: true })
      giveUpOwnership(dataDir)
    },
  }
}

const endOf = ({ signalCode, exitCode }: ChildProcess) => signalCode ?? `exit code ${exitCode}`

/** A killed application leaves its server running: stop it cleanly rather than share it. */
async function stopOrphan(dataDir: string): Promise<void> {
  const file = pidFile(dataDir)
  if (!existsSync(file)) return
  const text = readFileSync(file, 'utf8')
  const pid = Number(text.split('\n')[0])
  const args = commandLine(pid)
  if (args.includes('postgres') && args.includes(dataDir)) {
    process.kill(pid, 'SIGINT')
    for (let waited = 0; isAlive(pid) && waited < 10_000; waited += 20) await sleep(20)
  } else if (isAlive(pid)) {
    // The number belongs to a stranger by now (reboot, container). The file guards shared memory, so it is not deleted:
    // it gets our own pid, which PostgreSQL, as our child, knows to be stale.
    writeFileSync(file, text.replace(/^\d+/, String(process.pid)))
  }
}

async function start(binaries: Binaries, dataDir: string, options: PostgresOptions): Promise<ChildProcess> {
  const sockets = socketDir(dataDir)
  makePrivate(sockets)
  const settings: Record<string, string> = {
    listen_addresses: '',
    unix_socket_directories: sockets,
    unix_socket_permissions: '0700',
    port: String(PORT),
    log_destination: 'stderr',
    logging_collector: 'off',
    ...(options.durable === false ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
    ...options.settings,
  }
  const { prefix } = unprivileged()
  const [command, ...args] = [
    ...prefix,
    binaries.postgres,
    '-D',
    dataDir,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
  const deadline = Date.now() + START_TIMEOUT_MS
  for (;;) {
    const logged = sizeOf(logFile(dataDir))
    const log = openSync(logFile(dataDir), logged > LOG_BYTES_MAX ? 'w' : 'a')
    // Output goes to a file: a pipe would break, and kill the server, when the application dies.
    const child = spawn(command!, args, { env: postgresEnvironment(), detached: true, stdio: ['ignore', log, log] })
    closeSync(log)
    if (await becomesReady(child, dataDir, deadline, options.giveUp)) return child
    await end(child)
    options.giveUp?.throwIfAborted()
    const said = readLines(logFile(dataDir))
      .join('\n')
      .slice(logged > LOG_BYTES_MAX ? 0 : logged)
    // Children of a postmaster that was killed with -9 may still be leaving, and hold the shared memory. Nothing else gets
    // better by trying again.
    if (!/shared memory block|lock file/.test(said) || Date.now() > deadline)
      throw new Error(`PostgreSQL did not start in ${dataDir}:\n${said.trim().split('\n').slice(-8).join('\n')}`)
    await sleep(250)
  }
}

async function becomesReady(
  child: ChildProcess,
  dataDir: string,
  deadline: number,
  giveUp?: AbortSignal,
): Promise<boolean> {
  while (!hasEnded(child) && !giveUp?.aborted && Date.now() < deadline) {
    const lines = readLines(pidFile(dataDir))
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return true
    await sleep(5)
  }
  return false
}

/** At once, without a checkpoint: what was being recovered is recovered the next time. */
async function end(child: ChildProcess): Promise<void> {
  const exited = new Promise((done) => child.once('exit', done))
  if (hasEnded(child)) return
  child.kill('SIGQUIT')
  await exited
}

const hasEnded = ({ pid, exitCode, signalCode }: ChildProcess) =>
  pid === undefined || exitCode !== null || signalCode !== null

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    return [] // not written yet
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
