import { migrate } from '../services/api/src/db/migrate.ts'
import { describeCommand, runCommand, withDatabase } from './command.ts'

const command = describeCommand({
  name: 'npm run db:migrate',
  description:
    'Brings the schema of the database up to date: DATABASE_URL, or the embedded one of DATA_DIR, which is made when it is missing. Running it again changes nothing.',
  examples: ['DATABASE_URL=postgresql://user:password@host/loyalty npm run db:migrate', 'npm run db:migrate'],
}).action(() =>
  withDatabase(
    async (url) => {
      const done = await migrate(url)
      for (const name of done) console.log(`ran ${name}`)
      if (done.length === 0) console.log('the schema is up to date')
    },
    { create: true },
  ),
)

await runCommand(command)
