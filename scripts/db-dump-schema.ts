import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { dumpSchema } from '../services/api/src/db/dump-schema.ts'
import { migrate } from '../services/api/src/db/migrate.ts'
import { describeCommand, runCommand, withDatabase } from './command.ts'
import { urlOfDatabase, withClient } from './database.ts'

const FILE = join(import.meta.dirname, '..', 'services', 'api', 'migrations', 'schema.sql')

const command = describeCommand({
  name: 'npm run db:dump-schema',
  description:
    'Writes the schema that all migrations together make to services/api/migrations/schema.sql. It is made in a database of its own, which is dropped again, so that what is in yours does not matter.',
  examples: ['npm run db:dump-schema'],
})
  .option('--file <path>', 'where to write it instead', FILE)
  .action(({ file }: { file: string }) =>
    withDatabase(
      async (url) => {
        const name = `schema_${randomBytes(6).toString('hex')}`
        await withClient(url, (client) => client.query(`create database ${name}`))
        try {
          await migrate(urlOfDatabase(url, name))
          writeFileSync(file, await dumpSchema(urlOfDatabase(url, name)))
        } finally {
          await withClient(url, (client) => client.query(`drop database ${name} with (force)`))
        }
        console.log(`wrote ${relative(process.cwd(), file)}`)
      },
      { create: true },
    ),
  )

await runCommand(command)
