import type { TransactionType } from '@loyalty-live/events'

/** What a card should be, kept by the simplest code there is. */
export type ModelCard = { balance: number; earned: number; redeemed: number; version: number }

export type ModelEntry = { readonly card: string; readonly type: TransactionType; readonly points: number }

/** The rules of the ledger in a dozen lines, to hold the real one against. One tenant, in stream order. */
export class LedgerModel {
  readonly cards = new Map<string, ModelCard>()
  readonly entries = new Map<string, ModelEntry>()
  readonly reversed = new Set<string>()
  /** Balance of each card after each position of the stream at which it moved. */
  readonly history = new Map<string, { seq: number; balance: number }[]>()

  /** Applies what the ledger says it applied; gives the card after it. */
  apply(seq: number, id: string, entry: ModelEntry, reverses: string | null): ModelCard {
    const card = this.cards.get(entry.card) ?? { balance: 0, earned: 0, redeemed: 0, version: 0 }
    const target = reverses === null ? undefined : this.entries.get(reverses)
    if (entry.type === 'redeem' || target?.type === 'redeem') card.redeemed -= entry.points
    else card.earned += entry.points
    card.balance += entry.points
    card.version++
    this.cards.set(entry.card, card)
    this.entries.set(id, entry)
    if (reverses !== null) this.reversed.add(reverses)
    this.history.set(entry.card, [...(this.history.get(entry.card) ?? []), { seq, balance: card.balance }])
    return { ...card }
  }

  /** Every balance that the card had while the stream stood between two positions. */
  balancesBetween(card: string, from: number, to: number): number[] {
    const moves = this.history.get(card) ?? []
    const first = moves.findLastIndex(({ seq }) => seq <= from)
    return moves
      .slice(Math.max(first, 0))
      .filter(({ seq }, index) => index === 0 || seq <= to)
      .map(({ balance }) => balance)
  }
}
