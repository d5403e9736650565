import { randomBytes } from 'node:crypto'
import { fields } from '@loyalty-live/events'
import { isSupportedCountry } from 'libphonenumber-js'
import { z } from 'zod'
import { describeCommand, runCommand, withDatabase } from './command.ts'
import { inTransaction } from './database.ts'
import { parsedBy } from './options.ts'
import { addStaff, createTenant } from './tenants.ts'

type Options = {
  id: string
  name: string
  ownerEmail: string
  ownerName: string
  password?: string
  country: string
  currency: string
  program: string
  timeZone?: string
}

const country = z
  .string()
  .refine(isSupportedCountry, { error: 'must be an ISO 3166-1 country code with two letters, such as KE' })
const name = z.string().trim().min(1).max(100)
const timeZone = z.string().refine((value) => Intl.supportedValuesOf('timeZone').includes(value) || value === 'UTC', {
  error: 'must be an IANA time zone, such as Africa/Nairobi',
})

const command = describeCommand({
  name: 'npm run tenant:create --',
  description: 'Makes a business: its stream, its default programme, and an owner who can sign in and make the rest.',
  examples: [
    'npm run tenant:create -- --id blue-bistro --name "Blue Bistro" --owner-email ann@blue.example --country KE --currency KES',
  ],
})
  .requiredOption('--id <slug>', 'how it is called in URLs and tokens, for good', parsedBy(fields.tenantId))
  .requiredOption('--name <name>', 'how it is called on screens', parsedBy(name))
  .requiredOption('--owner-email <address>', 'what the owner signs in with', parsedBy(z.email().max(254)))
  .option('--owner-name <name>', 'how the owner is called', parsedBy(name), 'Owner')
  .option(
    '--password <password>',
    'of the owner; made up and shown once when it is left out',
    parsedBy(z.string().min(8).max(200)),
  )
  .requiredOption('--country <code>', 'how phone numbers without a country code are read', parsedBy(country))
  .requiredOption('--currency <code>', 'ISO 4217', parsedBy(fields.currency))
  .option(
    '--time-zone <name>',
    'where its days begin, for lists by day and the dashboard; the country’s, where it has only one, else UTC',
    parsedBy(timeZone),
  )
  .option('--program <name>', 'name of the default points programme', parsedBy(name), 'Points')
  .action(async (options: Options) => {
    const password = options.password ?? randomBytes(12).toString('base64url')
    await withDatabase((url) => create(url, options, password))
    console.log(`made ${options.name}: sign in to tenant ${options.id} as ${options.ownerEmail}`)
    if (options.password === undefined) console.log(`password, shown this once: ${password}`)
  })

await runCommand(command)

async function create(url: string, options: Options, password: string): Promise<void> {
  const { id, country: defaultCountry, currency, program, ownerEmail, ownerName } = options
  await inTransaction(url, async (client) => {
    const { rowCount } = await client.query('select from tenants where id = $1', [id])
    if (rowCount! > 0) throw new Error(`there is a tenant ${id} already; choose another --id`)
    const settings = { defaultCountry, currency, timeZone: options.timeZone ?? onlyTimeZoneOf(defaultCountry) }
    await createTenant(client, { id, name: options.name, programName: program, settings })
    await addStaff(client, { tenant: id, email: ownerEmail, name: ownerName, role: 'owner', password })
  })
}

function onlyTimeZoneOf(region: string): string {
  const zones = new Intl.Locale('und', { region }).getTimeZones()
  return zones?.length === 1 ? zones[0]! : 'UTC'
}
