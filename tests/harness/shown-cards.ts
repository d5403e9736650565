import type { EventData } from '@loyalty-live/events'

/** What a screen shows of one card, and what the database holds of it. */
export type CardState = {
  readonly balance: number
  readonly earned: number
  readonly redeemed: number
  readonly version: number
}

export type CardsSnapshot = {
  readonly cards: ReadonlyMap<string, CardState>
  /** Where the stream stood. */
  readonly cursor: string
}

/**
 * Reads what a customers page shows: every card of the tenant, by its id.
 *
 * @param signal aborted: nobody waits for the answer any more
 * @throws Error when there is none, or it is a refusal
 */
export async function readCards(apiUrl: string, token: string, signal?: AbortSignal): Promise<CardsSnapshot> {
  const response = await fetch(`${apiUrl}/api/admin/customers?limit=500`, {
    headers: { authorization: `Bearer ${token}` },
    ...(signal ? { signal } : {}),
  })
  if (!response.ok) throw new Error(`snapshot: ${response.status} ${await response.text()}`)
  const { items, cursor } = (await response.json()) as {
    items: { cards: (CardState & { id: string })[] }[]
    cursor: string
  }
  const cards = items.flatMap((item) => item.cards)
  return {
    cards: new Map(
      cards.map(({ id, balance, earned, redeemed, version }) => [id, { balance, earned, redeemed, version }]),
    ),
    cursor,
  }
}

/** Patches the card that an event is about. Never an older state over a newer one, whatever happens on the way. */
export function patchCards(cards: Map<string, CardState>, data: EventData<'loyalty_updated'>): void {
  const shown = cards.get(data.cardId)
  if (shown && shown.version >= data.cardVersion) return
  cards.set(data.cardId, {
    balance: data.newBalance,
    earned: data.totalPointsEarned,
    redeemed: data.totalPointsRedeemed,
    version: data.cardVersion,
  })
}

/** Takes the place of whatever was shown. */
export function showCards(cards: Map<string, CardState>, snapshot: CardsSnapshot): void {
  cards.clear()
  for (const [id, card] of snapshot.cards) cards.set(id, card)
}
