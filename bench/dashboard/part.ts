import { isDeepStrictEqual } from 'node:util'
import { connect, type Db } from '../../services/api/src/db/connect.ts'
import { readDashboard } from '../../services/api/src/dashboard/read.ts'
import { PERIOD_DAYS, type Period } from '../../services/api/src/dashboard/rules.ts'
import { plainDashboard, type PlainDashboard } from '../../tests/harness/plain-dashboard.ts'
import { tenantId } from '../database/population.ts'
import { openBenchDatabase } from '../database/server.ts'
import { withScratch, type Scratch } from '../machine/scratch.ts'
import type { Findings, Part, Say, Settings } from '../run/part.ts'
import { figureText } from '../run/print.ts'
import { createDurations, inTurns, type Durations } from '../run/statistics.ts'
import { businessOf } from './business.ts'
import { generateBusiness } from './generate.ts'
import { reportDashboard } from './report.ts'

const TENANT = tenantId(0)
/** Aggregating everything takes seconds: a few rounds say as much as many. */
const ROUNDS_MAX = 3

/** What the dashboard costs a business with a long history, beside plain aggregates over the same rows. */
export const dashboardPart: Part = {
  name: 'dashboard',
  description: 'the dashboard of a business with 1,000,000 payments and 5,000,000 entries, beside plain SQL',
  run: (settings, say) => withScratch((scratch) => measure(scratch, settings, say)),
}

async function measure(scratch: Scratch, settings: Settings, say: Say): Promise<Findings> {
  const { url } = await openBenchDatabase(scratch)
  const business = businessOf(settings)
  const rebuiltMs = await generateBusiness(url, business)
  const now = new Date()
  const db = connect({ url, connectionsMax: 1, role: 'loyalty_app' })
  const plain = connect({ url, connectionsMax: 1, statementTimeoutMs: 600_000 })
  const periods = Object.keys(PERIOD_DAYS) as Period[]
  const kept = new Map(periods.map((period) => [period, createDurations()]))
  const plainly = new Map(periods.map((period) => [period, createDurations()]))
  try {
    for (const period of periods) await insistAgreement(db, plain, period, now)
    const contenders = Object.fromEntries(
      periods.map((period) => [
        period,
        async () => {
          await repeat(settings.seconds, kept.get(period)!, () => readDashboard(db, TENANT, period, now))
          await repeat(0, plainly.get(period)!, () => plainDashboardOf(plain, period, now))
        },
      ]),
    )
    const rounds = Math.min(settings.rounds, ROUNDS_MAX)
    await inTurns({ ...settings, rounds }, contenders, (period, _, round) =>
      say(
        `round ${round}/${rounds}: ${period}, p95 ${figureText(kept.get(period as Period)!.quantile(0.95))} ms so far`,
      ),
    )
  } finally {
    await Promise.all([db.close(), plain.close()])
  }
  return reportDashboard(business, { rebuiltMs, kept, plainly })
}

/** Once at least. */
async function repeat(seconds: number, durations: Durations, once: () => Promise<unknown>): Promise<void> {
  const until = performance.now() + 1000 * seconds
  do {
    const since = performance.now()
    await once()
    durations.add(performance.now() - since)
  } while (performance.now() < until)
}

/** Fast and wrong would be no figure. */
async function insistAgreement(db: Db, plain: Db, period: Period, now: Date): Promise<void> {
  const { recentPayments: _, cursor: __, ...figures } = await readDashboard(db, TENANT, period, now)
  if (!isDeepStrictEqual(figures, await plainDashboardOf(plain, period, now)))
    throw new Error(`the dashboard of ${period} does not show what entries and payments add up to`)
}

function plainDashboardOf({ pool }: Db, period: Period, now: Date): Promise<PlainDashboard> {
  return plainDashboard(async (text, values) => (await pool.query(text, values)).rows, TENANT, period, now)
}
