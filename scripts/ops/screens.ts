import { createLoyaltyClient } from '@loyalty-live/client'
import { parseCursor } from '@loyalty-live/events'
import { reasonOf, signIn } from '../api-session.ts'
import type { Shop } from './shop.ts'
import { createStreamRecord, type Faults } from './stream-record.ts'

export type ScreensOptions = {
  readonly apiUrl: string
  readonly realtimeUrl: string
  readonly shop: Shop
  readonly count: number
}

/** Screens that stay open, with the SDK as it comes: every event that their handlers get is held against the stream. */
export type Screens = {
  readonly allLive: boolean
  /** The position that the slowest of them has reached. */
  readonly position: number
  /** The longest time that a screen was told nothing since this was asked last, while something happened all the time. */
  takeLongestSilenceMs(): number
  /** Of all of them together, once everything up to `head` should have come; resets count as they would be seen: as a loss. */
  faults(head: number): Faults
  close(): Promise<void>
}

type Screen = { lastAt: number; longestSilenceMs: number; resets: number }

/** Opens the screens where the stream stands now. Resolves when all of them are live. */
export async function openScreens({ apiUrl, realtimeUrl, shop, count }: ScreensOptions): Promise<Screens> {
  const owner = await signIn(apiUrl, { kind: 'staff', tenant: shop.tenant, ...shop.owner })
  const head = await owner.ask({ method: 'GET', path: '/api/admin/customers?limit=1' })
  if (head.status !== 200) throw new Error(`a screen could not load its snapshot: ${reasonOf(head)}`)
  const cursor = String(head.body['cursor'])
  const start = parseCursor(cursor)!

  const screens = Array.from({ length: count }, () => {
    const record = createStreamRecord(start.seq)
    const screen: Screen = { lastAt: performance.now(), longestSilenceMs: 0, resets: 0 }
    const client = createLoyaltyClient({
      apiUrl,
      realtimeUrl,
      cursor,
      getToken: (why) => owner.token(why === 'expired'),
    })
    client.on('event', ({ seq }) => {
      const now = performance.now()
      screen.longestSilenceMs = Math.max(screen.longestSilenceMs, now - screen.lastAt)
      screen.lastAt = now
      record.take(seq)
    })
    client.on('reset', () => void screen.resets++)
    client.start()
    return { screen, record, client }
  })

  return {
    get allLive() {
      return screens.every(({ client }) => client.status.state === 'live')
    },
    get position() {
      return Math.min(...screens.map(({ record }) => record.position))
    },
    takeLongestSilenceMs() {
      const longest = Math.max(...screens.map(({ screen }) => screen.longestSilenceMs))
      for (const { screen } of screens) screen.longestSilenceMs = 0
      return longest
    },
    faults: (seq) =>
      screens
        .map(({ record, screen }) => ({ ...record.faults(seq), resets: screen.resets }))
        .reduce(
          (sum, { lost, doubled, outOfOrder, resets }) => ({
            lost: sum.lost + lost + resets,
            doubled: sum.doubled + doubled,
            outOfOrder: sum.outOfOrder + outOfOrder,
          }),
          { lost: 0, doubled: 0, outOfOrder: 0 },
        ),
    async close() {
      await Promise.all(screens.map(({ client }) => client.stop()))
    },
  }
}
