import { InvalidArgumentError } from 'commander'
import { z } from 'zod'
import { describeCommand, runCommand } from '../../scripts/command.ts'
import { numberBy } from '../../scripts/options.ts'
import { Random } from '../../scripts/random.ts'
import { aborted, listenForStop } from '../../scripts/stop-signal.ts'
import type { Breach } from './breach.ts'
import { dealFaults, faultKinds, type FaultKind } from './faults.ts'
import { openChaos, type Chaos, type RoundReport } from './rounds.ts'
import { createSummary } from './summary.ts'

type Options = {
  rounds: number
  seed: number
  only?: readonly FaultKind[]
  clients: number
  tills: number
  verbose?: boolean
}

const AUDIT_EVERY_ROUNDS = 50
const BREACHES_SHOWN = 10

const clearLine = process.stdout.isTTY ? '\r\u001B[2K' : ''

const command = describeCommand({
  name: 'npm run chaos --',
  description: `Real processes under load, and one fault after the other: ${faultKinds.join(', ')}. After each, every client's handlers and screen, and every answer that a till was given, are held against PostgreSQL. Exit code 1 when anything was lost, doubled, reordered, leaked or wrong.`,
  examples: [
    'npm run chaos                                        25 rounds, about a minute',
    'npm run chaos -- --rounds 1000 --seed 7              the same faults in the same order every time',
    'npm run chaos -- --only kill-postgres,kill-all -v    what happens, round by round',
  ],
})
  .option('--rounds <n>', 'faults in all', numberBy(z.int().min(1)), 25)
  .option(
    '--seed <n>',
    'of the faults and of what tills want',
    numberBy(z.int().min(0)),
    Math.floor(Math.random() * 2 ** 31),
  )
  .option('--only <kinds>', 'these faults, separated by commas; default: all', readKinds)
  .option('--clients <n>', 'listening clients of each of the two tenants', numberBy(z.int().min(1).max(500)), 25)
  .option('--tills <n>', 'writing tills of each tenant', numberBy(z.int().min(1).max(50)), 4)
  .option('-v, --verbose', 'a line for each round')
  .action(run)

await runCommand(command)

async function run(options: Options): Promise<void> {
  const { rounds, seed, only, clients, tills, verbose = false } = options
  const { stopping, hurrying } = listenForStop()
  hurrying.addEventListener('abort', () => process.exit(1))
  console.log(`seed ${seed}: ${rounds} rounds, ${2 * tills} tills, ${2 * clients} clients; opening the platform`)
  const chaos = await openChaos({ seed, tillsPerTenant: tills, clientsPerTenant: clients })
  const { folder, database } = chaos.platform
  if (database.disk === null) console.log('no small disk can be mounted here: fill-disk is left out')
  if (verbose) console.log(`logs of the processes: ${folder}`)
  const summary = createSummary()
  const found: Breach[] = []
  const startedAtMs = performance.now()

  function show(breaches: readonly Breach[]): void {
    for (const { kind, detail } of breaches.slice(0, BREACHES_SHOWN)) console.error(`${clearLine}${kind}: ${detail}`)
    if (breaches.length > BREACHES_SHOWN) console.error(`… and ${breaches.length - BREACHES_SHOWN} more`)
    found.push(...breaches.slice(0, BREACHES_SHOWN))
  }

  async function play(): Promise<void> {
    const deal = dealFaults(only ?? faultKinds, new Random(seed))
    for (let number = 1; number <= rounds && !stopping.aborted; number++) {
      const report = await chaos.round(deal.next().value)
      if (report === null) continue
      summary.add(report)
      show(report.breaches)
      const line = roundLine(number, rounds, report, summary.breaches)
      if (verbose) console.log(line)
      else if (process.stdout.isTTY) process.stdout.write(`${clearLine}${line}`)
      else if (number % AUDIT_EVERY_ROUNDS === 0) console.log(line)
      // After this nobody knows what should be: the next round would only repeat it.
      if (report.breaches.some(({ kind }) => kind === 'stuck')) return
      if (number % AUDIT_EVERY_ROUNDS === 0 || number === rounds) show(await chaos.audit())
    }
  }

  await Promise.race([play(), aborted(stopping)])
  const minutes = ((performance.now() - startedAtMs) / 60_000).toFixed(1)
  console.log(
    `${clearLine}\n${summary.table()}\n\n${summary.rounds} rounds in ${minutes} minutes, seed ${seed}. ${work(chaos)}`,
  )
  await chaos.close({ keepLogs: found.length > 0 })
  if (found.length > 0) {
    console.error(`BREACH. The logs are in ${folder}; again: npm run chaos -- ${again(options)}`)
    process.exitCode = 1
  } else console.log('OK: nothing lost, doubled, reordered, leaked or wrong')
  // Everything that was started is closed. What an interrupted round still waits for, and connections whose other end was
  // frozen when it was killed, need not be waited for.
  process.exit()
}

function roundLine(number: number, rounds: number, { kind, recoveryMs }: RoundReport, breaches: number): string {
  const recovery = recoveryMs === null ? 'never well again' : `well again after ${(recoveryMs / 1000).toFixed(2)} s`
  return `${number}/${rounds} ${kind}: ${recovery}; ${breaches} breaches`
}

/** How much was really going on. */
function work({ book, engagements, payments, bookings, crowd }: Chaos): string {
  const sum = (name: 'delivered' | 'reconnects' | 'catchUps' | 'resets') =>
    crowd.listeners.reduce((total, { client }) => total + client.stats[name], 0).toLocaleString('en')
  const bare = crowd.bareListeners.reduce((total, { received }) => total + received, 0)
  return `${book.answered.toLocaleString('en')} changes answered, ${book.compared.toLocaleString('en')} repeats compared byte for byte; ${engagements.requested.toLocaleString('en')} scans, enrolments and adjustments asked for, ${engagements.decided.toLocaleString('en')} decided; ${payments.charged.toLocaleString('en')} payments and ${payments.refunded.toLocaleString('en')} refunds heard of, ${payments.askedFor.toLocaleString('en')} payments asked for because nobody told, ${bookings.answered.toLocaleString('en')} bookings made or changed; ${sum('delivered')} events handled by ${crowd.listeners.length} clients, which reconnected ${sum('reconnects')} times, caught up ${sum('catchUps')} times and were reset ${sum('resets')} times; ${bare.toLocaleString('en')} by ${crowd.bareListeners.length} bare socket.io-clients.`
}

function again({ rounds, seed, only, clients, tills }: Options): string {
  const kinds = only === undefined ? '' : ` --only ${only.join(',')}`
  return `--rounds ${rounds} --seed ${seed} --clients ${clients} --tills ${tills}${kinds}`
}

function readKinds(text: string): FaultKind[] {
  return text.split(',').map((name) => {
    const kind = faultKinds.find((known) => known === name.trim())
    if (kind === undefined) throw new InvalidArgumentError(`"${name}" is none of ${faultKinds.join(', ')}`)
    return kind
  })
}
