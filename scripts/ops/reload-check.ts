import { waitUntil } from '../waiting.ts'
import { makeShop, type Shop } from './shop.ts'
import { openScreens } from './screens.ts'
import { settle, type Settlement } from './settle.ts'
import { startThrowAwayPlatform, type ThrowAwayPlatform } from './throw-away-platform.ts'
import { startTills } from './tills.ts'

export type ReloadCheckOptions = {
  readonly reloads: number
  readonly tills: number
  /** Redemptions a second, of all tills together. */
  readonly rate: number
  readonly screens: number
  /** Window over which the realtime server closes its sockets: DRAIN_SECONDS. */
  readonly drainSeconds: number
  /** Where everything is kept while it runs. Default: a new folder for temporary files. */
  readonly folder?: string
  readonly say: (progress: string) => void
  readonly stopping: AbortSignal
}

/** One `pm2 reload` under load, until every screen was live again. */
export type Reload = {
  readonly tookMs: number
  /** Processes that pm2 has replaced, of how many. */
  readonly replaced: number
  readonly processes: number
  readonly redeemed: number
  readonly failed: number
  /** The longest that a till has waited for an answer. */
  readonly longestWaitMs: number
  /** The longest that a screen was told nothing. */
  readonly longestSilenceMs: number
}

export type ReloadReport = Settlement & {
  readonly reloads: readonly Reload[]
  /** Redemptions that were answered with success. */
  readonly redeemed: number
  readonly failed: number
  readonly failures: readonly string[]
}

const LIVE_MAX_MS = 60_000
/** Load before the first reload and after each: seconds' worth of the rate. */
const AROUND_SECONDS = 2
const AROUND_MAX_MS = 30_000

/**
 * Reloads a platform of its own under load, over and over, and tells what tills and screens have noticed. Tills ask once and
 * never again; screens are the SDK as it comes. Ends with `pm2 kill`, and leaves nothing behind, whatever ends it.
 *
 * @throws Error when the platform does not start or end as it should, or the signal's reason once it is aborted
 */
export async function checkReloads(options: ReloadCheckOptions): Promise<ReloadReport> {
  const { say, stopping, drainSeconds, folder } = options
  let shop: Shop | undefined
  say('starting a platform of its own under pm2')
  await using platform = await startThrowAwayPlatform({
    ...(folder === undefined ? {} : { folder }),
    env: { DRAIN_SECONDS: String(drainSeconds) },
    prepare: async (databaseUrl) => void (shop = await makeShop(databaseUrl, options.tills)),
  })
  stopping.throwIfAborted()
  const report = await reloadUnderLoad(platform, shop!, options)
  say('pm2 kill')
  await platform.kill()
  return report
}

async function reloadUnderLoad(
  platform: ThrowAwayPlatform,
  shop: Shop,
  options: ReloadCheckOptions,
): Promise<ReloadReport> {
  const { say, stopping } = options
  await using opened = new AsyncDisposableStack()
  const screens = await openScreens({ ...platform, shop, count: options.screens })
  opened.defer(() => screens.close())
  await waitUntil(() => screens.allLive, { what: 'every screen live', limitMs: LIVE_MAX_MS, stopping })
  const tills = await startTills({ ...platform, shop, rate: options.rate })
  opened.defer(() => tills.stop())

  const reloads: Reload[] = []
  await carryOn()
  for (let number = 1; number <= options.reloads; number++) {
    say(`reload ${number} of ${options.reloads}; ${tills.redeemed} redeemed, ${tills.failed} failed`)
    reloads.push(await reloadOnce())
  }
  say('settling')
  await tills.stop()
  const { redeemed, failed, failures } = tills
  const settlement = await settle({ ...platform, tenant: shop.tenant }, screens, stopping)
  return { ...settlement, reloads, redeemed, failed, failures }

  async function reloadOnce(): Promise<Reload> {
    const before = await processIds()
    const counted = { redeemed: tills.redeemed, failed: tills.failed }
    tills.takeLongestWaitMs()
    screens.takeLongestSilenceMs()
    const since = performance.now()
    await platform.pm2.reload()
    const tookMs = performance.now() - since
    stopping.throwIfAborted()
    await waitUntil(() => screens.allLive, { what: 'every screen live again', limitMs: LIVE_MAX_MS, stopping })
    await carryOn()
    const after = await processIds()
    return {
      tookMs,
      replaced: after.filter((pid) => !before.includes(pid)).length,
      processes: before.length,
      redeemed: tills.redeemed - counted.redeemed,
      failed: tills.failed - counted.failed,
      longestWaitMs: tills.takeLongestWaitMs(),
      longestSilenceMs: screens.takeLongestSilenceMs(),
    }
  }

  /** Business as usual, for a while: what a reload has broken may show only then. */
  function carryOn(): Promise<void> {
    const enough = tills.redeemed + tills.failed + options.rate * AROUND_SECONDS
    const busy = () => tills.redeemed + tills.failed >= enough
    return waitUntil(busy, { what: `${options.rate} redemptions a second`, limitMs: AROUND_MAX_MS, stopping })
  }

  async function processIds(): Promise<number[]> {
    return (await platform.pm2.list()).map(({ pid }) => pid)
  }
}

/** What is not as it was promised, a sentence each; nothing when all is. */
export function reloadComplaints(report: ReloadReport): string[] {
  const { reloads, redeemed, failed, failures, redemptions, faults, undelivered, breaches } = report
  const { lost, doubled, outOfOrder } = faults
  const kept = reloads.filter(({ replaced, processes }) => replaced !== processes).length
  return [
    ...(failed > 0 ? [`${failed} redemptions failed: ${failures.join('; ')}`] : []),
    ...(redemptions === redeemed ? [] : [`tills were told of ${redeemed} redemptions, the ledger has ${redemptions}`]),
    ...(lost + doubled + outOfOrder > 0
      ? [`on screens ${lost} events were lost, ${doubled} doubled, ${outOfOrder} out of order`]
      : []),
    ...(undelivered > 0 ? [`${undelivered} events were never acknowledged by the realtime server`] : []),
    ...(kept > 0 ? [`${kept} reloads did not replace every process`] : []),
    ...breaches,
  ]
}
