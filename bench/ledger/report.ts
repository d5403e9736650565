import type { Findings, Table, Verdict } from '../run/part.ts'
import { medianOf } from '../run/statistics.ts'
import type { Load, Spread } from './load.ts'

/** Who is measured; the number is how many callers it has. */
export type Contender = 'byHand16' | 'byHand64' | 'applyOne64' | 'lanes64' | 'http64'

export type Measured = { readonly spread: Spread; readonly loads: Readonly<Record<Contender, readonly Load[]>> }

const names = (baseline: string): Record<Contender, string> => ({
  byHand16: `${baseline}, one statement by hand, 16 clients`,
  byHand64: `${baseline}, one statement by hand, 64 clients`,
  applyOne64: `${baseline}, apply_changes with one change, 64 clients`,
  lanes64: 'ledger in process, 64 callers',
  http64: 'HTTP to one API process, 64 callers',
})

/** What must be reached on each spread, as a multiple of the baseline's changes a second. */
const TARGETS: Readonly<Record<string, { lanes: number; http: number }>> = {
  '100 tenants': { lanes: 2, http: 1 },
  'one hot tenant': { lanes: 6, http: 3.5 },
}

/** @param baseline what the one commit for each change was made with */
export function reportLedger(measured: readonly Measured[], baseline: 'pgbench' | 'plain'): Findings {
  const label = baseline === 'pgbench' ? 'pgbench' : 'plain connections'
  return {
    tables: measured.map((each) => tableOf(each, names(label))),
    verdicts: measured.flatMap(verdictsOf),
    notes: [
      `“×” compares changes a second with the better of the two “one statement by hand”; p99 with the one of 64 clients.`,
      ...(baseline === 'plain'
        ? ['There is no pgbench on this machine: connections of Node stood in for it, which flatters the ratios.']
        : []),
    ],
  }
}

function tableOf({ spread, loads }: Measured, label: Record<Contender, string>): Table {
  const base = baselineOf(loads)
  return {
    title: `Changes of points, ${spread.name}`,
    columns: ['', 'changes/s', '×', 'p50 ms', 'p99 ms', 'client CPU µs', 'PostgreSQL CPU µs'],
    rows: (Object.keys(label) as Contender[]).map((contender) => {
      const load = loads[contender]
      const rate = medianOf(load, ({ changesPerSecond }) => changesPerSecond)
      return [
        label[contender],
        Math.round(rate),
        rate / base.changesPerSecond,
        medianOf(load, ({ p50Ms }) => p50Ms),
        medianOf(load, ({ p99Ms }) => p99Ms),
        medianOf(load, ({ clientCpuUs }) => clientCpuUs),
        medianOf(load, ({ postgresCpuUs }) => postgresCpuUs),
      ]
    }),
  }
}

function baselineOf(loads: Measured['loads']) {
  const rate = (contender: Contender) => medianOf(loads[contender], ({ changesPerSecond }) => changesPerSecond)
  return {
    changesPerSecond: Math.max(rate('byHand16'), rate('byHand64')),
    p99Ms: medianOf(loads.byHand64, ({ p99Ms }) => p99Ms),
  }
}

function verdictsOf({ spread, loads }: Measured): Verdict[] {
  const base = baselineOf(loads)
  const target = TARGETS[spread.name]!
  const rate = (contender: Contender) =>
    medianOf(loads[contender], ({ changesPerSecond }) => changesPerSecond) / base.changesPerSecond
  return [
    {
      claim: `${spread.name}: ledger in process, × the baseline`,
      value: rate('lanes64'),
      target: target.lanes,
      must: 'reach',
    },
    {
      claim: `${spread.name}: p99 in process, × that of the baseline at 64`,
      value: medianOf(loads.lanes64, ({ p99Ms }) => p99Ms) / base.p99Ms,
      target: 1,
      must: 'not exceed',
    },
    {
      claim: `${spread.name}: HTTP in one API process, × the baseline`,
      value: rate('http64'),
      target: target.http,
      must: 'reach',
    },
  ]
}
