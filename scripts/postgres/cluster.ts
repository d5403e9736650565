import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Binaries } from './binaries.ts'
import { unprivileged } from './unprivileged.ts'

/** Who may do everything in an embedded database, and owns it. */
export const SUPERUSER = 'loyalty'

/** Messages that can be looked for, sorting that is the same everywhere. */
export const postgresEnvironment = () => ({ ...process.env, LC_ALL: 'C', LANG: 'C', TZ: 'UTC' })

/**
 * Makes the folder of a database cluster unless it is there; whole or not at all, by renaming it when it is done.
 *
 * @throws Error when the folder is there and is of another major version, or something else altogether
 */
export function initialiseCluster(binaries: Binaries, dataDir: string, durable: boolean): void {
  if (existsSync(dataDir)) return checkCluster(binaries, dataDir)
  const fresh = `${dataDir}.init`
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
  const made = spawnSync(command!, args, { env: postgresEnvironment(), encoding: 'utf8' })
  if (made.status !== 0) {
    rmSync(fresh, { recursive: true, force: true })
    throw new Error(
      `PostgreSQL could not prepare ${dataDir}: ${made.error?.message ?? ''}${made.stdout ?? ''}${made.stderr ?? ''}`,
    )
  }
  renameSync(fresh, dataDir)
}

/** Makes a folder that nobody else may read, and that the server may write. */
export function makePrivate(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { owner } = unprivileged()
  if (owner !== null) chownSync(folder, owner, owner)
}

function checkCluster(binaries: Binaries, dataDir: string): void {
  const major = readMajor(dataDir)
  if (major === null)
    throw new Error(`${dataDir} exists but is not a PostgreSQL folder; move it away, or set DATA_DIR to another place`)
  const ours = spawnSync(binaries.postgres, ['--version'], { encoding: 'utf8' }).stdout.match(/(\d+)\./)?.[1]
  if (major !== ours)
    throw new Error(
      `${dataDir} was made by PostgreSQL ${major}, this is ${ours}; dump and restore it, or set DATA_DIR to another place`,
    )
}

function readMajor(dataDir: string): string | null {
  try {
    return readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim()
  } catch {
    return null
  }
}
