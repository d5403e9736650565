import { cpus, release, totalmem } from 'node:os'
import { z } from 'zod'
import { describeCommand, runCommand } from '../../scripts/command.ts'
import { numberBy } from '../../scripts/options.ts'
import { DISTURBED, watchDisturbance, type Disturbance } from '../machine/disturbance.ts'
import { isMet, type Findings, type Part, type Settings } from './part.ts'
import { findingsText } from './print.ts'

const seconds = numberBy(z.number({ error: 'must be a number of seconds' }).positive().max(600))
const rounds = numberBy(z.int({ error: 'must be a whole number' }).min(1).max(50))
const patience = numberBy(z.number({ error: 'must be a number of seconds' }).min(0).max(3600))
const entries = numberBy(z.int({ error: 'must be a whole number, such as 1e6' }).min(1000).max(1e8))

type Options = {
  seconds?: number
  rounds?: number
  entries?: number
  patience?: number
  quick?: boolean
  json?: boolean
}

/**
 * Runs parts of the benchmark as the command line asks for. Tables on standard output, what is going on meanwhile on
 * standard error; with --json one JSON document instead of the tables. Exit code 0 also when a target is missed: a figure
 * is no fault.
 */
export async function benchCommand(name: string, parts: readonly Part[]): Promise<void> {
  const command = describeCommand({
    name,
    description: parts.map((part) => `${part.name}: ${part.description}`).join('\n'),
    examples: [
      `${name}                     all of it, long enough to quote`,
      `${name} --quick             a first look, with too few rounds to quote`,
      `${name} --rounds 7 --json   for a program to read`,
    ],
  })
    .option('--seconds <n>', 'length of one measurement (default: 5, quick: 1)', seconds)
    .option('--rounds <n>', 'measurements of each contender, in turns (default: 5, quick: 1)', rounds)
    .option('--patience <s>', 'wait so long for a quiet machine before each measurement (default: 0)', patience)
    .option('--entries <n>', 'growth: up to so many ledger entries (default: 1e6, quick: 1e4)', entries)
    .option('--quick', 'short measurements, one of each')
    .option('--json', 'one JSON document on standard output')
    .action((options: Options) => measure(parts, settingsOf(options), options.json ?? false))
  await runCommand(command)
}

function settingsOf({ quick = false, ...given }: Options): Settings {
  return {
    quick,
    seconds: given.seconds ?? (quick ? 1 : 5),
    rounds: given.rounds ?? (quick ? 1 : 5),
    patienceSeconds: given.patience ?? 0,
    entriesMax: given.entries ?? (quick ? 1e4 : 1e6),
  }
}

async function measure(parts: readonly Part[], settings: Settings, json: boolean): Promise<void> {
  const results: { part: string; findings: Findings }[] = []
  if (!json) console.log(machineText())
  for (const part of parts) {
    const say = (line: string) => console.error(`${part.name}  ${line}`)
    const disturbance = watchDisturbance()
    const found = await part.run(settings, say)
    const findings = { ...found, notes: [...found.notes, disturbanceText(disturbance())] }
    results.push({ part: part.name, findings })
    if (!json) console.log(`\n## ${part.name}\n\n${findingsText(findings)}`)
  }
  if (json) console.log(JSON.stringify({ machine: machineText(), settings, parts: results.map(toJson) }, null, 2))
}

const toJson = ({ part, findings }: { part: string; findings: Findings }) => ({
  part,
  ...findings,
  verdicts: findings.verdicts.map((verdict) => ({ ...verdict, met: isMet(verdict) })),
})

function disturbanceText({ others, stolen }: Disturbance): string {
  const text = `Meanwhile other processes used ${percent(others)} of this machine on average, and the hypervisor took ${percent(stolen)}.`
  return others + stolen > DISTURBED ? `${text} DISTURBED: measure again when it is quiet.` : text
}

const percent = (share: number) => `${Math.round(share * 100)} %`

function machineText(): string {
  const [cpu] = cpus()
  const memoryGb = Math.round(totalmem() / 2 ** 30)
  return `${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, ${memoryGb} GB, ${process.platform} ${release()}, Node ${process.version}`
}
