import { createLoyaltyClient, type LoyaltyClient } from '@loyalty-live/client'
import type { StreamEvent } from '@loyalty-live/events'
import { until } from './until.ts'

/** What a customers page shows of one card. */
type ShownCard = { balance: number; earned: number; redeemed: number; version: number }

export type ScreenOptions = {
  apiUrl: string
  realtimeUrl: string
  getToken: () => Promise<string>
  pollIntervalMs?: number
}

/**
 * A customers page without the pixels: it takes a snapshot, follows the SDK from the snapshot's cursor, and patches its cards
 * by version. It remembers everything that it was told, so that a test can ask what came twice, late or never.
 */
export type Screen = {
  readonly client: LoyaltyClient
  /** By card id, as shown now. */
  readonly cards: Map<string, ShownCard>
  /** Every event its handlers got, in that order. */
  readonly events: StreamEvent[]
  readonly resets: string[]
  /** Every state that the status went through. */
  readonly states: string[]
  shows(cardId: string, balance: number, limitMs?: number): Promise<unknown>
  becomes(state: string, limitMs?: number): Promise<unknown>
  /** Loads the page again. */
  reload(): Promise<void>
  close(): Promise<void>
}

export async function openScreen(options: ScreenOptions): Promise<Screen> {
  const { apiUrl, realtimeUrl, getToken, pollIntervalMs } = options
  const cards = new Map<string, ShownCard>()
  const events: StreamEvent[] = []
  const resets: string[] = []
  const states: string[] = []

  async function snapshot(): Promise<string> {
    const response = await fetch(`${apiUrl}/api/admin/customers?limit=500`, {
      headers: { authorization: `Bearer ${await getToken()}` },
    })
    if (!response.ok) throw new Error(`snapshot: ${response.status} ${await response.text()}`)
    const { items, cursor } = (await response.json()) as {
      items: { cards: (ShownCard & { id: string })[] }[]
      cursor: string
    }
    cards.clear()
    for (const { id, balance, earned, redeemed, version } of items.flatMap((item) => item.cards)) {
      cards.set(id, { balance, earned, redeemed, version })
    }
    return cursor
  }

  const client = createLoyaltyClient({
    apiUrl,
    realtimeUrl,
    getToken,
    cursor: await snapshot(),
    ...(pollIntervalMs === undefined ? {} : { pollIntervalMs }),
    reconnect: { baseMs: 50, capMs: 500 },
  })
  client.on('event', (event) => events.push(event))
  client.on('loyalty_updated', ({ data }) => {
    const shown = cards.get(data.cardId)
    // Never an older state over a newer one, whatever happens on the way.
    if (shown && shown.version >= data.cardVersion) return
    cards.set(data.cardId, {
      balance: data.newBalance,
      earned: data.totalPointsEarned,
      redeemed: data.totalPointsRedeemed,
      version: data.cardVersion,
    })
  })
  client.on('reset', async ({ cursor }) => {
    resets.push(cursor)
    client.resumeFrom(await snapshot())
  })
  client.on('status', ({ state }) => states.push(state))
  client.start()

  return {
    client,
    cards,
    events,
    resets,
    states,
    shows: (cardId, balance, limitMs) =>
      until(
        () => cards.get(cardId)?.balance === balance,
        () => `card ${cardId} showing ${balance}, not ${cards.get(cardId)?.balance}`,
        limitMs,
      ),
    becomes: (state, limitMs) => until(() => client.status.state === state, `status ${state}`, limitMs),
    reload: async () => client.resumeFrom(await snapshot()),
    close: () => client.stop(),
  }
}
