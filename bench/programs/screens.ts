import { createLoyaltyClient, type LoyaltyClient } from '@loyalty-live/client'
import { parseCursor } from '@loyalty-live/events'
import { waitUntil } from '../../scripts/waiting.ts'
import { answerJob, type Program } from '../machine/job.ts'
import { createDurations } from '../run/statistics.ts'

/** What its parent asks, in this order. */
export type ScreensJob =
  | {
      readonly step: 'open'
      readonly apiUrl: string
      readonly realtimeUrl: string
      /** Tokens by number of the tenant. */
      readonly tokens: readonly string[]
      readonly screens: number
    }
  /** Waits until every screen has noticed that the server is gone. */
  | { readonly step: 'lose' }
  /** Waits until all of them are live again and stand at this position of their tenant's stream, or beyond. */
  | { readonly step: 'recover'; readonly returnedAtMs: number; readonly seq: number; readonly limitMs: number }

export type ScreensDone = {
  /** After the server's return. */
  readonly p50Ms: number
  readonly p99Ms: number
  readonly lastMs: number
  /** Screens that were not live within the limit, or had not what they missed. */
  readonly late: number
}

export type Screens = Program<ScreensJob, ScreensDone | null>

/** How many are opened at once: it is the storm that is measured, not the morning. */
const OPENED_AT_ONCE = 100

type Screen = { readonly client: LoyaltyClient; liveAtMs: number }
const screens: Screen[] = []

/** Screens: the SDK as it is, with its default settings, many of them in one process. */
answerJob(async (job: ScreensJob): Promise<ScreensDone | null> => {
  switch (job.step) {
    case 'open':
      for (let from = 0; from < job.screens; from += OPENED_AT_ONCE) {
        const some = Array.from({ length: Math.min(OPENED_AT_ONCE, job.screens - from) }, (_, index) =>
          openScreen(job, (from + index) % job.tokens.length),
        )
        screens.push(...some)
        await untilScreens(() => some.every(isLive), 60_000)
      }
      return null
    case 'lose':
      await untilScreens(() => !screens.some(isLive), 60_000)
      return null
    case 'recover':
      return recovered(job)
  }
})

function openScreen({ apiUrl, realtimeUrl, tokens }: ScreensJob & { step: 'open' }, tenant: number): Screen {
  const client = createLoyaltyClient({ apiUrl, realtimeUrl, getToken: async () => tokens[tenant]! })
  const screen: Screen = { client, liveAtMs: 0 }
  client.on('status', ({ state }) => {
    if (state === 'live') screen.liveAtMs = Date.now()
  })
  client.start()
  return screen
}

const isLive = ({ client }: Screen) => client.status.state === 'live'

async function recovered({ returnedAtMs, seq, limitMs }: ScreensJob & { step: 'recover' }): Promise<ScreensDone> {
  const isWhole = (screen: Screen) => isLive(screen) && (parseCursor(screen.client.cursor ?? '')?.seq ?? 0) >= seq
  await untilScreens(() => screens.every(isWhole), limitMs).catch(() => undefined)
  const durations = createDurations()
  for (const { liveAtMs } of screens) durations.add(Math.max(0, liveAtMs - returnedAtMs))
  return {
    p50Ms: durations.quantile(0.5),
    p99Ms: durations.quantile(0.99),
    lastMs: durations.quantile(1),
    late: screens.filter((screen) => !isWhole(screen)).length,
  }
}

function untilScreens(condition: () => boolean, limitMs: number): Promise<void> {
  return waitUntil(condition, {
    what: () => `screens, ${screens.filter(isLive).length} of ${screens.length} live`,
    limitMs,
  })
}
