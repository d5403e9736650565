import { setInterval as every } from 'node:timers/promises'
import { fields } from '@loyalty-live/events'
import { z } from 'zod'
import { codeReader } from './codes/desk.ts'
import { describeCommand, runCommand } from './command.ts'
import { dataFolder } from './database.ts'
import { DEMO_PASSWORD, demoTenants } from './demo/tenants.ts'
import { httpUrl, localUrls, numberBy, parsedBy } from './options.ts'
import { startSimulation, STEPS, type Simulation } from './simulate/run.ts'
import { sights } from './simulate/tally.ts'
import { listenForStop } from './stop-signal.ts'

type Options = {
  rate: number
  duration: number
  tills?: number
  tenant: string
  api: string
  email?: string
  password: string
  paystackKey?: string
  seed: number
  customers: boolean
}

/** The API lets one terminal ask so often; a change takes two requests, and some room is left. */
const CHANGES_PER_TILL_MAX = 40
const TILLS_MIN = 3
const PROGRESS_MS = { terminal: 1_000, file: 5_000 }

const clearLine = process.stdout.isTTY ? '\r\u001B[2K' : ''

const command = describeCommand({
  name: 'npm run simulate --',
  description: `Believable traffic for a tenant. Of a hundred steps: ${proportions()}. A newcomer signs in, every four seconds at most, shows a code and is asked to enrol; four of five accept. Others pay in cash, by signed callbacks of Paystack, which are repeated and forged too, or by M-Pesa, as npm start plays it: a business that is not set up with Safaricom’s own number for trying things out never has anybody asked for money. Customers sign in by the codes that npm start keeps in its DATA_DIR; where there are none, it goes on without them, and says so. Ends with exit code 1 when anything was answered otherwise than promised.`,
  examples: [
    'npm run simulate                               five changes a second, until Ctrl-C',
    'npm run simulate -- --rate 200 --duration 60   a busy minute',
    'npm run simulate -- --tenant rival --seed 7    the same customers and wishes every time',
  ],
})
  .option('--rate <n>', 'changes a second, on average', numberBy(z.number().positive().max(5_000)), 5)
  .option('--duration <seconds>', '0: until Ctrl-C', numberBy(z.number().min(0)), 0)
  .option('--tills <n>', `default: as many as the rate needs, ${TILLS_MIN} at least`, numberBy(z.int().min(1).max(500)))
  .option('--tenant <id>', 'whose customers', parsedBy(fields.tenantId), 'demo')
  .option('--api <url>', 'where the API is', parsedBy(httpUrl), localUrls.api)
  .option('--email <address>', 'of an owner or admin, who makes the tills (default: owner@<tenant>.test)')
  .option('--password <password>', 'of that owner', DEMO_PASSWORD)
  .option('--no-customers', 'nobody has a telephone: no codes are scanned, nobody is enrolled')
  .option('--paystack-key <key>', 'signs callbacks (default: the demo’s; a business without one is paid by card)')
  .option('--seed <n>', 'the same seed wants the same things', numberBy(z.int()), Math.floor(Math.random() * 2 ** 31))
  .action(run)

await runCommand(command)

async function run(options: Options): Promise<void> {
  const { rate, duration, tenant, api, password, seed, customers } = options
  const tills = options.tills ?? Math.max(TILLS_MIN, Math.ceil(rate / CHANGES_PER_TILL_MAX))
  const { stopping, hurrying } = listenForStop()
  hurrying.addEventListener('abort', () => process.exit(1))
  const email = options.email ?? `owner@${tenant}.test`
  const simulation = await startSimulation(
    {
      apiUrl: api,
      owner: { kind: 'staff', tenant, email, password },
      rate,
      durationSeconds: duration,
      tills,
      seed,
      readCode: customers ? codeReader(dataFolder(process.env)) : null,
      onNoCodes: (reason) => console.log(`customers stay at home: ${reason}`),
      paystackKey: options.paystackKey ?? paystackKeyOf(tenant),
      onUnexpected: (reason) => console.error(`${clearLine}unexpected: ${reason}`),
    },
    stopping,
  )
  console.log(`${rate} changes a second at ${tills} tills of ${tenant}, seed ${seed}; Ctrl-C ends it`)
  const over = new AbortController()
  void showProgress(simulation, over.signal)
  await simulation.finished
  over.abort()
  console.log(`${clearLine}${progress(simulation)}; the tills are revoked`)
  process.exitCode = simulation.totals.unexpected > 0 ? 1 : 0
}

/** Such as `38 add, 36 redeem`. */
function proportions(): string {
  return Object.entries(STEPS)
    .map(([step, weight]) => `${weight} ${step}`)
    .join(', ')
}

function paystackKeyOf(tenant: string): string | null {
  return demoTenants.find(({ id }) => id === tenant)?.providers?.paystackKey ?? null
}

/** One line that is written over on a terminal; a new one now and then in a file. */
async function showProgress(simulation: Simulation, over: AbortSignal): Promise<void> {
  const terminal = process.stdout.isTTY
  try {
    for await (const _ of every(terminal ? PROGRESS_MS.terminal : PROGRESS_MS.file, null, { signal: over })) {
      process.stdout.write(terminal ? `${clearLine}${progress(simulation)}` : `${progress(simulation)}\n`)
    }
  } catch {
    // Aborted: it is over.
  }
}

function progress({ totals }: Simulation): string {
  const { done, refused, retried, unexpected, p50Ms, p99Ms } = totals
  const seen = sights.map((sight) => `${totals.sights[sight]} ${sight}`).join(', ')
  const latency = `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`
  return `${done} done, ${refused} refused, ${retried} retried, ${unexpected} unexpected; ${seen}; ${latency}`
}
