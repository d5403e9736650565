import { z } from 'zod'
import { describeCommand, runCommand } from './command.ts'
import { checkReloads, reloadComplaints, type Reload, type ReloadReport } from './ops/reload-check.ts'
import { runCheck } from './ops/run-check.ts'
import { table } from './ops/table.ts'
import { numberBy } from './options.ts'

type Options = { reloads: number; tills: number; rate: number; screens: number; drain: number }

const command = describeCommand({
  name: 'npm run ops:reload-check --',
  description:
    'Starts a platform of its own (embedded database, pm2, free ports), puts tills and screens on it, and reloads everything in the middle of it. Ends with exit code 1 when a redemption failed, an event was lost, doubled or out of order on a screen, or the ledger does not agree with itself. Leaves nothing behind.',
  examples: [
    'npm run ops:reload-check                                three reloads, as in production',
    'npm run ops:reload-check -- --rate 500 --tills 20       on a busy day',
    'npm run ops:reload-check -- --reloads 1 --drain 1       a quick one',
  ],
})
  .option('--reloads <n>', 'how often everything is reloaded', numberBy(z.int().min(1).max(100)), 3)
  .option('--tills <n>', 'that redeem one point at a time and never ask twice', numberBy(z.int().min(1).max(200)), 8)
  .option('--rate <n>', 'redemptions a second, of all tills', numberBy(z.number().positive().max(5_000)), 200)
  .option('--screens <n>', 'that listen', numberBy(z.int().min(1).max(500)), 10)
  .option('--drain <seconds>', 'DRAIN_SECONDS of the realtime server', numberBy(z.number().min(0).max(11)), 10)
  .action(run)

await runCommand(command)

function run({ reloads, tills, rate, screens, drain }: Options): Promise<void> {
  return runCheck(async (context) => {
    context.say(`${tills} tills, ${rate} redemptions a second, ${screens} screens; Ctrl-C ends it`)
    const report = await checkReloads({ reloads, tills, rate, screens, drainSeconds: drain, ...context })
    return {
      text: reportText(report),
      complaints: reloadComplaints(report),
      praise: 'no redemption failed, no event was lost, the audit of the ledger holds',
    }
  })
}

function reportText(report: ReloadReport): string {
  const headings = ['reload', 'took', 'replaced', 'redeemed', 'failed', 'longest wait of a till', '… of a screen']
  const { redeemed, failed, faults } = report
  return [
    table(
      headings,
      report.reloads.map((reload, index) => rowOf(reload, index + 1)),
    ),
    '',
    `${count(redeemed)} redemptions, ${count(failed)} failed; events on screens: ${count(faults.lost)} lost, ${count(faults.doubled)} doubled, ${count(faults.outOfOrder)} out of order`,
  ].join('\n')
}

function rowOf(reload: Reload, number: number): string[] {
  const { tookMs, replaced, processes, redeemed, failed, longestWaitMs, longestSilenceMs } = reload
  return [
    String(number),
    seconds(tookMs),
    `${replaced} of ${processes}`,
    count(redeemed),
    count(failed),
    `${Math.round(longestWaitMs)} ms`,
    seconds(longestSilenceMs),
  ]
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

function count(number: number): string {
  return number.toLocaleString('en')
}
