import { dataFolder } from '../database.ts'
import { DEMO_PASSWORD, demoTenants, JOHN_DOE } from '../demo/tenants.ts'
import { API_PORT, playsMpesa, REALTIME_PORT, urlOf, type Settings } from './settings.ts'

export type BannerFacts = {
  settings: Settings
  /** How to open a prompt of the database. */
  psql: string
  /** Whether the demo data is there to sign in to. */
  demo: boolean
}

/** What one wants to know once everything runs. */
export function banner({ settings, psql, demo }: BannerFacts): string {
  const api = urlOf(settings.api)
  const realtime = urlOf(settings.realtime)
  const sections = [
    ['loyalty-live is running.'],
    [
      row('Console', api),
      row('  for customers', `${api}/cards`),
      row('API', api),
      row('  documentation', `${api}/docs`),
      row('  OpenAPI', `${api}/openapi.json`),
      row('Realtime', realtime),
      row('  AsyncAPI', `${realtime}/asyncapi.json`),
      row('Database', psql),
      ...(playsMpesa(settings) ? [row('M-Pesa', 'played here: payers answer by themselves, no money moves')] : []),
    ],
    demo ? signIns() : [],
    ['Next, in another terminal:', ...suggestions(settings)],
    ['Ctrl-C stops everything; the data stays.'],
  ]
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.map((line) => `  ${line}`).join('\n'))
  return `\n${text.join('\n\n')}\n\n`
}

function signIns(): string[] {
  return [
    `Sign in (password ${DEMO_PASSWORD}):`,
    ...demoTenants.flatMap(({ id, name, staff, terminals }) => [
      ...staff.map(({ email, role }) => row(`  ${email}`, `${role} of ${id} (${name})`)),
      ...terminals.map((terminal) => row(`  ${terminal.key}`, `key of ${terminal.name} of ${id}`)),
    ]),
    row(`  ${JOHN_DOE.phone}`, `${JOHN_DOE.name}, customer of ${JOHN_DOE.tenant}; codes are shown here`),
  ]
}

/** Commands that work as they stand: they say what is not where it usually is. */
function suggestions({ api, realtime, dataDir, databaseUrl }: Settings): string[] {
  const toApi = api.port === API_PORT ? '' : ` --api ${urlOf(api)}`
  const toRealtime = realtime.port === REALTIME_PORT ? '' : ` --realtime ${urlOf(realtime)}`
  const folder = dataDir === dataFolder({}) ? '' : `DATA_DIR=${dataDir} `
  const database = databaseUrl === null ? folder : ''
  return [
    row(`  ${folder}npm run demo${toOptions(toApi + toRealtime)}`, 'a customer’s first visit'),
    row(`  npm run watch${toOptions(toApi + toRealtime)}`, 'every change as it happens'),
    row(`  npm run simulate${toOptions(toApi)}`, 'believable traffic'),
    row(`  ${database}npm run verify -- --all`, 'every balance, payment and figure, checked'),
  ]
}

/** npm passes on what follows two dashes. */
const toOptions = (text: string) => (text === '' ? '' : ` --${text}`)

const row = (left: string, right: string) => `${left.padEnd(26)}  ${right}`
