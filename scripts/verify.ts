import type { ClientBase } from 'pg'
import { z } from 'zod'
import { describeCommand, runCommand, withDatabase } from './command.ts'
import { numberBy } from './options.ts'
import { audit, checks, retentionStart } from './verify/audit.ts'
import { reportCustomer } from './verify/card-report.ts'
import { findingText, reportText } from './verify/print.ts'
import { withSnapshot } from './verify/snapshot.ts'

type Options = { all?: boolean; tenant?: string; retentionDays: number }

const readDays = numberBy(z.int({ error: 'must be a whole number of days' }).min(1))

const command = describeCommand({
  name: 'npm run verify --',
  description:
    'Holds what the cards say against their ledger entries and the events that screens were sent; of one customer, or of everything. Reads one snapshot of the database and changes nothing. Exit code 1 when anything does not agree.',
  examples: [
    'npm run verify -- +447306506797 demo                    every card of a customer',
    'npm run verify -- 07306506797 demo "Harbour Points"     one card, by name of the programme',
    'npm run verify -- --all                                 everything',
    'npm run verify -- --all --tenant demo                   everything of one tenant',
  ],
})
  .argument('[customer]', 'phone, however it is typed, or id')
  .argument('[tenant]')
  .argument('[program]', 'name or id; all of them when it is left out')
  .option('--all', `run all ${checks.length} checks on everything`)
  .option('--tenant <id>', 'with --all: on one tenant only')
  .option(
    '--retention-days <days>',
    'how long events are kept; as EVENT_RETENTION_DAYS of the API',
    readDays,
    readDays(process.env['EVENT_RETENTION_DAYS'] || '7'),
  )
  .action(
    async (customer: string | undefined, tenant: string | undefined, program: string | undefined, options: Options) => {
      if (!options.all && (customer === undefined || tenant === undefined))
        throw new Error('say whose card, as in npm run verify -- +447306506797 demo; or --all')
      const sound = await withDatabase((url) =>
        withSnapshot(url, (client) =>
          options.all ? auditAll(client, options) : reportOne(client, customer!, tenant!, program, options),
        ),
      )
      process.exitCode = sound ? 0 : 1
    },
  )

await runCommand(command)

async function reportOne(
  client: ClientBase,
  customer: string,
  tenant: string,
  program: string | undefined,
  { retentionDays }: Options,
): Promise<boolean> {
  const since = retentionStart(new Date(), retentionDays)
  const { text, sound } = reportText(await reportCustomer(client, { customer, tenant, program, keptSince: since }))
  console.log(text)
  return sound
}

async function auditAll(client: ClientBase, options: Options): Promise<boolean> {
  const tenant = options.tenant ?? null
  const totals = await count(client, tenant)
  if (tenant !== null && totals.tenants === 0) throw new Error(`there is no tenant ${tenant}`)
  console.log(
    `${tenant ?? 'every tenant'}: ${Object.entries(totals)
      .map(([what, number]) => `${number.toLocaleString('en')} ${what}`)
      .join(', ')}`,
  )
  const findings = await audit(client, {
    tenant,
    keptSince: retentionStart(new Date(), options.retentionDays),
    onFinding: (finding) => console.log(findingText(finding)),
  })
  const broken = findings.filter(({ breaches }) => breaches > 0)
  console.log(
    broken.length === 0
      ? `OK: all ${findings.length} checks hold`
      : `BREACH: ${broken.length} of ${findings.length} checks do not hold: ${broken.map(({ check }) => check.name).join(', ')}`,
  )
  return broken.length === 0
}

async function count(client: ClientBase, tenant: string | null) {
  const { rows } = await client.query<{
    tenants: number
    members: number
    cards: number
    entries: number
    events: number
  }>(
    `select
       (select count(*) from tenants where $1::text is null or id = $1)::float8 as tenants,
       (select count(*) from members where $1::text is null or tenant_id = $1)::float8 as members,
       (select count(*) from cards where $1::text is null or tenant_id = $1)::float8 as cards,
       (select count(*) from entries where $1::text is null or tenant_id = $1)::float8 as entries,
       (select count(*) from events where $1::text is null or tenant_id = $1)::float8 as events`,
    [tenant],
  )
  return rows[0]!
}
