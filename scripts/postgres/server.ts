import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { postgresBinaries, type Binaries } from './binaries.ts'
import { commandLine, isAlive } from './processes.ts'
import { unprivileged } from './unprivileged.ts'

const SUPERUSER = 'loyalty'
const PORT = 5432
const START_TIMEOUT_MS = 60_000

export type PostgresOptions = {
  /** Folder of the database cluster; made when it is missing. */
  dataDir: string
  /** False trades crash safety for speed: only for tests that throw the folder away. Default true. */
  durable?: boolean
  /** Server settings, as after `-c`. */
  settings?: Record<string, string>
}

export type PostgresServer = {
  readonly pid: number
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
  initialise(binaries, dataDir, options.durable ?? true)
  takeOwnership(dataDir)
  await stopOrphan(dataDir)
  const child = await start(binaries, dataDir, options)
  child.unref()
  return {
    pid: child.pid!,
    url: (database) => postgresUrl(dataDir, database),
    stop: async () => {
      rmSync(ownerFile(dataDir), { force: true })
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = new Promise((done) => child.once('exit', done))
      child.ref()
      child.kill('SIGINT')
      await exited
    },
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

const ownerFile = (dataDir: string) => `${dataDir}.owner`
const logFile = (dataDir: string) => `${dataDir}.log`
const pidFile = (dataDir: string) => join(dataDir, 'postmaster.pid')
const environment = () => ({ ...process.env, LC_ALL: 'C', LANG: 'C', TZ: 'UTC' })

function makePrivate(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { owner } = unprivileged()
  if (owner !== null) chownSync(folder, owner, owner)
}

function initialise(binaries: Binaries, dataDir: string, durable: boolean): void {
  if (existsSync(dataDir)) {
    const major = readMajor(dataDir)
    if (major === null)
      throw new Error(
        `${dataDir} exists but is not a PostgreSQL folder; move it away, or set DATA_DIR to another place`,
      )
    const ours = spawnSync(binaries.postgres, ['--version'], { encoding: 'utf8' }).stdout.match(/(\d+)\./)?.[1]
    if (major !== ours)
      throw new Error(
        `${dataDir} was made by PostgreSQL ${major}, this is ${ours}; dump and restore it, or set DATA_DIR to another place`,
      )
    return
  }
  const fresh = `${dataDir}.init-${process.pid}`
  rmSync(fresh, { recursive: true, force: true })
  makePrivate(fresh)
  const { prefix } = unprivileged()
  const [command, ...args] = [
    ...prefix,
    binaries.initdb,
    '-D',
    fresh,
    '-U',
    SUPERUSER,
    '-E',
    'UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--auth=trust',
    ...(durable ? [] : ['--no-sync']),
  ]
  const made = spawnSync(command!, args, { env: environment(), encoding: 'utf8' })
  if (made.status !== 0) {
    rmSync(fresh, { recursive: true, force: true })
    throw new Error(
      `PostgreSQL could not prepare ${dataDir}: ${made.error?.message ?? ''}${made.stdout ?? ''}${made.stderr ?? ''}`,
    )
  }
  renameSync(fresh, dataDir)
}

function readMajor(dataDir: string): string | null {
  try {
    return readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim()
  } catch {
    return null
  }
}

function takeOwnership(dataDir: string): void {
  const file = ownerFile(dataDir)
  const owner = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
  if (owner !== process.pid && commandLine(owner).includes('node')) {
    throw new Error(`${dataDir} is in use by process ${owner}; stop that one first, or set DATA_DIR to another place`)
  }
  writeFileSync(file, String(process.pid))
}

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
  for (let attempt = 0; ; attempt++) {
    const log = openSync(logFile(dataDir), 'a')
    // Output goes to a file: a pipe would break, and kill the server, when the application dies.
    const child = spawn(command!, args, { env: environment(), detached: true, stdio: ['ignore', log, log] })
    closeSync(log)
    if (await becomesReady(child, dataDir, deadline)) return child
    // Children of a postmaster that was killed with -9 may still be leaving, and hold the shared memory.
    if (attempt >= 40 || Date.now() > deadline)
      throw new Error(`PostgreSQL did not start in ${dataDir}:\n${lastLines(logFile(dataDir))}`)
    await sleep(250)
  }
}

async function becomesReady(child: ChildProcess, dataDir: string, deadline: number): Promise<boolean> {
  let exited = false
  child.once('exit', () => (exited = true))
  child.once('error', () => (exited = true))
  while (!exited && Date.now() < deadline) {
    const lines = readLines(pidFile(dataDir))
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return true
    await sleep(5)
  }
  return false
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    return [] // not written yet
  }
}

const lastLines = (file: string) => readLines(file).slice(-8).join('\n')
