import { describeCommand, runCommand, withDatabase } from './command.ts'
import { seedDemo } from './demo/seed.ts'
import { DEMO_PASSWORD, demoTenants } from './demo/tenants.ts'

const command = describeCommand({
  name: 'npm run demo:seed',
  description:
    'Adds the demo data: two businesses with staff, tills, customers and their histories. A business that is there already is left as it is. Never for production: everybody knows the passwords.',
  examples: ['npm run db:migrate && npm run demo:seed'],
}).action(() =>
  withDatabase(async (url) => {
    const made = await seedDemo(url, process.env['SECRETS_KEY'] || undefined)
    console.log(made.length > 0 ? `made ${made.join(' and ')}` : 'the demo data is there already')
    if (!process.env['SECRETS_KEY']) console.log('SECRETS_KEY is not set: no payment provider is set up')
    const emails = demoTenants.flatMap(({ staff }) => staff.map(({ email }) => email))
    console.log(`sign in as ${emails.join(', ')} with the password ${DEMO_PASSWORD}`)
  }),
)

await runCommand(command)
