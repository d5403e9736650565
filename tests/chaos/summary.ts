import { breachKinds, type BreachKind } from './breach.ts'
import { faultKinds, type FaultKind } from './faults.ts'
import type { RoundReport } from './rounds.ts'

type Tally = { rounds: number; recoveriesMs: number[]; breaches: Record<BreachKind, number> }

/** What rounds came to, by kind of fault. Grows with the rounds by one number each. */
export type Summary = {
  readonly rounds: number
  readonly breaches: number
  add(report: RoundReport): void
  /** A Markdown table: one line for each kind, and their sum. */
  table(): string
}

export function createSummary(): Summary {
  const byKind = new Map<FaultKind, Tally>()
  const total = emptyTally()

  return {
    get rounds() {
      return total.rounds
    },
    get breaches() {
      return countAll(total.breaches)
    },
    add({ kind, recoveryMs, breaches }) {
      const tally = byKind.get(kind) ?? emptyTally()
      byKind.set(kind, tally)
      for (const each of [tally, total]) {
        each.rounds++
        if (recoveryMs !== null) each.recoveriesMs.push(recoveryMs)
        for (const breach of breaches) each.breaches[breach.kind]++
      }
    },
    table() {
      const kinds = faultKinds.filter((kind) => byKind.has(kind))
      return [
        `| fault | rounds | ${breachKinds.join(' | ')} | recovery p50 | p99 | max |`,
        `|---|${'--:|'.repeat(breachKinds.length + 4)}`,
        ...kinds.map((kind) => line(kind, byKind.get(kind)!)),
        line('**all**', total),
      ].join('\n')
    },
  }
}

const emptyTally = (): Tally => ({
  rounds: 0,
  recoveriesMs: [],
  breaches: Object.fromEntries(breachKinds.map((kind) => [kind, 0])) as Record<BreachKind, number>,
})

const countAll = (breaches: Record<BreachKind, number>) => Object.values(breaches).reduce((sum, each) => sum + each, 0)

function line(name: string, { rounds, recoveriesMs, breaches }: Tally): string {
  const sorted = recoveriesMs.toSorted((a, b) => a - b)
  const times = [0.5, 0.99, 1].map((share) => seconds(percentile(sorted, share)))
  return `| ${[name, rounds, ...breachKinds.map((kind) => breaches[kind]), ...times].join(' | ')} |`
}

/** The smallest value that at least this share of all does not exceed (nearest rank). */
function percentile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
}

const seconds = (ms: number | undefined) => (ms === undefined ? 'never' : `${(ms / 1000).toFixed(2)} s`)
