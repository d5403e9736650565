import { spawnSync } from 'node:child_process'
import { setInterval as every, setTimeout as sleep } from 'node:timers/promises'
import { startSimulation } from '../simulate/run.ts'
import { waitUntil } from '../waiting.ts'
import { judgeGrowth, type MemoryGrowth, type MemorySample } from './memory-growth.ts'
import { openScreens } from './screens.ts'
import { settle, type Settlement } from './settle.ts'
import { makeShop, type Shop } from './shop.ts'
import { startThrowAwayPlatform, type ThrowAwayPlatform } from './throw-away-platform.ts'
import { startTills } from './tills.ts'

export type SoakOptions = {
  readonly minutes: number
  readonly tills: number
  readonly screens: number
  /** Redemptions a second; null: half of what this machine can do, which is found out first. */
  readonly rate: number | null
  readonly say: (progress: string) => void
  readonly stopping: AbortSignal
}

type SoakedProcess = { readonly name: string; readonly pid: number; readonly growth: MemoryGrowth }

export type SoakReport = Settlement & {
  readonly rate: number
  readonly redeemed: number
  readonly failed: number
  readonly failures: readonly string[]
  /** Answers to the traffic beside the redemptions that were not as promised. */
  readonly unexpected: readonly string[]
  readonly processes: readonly SoakedProcess[]
  /** Processes that were not there from beginning to end. */
  readonly restarts: number
}

const LIVE_MAX_MS = 60_000
const SAMPLE_MS = 5_000
const FULL_SPEED_MS = 8_000
/** No till can be as fast as this: each asks again as soon as it is answered. */
const FULL_SPEED_RATE = 1_000_000
/** Look-ups, additions, reversals, work in the office: little of it, so that half of capacity stays half. */
const SIDE_RATE = 5
const SIDE_TILLS = 3
const UNEXPECTED_KEPT = 20
/** Its tills are to be limited by the machine, not by the clock. */
const NO_LIMIT_PER_MINUTE = '1000000'

/**
 * Runs a platform of its own at half of what it can do, for long, and looks whether anything goes wrong or grows: resident
 * memory of each process, answers, what screens were told, the audit at the end. Leaves nothing behind, whatever ends it.
 *
 * @throws Error when the platform does not start, or the signal's reason once it is aborted
 */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const { say, stopping } = options
  let shop: Shop | undefined
  say('starting a platform of its own under pm2')
  await using platform = await startThrowAwayPlatform({
    env: { RATE_LIMIT_PER_MINUTE: NO_LIMIT_PER_MINUTE },
    prepare: async (databaseUrl) => void (shop = await makeShop(databaseUrl, options.tills)),
  })
  stopping.throwIfAborted()
  const rate = options.rate ?? (await measureCapacity(platform, shop!, options)) / 2
  // Awaited here: the platform goes when this function is left.
  return await soakAt(rate, platform, shop!, options)
}

/** Redemptions a second that all tills together get done when none of them pauses. */
async function measureCapacity(
  platform: ThrowAwayPlatform,
  shop: Shop,
  { say, stopping }: SoakOptions,
): Promise<number> {
  say('measuring what this machine can do')
  const tills = await startTills({ ...platform, shop, rate: FULL_SPEED_RATE })
  await sleep(FULL_SPEED_MS, undefined, { signal: stopping }).catch(() => undefined)
  await tills.stop()
  stopping.throwIfAborted()
  if (tills.failed > 0) throw new Error(`tills at full speed failed: ${tills.failures[0]}`)
  return (tills.redeemed * 1000) / FULL_SPEED_MS
}

async function soakAt(
  rate: number,
  platform: ThrowAwayPlatform,
  shop: Shop,
  options: SoakOptions,
): Promise<SoakReport> {
  const { say, stopping } = options
  const { apiUrl } = platform
  const unexpected: string[] = []
  await using opened = new AsyncDisposableStack()
  const screens = await openScreens({ ...platform, shop, count: options.screens })
  opened.defer(() => screens.close())
  await waitUntil(() => screens.allLive, { what: 'every screen live', limitMs: LIVE_MAX_MS, stopping })
  const tills = await startTills({ ...platform, shop, rate })
  opened.defer(() => tills.stop())
  const over = new AbortController()
  const owner = { kind: 'staff', tenant: shop.tenant, ...shop.owner } as const
  const side = await startSimulation(
    {
      apiUrl,
      owner,
      rate: SIDE_RATE,
      durationSeconds: 0,
      tills: SIDE_TILLS,
      seed: 1,
      readCode: null,
      onNoCodes: () => undefined,
      paystackKey: null,
      onUnexpected: (reason) => void (unexpected.length < UNEXPECTED_KEPT && unexpected.push(reason)),
    },
    over.signal,
  )
  opened.defer(async () => {
    over.abort()
    await side.finished
  })

  const running = await platform.pm2.list()
  const samples = new Map<number, MemorySample[]>(running.map(({ pid }) => [pid, []]))
  await sampleMemory()
  const stay = await platform.pm2.list()
  say('settling')
  await tills.stop()
  over.abort()
  await side.finished
  const settlement = await settle({ ...platform, tenant: shop.tenant }, screens, stopping)
  const { redeemed, failed, failures } = tills
  return {
    ...settlement,
    rate,
    redeemed,
    failed,
    failures,
    unexpected,
    processes: running.map(({ name, pid }) => ({ name, pid, growth: judgeGrowth(samples.get(pid)!) })),
    restarts: running.filter(({ pid }) => !stay.some((process) => process.pid === pid)).length,
  }

  async function sampleMemory(): Promise<void> {
    const since = performance.now()
    for await (const _ of every(SAMPLE_MS, undefined, { signal: stopping })) {
      const atMs = performance.now() - since
      for (const [pid, taken] of samples) taken.push({ atMs, bytes: residentBytes(pid) })
      const held = running.map(({ name, pid }) => `${name} ${mebibytes(samples.get(pid)!.at(-1)!.bytes)}`).join(', ')
      say(`${tills.redeemed} redeemed at ${Math.round(rate)}/s, ${tills.failed + unexpected.length} errors; ${held}`)
      if (atMs >= options.minutes * 60_000) return
    }
  }
}

/** What is not as it should be, a sentence each; nothing when all is. */
export function soakComplaints(report: SoakReport): string[] {
  const { failed, failures, unexpected, faults, undelivered, breaches, processes, restarts } = report
  const { lost, doubled, outOfOrder } = faults
  const growing = processes.filter(({ growth }) => growth.verdict === 'grows')
  return [
    ...(failed > 0 ? [`${failed} redemptions failed: ${failures.join('; ')}`] : []),
    ...unexpected,
    ...(lost + doubled + outOfOrder > 0
      ? [`on screens ${lost} events were lost, ${doubled} doubled, ${outOfOrder} out of order`]
      : []),
    ...(undelivered > 0 ? [`${undelivered} events were never acknowledged by the realtime server`] : []),
    ...(restarts > 0 ? [`${restarts} processes did not live to the end`] : []),
    ...growing.map(({ name, pid, growth }) => `${name} (${pid}) has grown by ${mebibytes(growth.grownBytes)}`),
    ...breaches,
  ]
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`
}

/** 0 when there is no such process any more. */
function residentBytes(pid: number): number {
  return Number(spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).stdout) * 1024
}
