import { createLoyaltyClient, type LoyaltyClient } from '@loyalty-live/client'
import type { StreamEvent } from '@loyalty-live/events'
import { patchCards, readCards, showCards, type CardState } from './shown-cards.ts'
import { until } from './until.ts'

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
  readonly cards: Map<string, CardState>
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
  const cards = new Map<string, CardState>()
  const events: StreamEvent[] = []
  const resets: string[] = []
  const states: string[] = []

  async function load(): Promise<string> {
    const snapshot = await readCards(apiUrl, await getToken())
    showCards(cards, snapshot)
    return snapshot.cursor
  }

  const client = createLoyaltyClient({
    apiUrl,
    realtimeUrl,
    getToken,
    cursor: await load(),
    ...(pollIntervalMs === undefined ? {} : { pollIntervalMs }),
    reconnect: { baseMs: 50, capMs: 500 },
  })
  client.on('event', (event) => events.push(event))
  client.on('loyalty_updated', ({ data }) => patchCards(cards, data))
  client.on('reset', async ({ cursor }) => {
    resets.push(cursor)
    client.resumeFrom(await load())
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
    reload: async () => client.resumeFrom(await load()),
    close: () => client.stop(),
  }
}
