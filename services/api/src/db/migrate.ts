import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'

const FOLDER = join(import.meta.dirname, '..', '..', 'migrations')
const NAME = /^\d{4}_[a-z0-9_]+\.sql$/

/**
 * Brings the schema up to date: every numbered file that this database has not seen, in order, each in a transaction of its
 * own together with the note that it ran. Forward only. Several processes may start at once; one does the work.
 *
 * @returns names of the files that ran
 * @throws Error when a file that ran before was changed since, or the database is ahead of this build
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'loyalty-migrate' })
  await client.connect()
  try {
    await client.query(`select pg_advisory_lock(hashtext('loyalty-migrate'))`)
    await client.query(
      `create table if not exists migrations (name text primary key, checksum text not null, ran_at timestamptz not null default now())`,
    )
    const { rows } = await client.query<{ name: string; checksum: string }>('select name, checksum from migrations')
    const ran = new Map(rows.map((row) => [row.name, row.checksum]))
    const files = readMigrations()
    for (const name of ran.keys()) {
      if (!files.has(name))
        throw new Error(`the database has migration ${name}, which this build does not know: run a newer build`)
    }
    const done: string[] = []
    for (const [name, text] of files) {
      const checksum = createHash('sha256').update(text).digest('hex')
      if (ran.get(name) === checksum) continue
      if (ran.has(name))
        throw new Error(`migration ${name} was changed after it ran here; put it back and add a new one`)
      await runOne(client, name, text, checksum)
      done.push(name)
    }
    return done
  } finally {
    await client.end()
  }
}

/** Migration files in order, name → text. */
export function readMigrations(): Map<string, string> {
  const names = readdirSync(FOLDER).filter((name) => NAME.test(name))
  return new Map(names.toSorted().map((name) => [name, readFileSync(join(FOLDER, name), 'utf8')]))
}

async function runOne(client: pg.Client, name: string, text: string, checksum: string): Promise<void> {
  try {
    await client.query('begin')
    await client.query(text)
    await client.query('insert into migrations (name, checksum) values ($1, $2)', [name, checksum])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw new Error(`migration ${name} failed: ${(error as Error).message}`, { cause: error })
  }
}
