import { setTimeout as sleep } from 'node:timers/promises'
import { generate } from '../database/generate.ts'
import type { Population } from '../database/population.ts'
import { openBenchDatabase } from '../database/server.ts'
import { startStatementCount } from '../database/statement-count.ts'
import { signInTills } from '../driver/sign-in.ts'
import { giveJob } from '../machine/job.ts'
import { startPlatform } from '../machine/platform.ts'
import { withScratch, type Scratch } from '../machine/scratch.ts'
import { startProgram } from '../machine/service.ts'
import type { Screens, ScreensDone, ScreensJob } from '../programs/screens.ts'
import type { Findings, Part, Say, Settings } from '../run/part.ts'
import { figureText } from '../run/print.ts'
import { inTurns, medianOf } from '../run/statistics.ts'
import { commitEvents } from './commit-events.ts'

const SCREENS = 5000
const EVENTS_MISSED = 3
/** As long as a restart takes. */
const AWAY_MS = 2000
const LIMIT_MS = 60_000

const population: Population = { tenants: 100, membersPerTenant: 20, entriesPerCard: 1, openingPoints: 1_000_000 }

type Reads = {
  /** Statements that asked where streams stand; one asks for many tenants. */
  readonly heads: number
  /** Transactions that read a page of events. */
  readonly pages: number
}

type Storm = ScreensDone & {
  /** From the kill to the return. */
  readonly outageMs: number
  readonly away: Reads
  readonly returned: Reads
}

/** The realtime server is killed under 5,000 screens and comes back with nothing in memory. */
export const storm: Part = {
  name: 'storm',
  description: `${SCREENS} screens lose their realtime server: how long until all are live again, and what the database sees`,
  run: (settings, say) => withScratch((scratch) => measure(scratch, settings, say)),
}

async function measure(scratch: Scratch, settings: Settings, say: Say): Promise<Findings> {
  const database = await openBenchDatabase(scratch, { shared_preload_libraries: 'pg_stat_statements' })
  await generate(database.url, population)
  const platform = await startPlatform(scratch, database.url)
  const tokens = await signInTills(platform.apiPort, population.tenants)
  const driver = await startProgram(scratch, { program: 'bench/programs/screens.ts', env: {} })
  const ask = (job: ScreensJob) => giveJob<Screens>(driver, job)

  say(`opening ${SCREENS} screens`)
  await ask({
    step: 'open',
    apiUrl: `http://127.0.0.1:${platform.apiPort}`,
    realtimeUrl: `http://127.0.0.1:${platform.realtimePort}`,
    tokens,
    screens: SCREENS,
  })
  let { realtime } = platform

  let seq = population.membersPerTenant * population.entriesPerCard

  async function blow(): Promise<Storm> {
    const readsSinceThen = await countReads(database.url)
    const lost = ask({ step: 'lose' })
    const killedAt = performance.now()
    realtime.child.kill('SIGKILL')
    await commitEvents(database.url, population, EVENTS_MISSED)
    seq += EVENTS_MISSED
    await lost
    await sleep(AWAY_MS)
    const away = await readsSinceThen()
    realtime = await platform.startRealtime()
    const outageMs = performance.now() - killedAt
    const done = await ask({ step: 'recover', returnedAtMs: Date.now(), seq, limitMs: LIMIT_MS })
    const all = await readsSinceThen()
    return { ...done!, outageMs, away, returned: { heads: all.heads - away.heads, pages: all.pages - away.pages } }
  }

  const { storms } = await inTurns(settings, { storms: blow }, (_name, { lastMs, away, returned }, round) =>
    say(
      `round ${round}: all live after ${figureText(lastMs)} ms; reads while away ${sum(away)}, after the return ${sum(returned)}`,
    ),
  )
  return report(storms)
}

async function countReads(url: string): Promise<() => Promise<Reads>> {
  const count = await startStatementCount(url)
  return async () => {
    const calls = await count()
    return { heads: calls('stream_heads'), pages: calls('from events') }
  }
}

const sum = ({ heads, pages }: Reads) => heads + pages

function report(storms: readonly Storm[]): Findings {
  const last = medianOf(storms, ({ lastMs }) => lastMs)
  const pages = medianOf(storms, ({ away, returned }) => away.pages + returned.pages) / population.tenants
  const late = storms.reduce((total, each) => total + each.late, 0)
  return {
    tables: [
      {
        title: `${SCREENS.toLocaleString('en-US')} screens of ${population.tenants} tenants, after the server’s return`,
        columns: ['', 'median of rounds'],
        rows: [
          ['the server was away for, ms', Math.round(medianOf(storms, ({ outageMs }) => outageMs))],
          ['half of them live after, ms', Math.round(medianOf(storms, ({ p50Ms }) => p50Ms))],
          ['99 % live after, ms', Math.round(medianOf(storms, ({ p99Ms }) => p99Ms))],
          ['all live after, ms', Math.round(last)],
          ['reads of heads while it was away (each of many tenants)', medianOf(storms, ({ away }) => away.heads)],
          ['reads of pages while it was away', medianOf(storms, ({ away }) => away.pages)],
          ['reads of heads after its return', medianOf(storms, ({ returned }) => returned.heads)],
          ['reads of pages after its return', medianOf(storms, ({ returned }) => returned.pages)],
          ['screens that were not, in all rounds', late],
        ],
      },
    ],
    verdicts: [
      {
        claim: 'all live after the server’s return, s',
        value: (late > 0 ? LIMIT_MS : last) / 1000,
        target: 10,
        must: 'not exceed',
      },
      {
        claim: 'reads of pages for each tenant, from the loss to the last one live',
        value: pages,
        target: 1,
        must: 'not exceed',
      },
    ],
    notes: [
      `Screens are the SDK with its default settings, all in one process; the server is killed with SIGKILL, comes back with nothing in memory, and each screen has missed ${EVENTS_MISSED} events, which it must have to count as live.`,
      'Reads of heads do not grow with screens or tenants: one statement asks for all that are due, four times a second at most.',
    ],
  }
}
