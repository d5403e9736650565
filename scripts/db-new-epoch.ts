import { describeCommand, runCommand, withDatabase } from './command.ts'
import { withClient } from './database.ts'

const command = describeCommand({
  name: 'npm run db:new-epoch',
  description:
    'For a database that was restored from a backup: its history is not the one that screens have seen. Every tenant goes on in a new epoch; every screen and till drops what it knows and takes fresh snapshots. Start the services after it.',
  examples: ['npm run db:new-epoch'],
}).action(() =>
  withDatabase((url) =>
    withClient(url, async (client) => {
      const before = await client.query<{ tenants: number }>('select count(*)::int as tenants from streams')
      const { rows } = await client.query<{ epoch: string }>('select start_new_epoch() as epoch')
      console.log(`Every tenant (${before.rows[0]!.tenants}) goes on in epoch ${rows[0]!.epoch}.
Clients that come back with a position of an earlier epoch are answered "reset": they take fresh snapshots and go on from
those. Events that were not delivered before the backup was taken are left out of the live stream; the snapshots contain
what they told. Restart the API and the realtime server if they were running.`)
    }),
  ),
)

await runCommand(command)
