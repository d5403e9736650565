import { withClient } from '../../scripts/database.ts'
import { audit, retentionStart } from '../../scripts/verify/audit.ts'
import { withSnapshot } from '../../scripts/verify/snapshot.ts'
import { createDatabase, openBenchServer, type BenchServer } from '../database/server.ts'
import { EVENT_DAYS } from '../database/generate-sql.ts'
import { generate } from '../database/generate.ts'
import { withScratch, type Scratch } from '../machine/scratch.ts'
import type { Findings, Part, Say, Settings } from '../run/part.ts'
import { createProgress } from '../run/progress.ts'
import { inTurns } from '../run/statistics.ts'
import { measureSize, type SizeCosts } from './measure-size.ts'
import { reportGrowth } from './report.ts'
import { sizesOf, type Size } from './sizes.ts'

const ROUNDS_MAX = 3

/** Enough that every check has something to look at, few enough that all of them take a second. */
const AUDITED_ENTRIES = 1e4

/** What a redemption and a page of a list cost as the business grows. */
export const growth: Part = {
  name: 'growth',
  description: 'cost of a redemption and of list pages from a thousand entries up, and from one tenant to a thousand',
  run: (settings, say) => withScratch((scratch) => measure(scratch, settings, say)),
}

async function measure(scratch: Scratch, settings: Settings, say: Say): Promise<Findings> {
  const server = await openBenchServer(scratch)
  const { byEntries, byTenants } = sizesOf(settings)
  const sizes = new Map([...byEntries, ...byTenants].map((size) => [nameOf(size), size]))
  const bytes = new Map<string, number>()
  for (const [name, size] of sizes) bytes.set(name, await makeDatabase(server, name, size))

  const contenders = Object.fromEntries(
    [...sizes].map(([name, size]) => [
      name,
      () => measureSize(server.url(name), server.pid, size, settings.seconds / 5),
    ]),
  )
  const rounds = Math.min(settings.rounds, ROUNDS_MAX)
  const costs: Record<string, SizeCosts[]> = await inTurns(
    { ...settings, rounds },
    contenders,
    (name, { redemption }, round) =>
      say(`round ${round}/${rounds}: ${name}, a redemption ${Math.round(redemption.cpuUs)} µs of CPU`),
  )
  const measured = (size: Size) => ({ size, bytes: bytes.get(nameOf(size))!, costs: costs[nameOf(size)]! })
  return reportGrowth(byEntries.map(measured), byTenants.map(measured))
}

const nameOf = ({ entries, tenants }: Size) => `e${entries}_t${tenants}`

/** Gives how many bytes it takes on disk. */
async function makeDatabase(server: BenchServer, name: string, { entries, population }: Size): Promise<number> {
  const url = await createDatabase(server, name)
  const progress = createProgress(
    `growth  generating ${entries.toLocaleString('en-US')} entries of ${population.tenants} tenants`,
  )
  await generate(url, population, progress)
  if (entries === AUDITED_ENTRIES) await insistSound(url)
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ bytes: string }>('select pg_database_size(current_database()) as bytes')
    return Number(rows[0]!.bytes)
  })
}

/** What was generated is what the API would have made: every check of `npm run verify -- --all` holds. */
async function insistSound(url: string): Promise<void> {
  const findings = await withSnapshot(url, (client) =>
    audit(client, { tenant: null, keptSince: retentionStart(new Date(), EVENT_DAYS) }),
  )
  const broken = findings.filter(({ breaches }) => breaches > 0)
  if (broken.length > 0) throw new Error(`the generated data break ${broken.map(({ check }) => check.name).join(', ')}`)
}
