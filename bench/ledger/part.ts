import { withClient } from '../../scripts/database.ts'
import { parseConfig } from '../../services/api/src/config.ts'
import { makeSecrets } from '../../scripts/start/secrets.ts'
import { generate } from '../database/generate.ts'
import { openBenchDatabase, type BenchDatabase } from '../database/server.ts'
import { signInTills } from '../driver/sign-in.ts'
import { startPlatform } from '../machine/platform.ts'
import { withScratch, type Scratch } from '../machine/scratch.ts'
import { startProgram } from '../machine/service.ts'
import type { Findings, Part, Say, Settings } from '../run/part.ts'
import { figureText } from '../run/print.ts'
import { inTurns } from '../run/statistics.ts'
import { runHttpPath } from './http-path.ts'
import { runLanes } from './lanes.ts'
import { population, spreads, type Load, type Spread } from './load.ts'
import { findPgbench, runPgbench } from './pgbench.ts'
import { runPlainClients } from './plain-clients.ts'
import { reportLedger, type Contender, type Measured } from './report.ts'
import { statements, type Statement } from './statements.ts'

/** As many callers as the targets speak of; pgbench does best with fewer on two cores, so it may have those too. */
const CALLERS = 64
const CALLERS_FEW = 16
const WARM_UP_SECONDS = 1

/** Changes of points a second: our ledger and our HTTP path beside one commit for each change on the same server. */
export const ledger: Part = {
  name: 'ledger',
  description: 'changes of points a second, in process and over HTTP, beside pgbench doing the same change',
  run: (settings, say) => withScratch((scratch) => measure(scratch, settings, say)),
}

async function measure(scratch: Scratch, settings: Settings, say: Say): Promise<Findings> {
  const database = await openBenchDatabase(scratch)
  await generate(database.url, population)
  const platform = await startPlatform(scratch, database.url)
  const tills = await startProgram(scratch, { program: 'bench/programs/tills.ts', env: {} })
  const pgbench = findPgbench()
  if (pgbench === null) say('no pgbench here: plain connections of Node stand in for it')

  const measured: Measured[] = []
  for (const spread of spreads) {
    const tokens = await signInTills(platform.apiPort, spread.tenants)
    const baseline = (statement: Statement, clients: number) => () => {
      const run = {
        statement,
        spread,
        clients,
        seconds: settings.seconds,
        url: database.url,
        postgresPid: database.pid,
      }
      return pgbench === null ? runPlainClients(run) : runPgbench(pgbench, { ...run, folder: scratch.folder })
    }
    const lanes = (seconds: number) => runOurLanes(database, spread, seconds)
    const http = (seconds: number) =>
      runHttpPath({
        tills,
        apiPid: platform.api.pid,
        postgresPid: database.pid,
        job: { apiPort: platform.apiPort, population, tenants: spread.tenants, callers: CALLERS, seconds, tokens },
      })
    // So that nobody's first seconds count: caches, compilers, and the pages that a checkpoint makes the log repeat.
    await lanes(WARM_UP_SECONDS)
    await http(WARM_UP_SECONDS)
    const contenders: Record<Contender, () => Promise<Load>> = {
      byHand16: baseline(statements.byHand, CALLERS_FEW),
      byHand64: baseline(statements.byHand, CALLERS),
      applyOne64: baseline(statements.applyOne, CALLERS),
      lanes64: () => lanes(settings.seconds),
      http64: () => http(settings.seconds),
    }
    const loads = await inTurns(settings, contenders, (name, load, round) =>
      say(`${spread.name}, round ${round}/${settings.rounds}: ${name} ${figureText(load.changesPerSecond)}/s`),
    )
    measured.push({ spread, loads })
  }
  await insistEveryBalance(database)
  return reportLedger(measured, pgbench === null ? 'plain' : 'pgbench')
}

function runOurLanes(database: BenchDatabase, spread: Spread, seconds: number): Promise<Load> {
  const config = parseConfig({ ...makeSecrets(), DATABASE_URL: database.url })
  return runLanes({
    url: database.url,
    postgresPid: database.pid,
    spread,
    callers: CALLERS,
    seconds,
    ledger: config.ledger,
    connectionsMax: config.database.connectionsMax,
  })
}

/** Fast and wrong would be no figure: every card is what its last entry says, whoever wrote it. */
async function insistEveryBalance({ url }: BenchDatabase): Promise<void> {
  await withClient(url, async (client) => {
    const { rows } = await client.query<{ wrong: string }>(`
      select count(*) as wrong
      from cards c
      left join entries e on e.tenant_id = c.tenant_id and e.card_id = c.id and e.card_version = c.version
      where (c.balance, c.earned, c.redeemed) is distinct from (e.balance_after, e.earned_after, e.redeemed_after)`)
    if (rows[0]!.wrong !== '0') throw new Error(`${rows[0]!.wrong} cards are not what their last entry says`)
  })
}
