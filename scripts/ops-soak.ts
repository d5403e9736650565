import { z } from 'zod'
import { describeCommand, runCommand } from './command.ts'
import { runCheck } from './ops/run-check.ts'
import { mebibytes, soak, soakComplaints, type SoakReport } from './ops/soak.ts'
import { table } from './ops/table.ts'
import { numberBy } from './options.ts'

type Options = { minutes: number; rate?: number; tills: number; screens: number }

const command = describeCommand({
  name: 'npm run ops:soak --',
  description:
    'Starts a platform of its own (embedded database, pm2, free ports) and keeps it at half of what this machine can do, while it watches the memory of each process. Ends with exit code 1 when memory grows, anything was answered otherwise than promised, an event was lost, or the ledger does not agree with itself. Leaves nothing behind.',
  examples: [
    'npm run ops:soak                                 half an hour',
    'npm run ops:soak -- --minutes 480                over night',
    'npm run ops:soak -- --minutes 10 --rate 100      the same load on every machine',
  ],
})
  .option(
    '--minutes <n>',
    'how long; memory is judged from ten minutes on',
    numberBy(z.number().min(0.5).max(10_080)),
    30,
  )
  .option('--rate <n>', 'redemptions a second (default: half of capacity)', numberBy(z.number().positive().max(20_000)))
  .option('--tills <n>', 'that redeem', numberBy(z.int().min(1).max(200)), 32)
  .option('--screens <n>', 'that listen', numberBy(z.int().min(1).max(500)), 20)
  .action(run)

await runCommand(command)

function run({ minutes, rate, tills, screens }: Options): Promise<void> {
  return runCheck(async (context) => {
    const report = await soak({ minutes, tills, screens, rate: rate ?? null, ...context })
    return {
      text: reportText(report),
      complaints: soakComplaints(report),
      praise: 'nothing failed, no event was lost, no memory grows, the audit of the ledger holds',
    }
  })
}

function reportText(report: SoakReport): string {
  const rows = report.processes.map(({ name, pid, growth: { medianBytes, bytesPerHour, verdict } }) => [
    `${name} (${pid})`,
    mebibytes(medianBytes),
    `${mebibytes(bytesPerHour)}/h`,
    verdict,
  ])
  return [
    table(['process', 'memory', 'slope', ''], rows),
    '',
    `${report.redeemed.toLocaleString('en')} redemptions at ${Math.round(report.rate)} a second, ${report.failed} failed`,
  ].join('\n')
}
