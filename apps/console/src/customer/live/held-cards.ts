import type { StreamEvent } from '@loyalty-live/events'
import type { Card, Cards } from '../shapes.ts'

/**
 * Cards change by two paths: a snapshot that was read, and an event that came live. Either may be the older one. Of one card
 * the higher version counts, within one history of its business; a higher epoch is another history, in which versions start
 * from what the backup held.
 */

/** Takes in a snapshot; a card that has moved on since it was read stays as it is. */
export function takeCards(held: Cards | null, read: Cards): Cards {
  if (held === null) return read
  const items = read.items.map((card) => {
    const known = cardOf(held, card.id)
    const isOlder = epochOf(read, card.tenant) <= epochOf(held, card.tenant) && known && card.version < known.version
    return isOlder ? known : card
  })
  const cursors = { ...held.cursors, ...read.cursors }
  for (const tenant of Object.keys(held.cursors)) {
    if (epochOf(read, tenant) < epochOf(held, tenant)) cursors[tenant] = held.cursors[tenant]!
  }
  return { items, cursors }
}

/** Takes in a change of points; null when only a snapshot can tell what it means: another card, or another history. */
export function takeChange(held: Cards, { tenant, epoch, data }: StreamEvent<'loyalty_updated'>): Cards | null {
  const known = cardOf(held, data.cardId)
  if (known === undefined || epoch > epochOf(held, tenant)) return null
  if (epoch < epochOf(held, tenant) || data.cardVersion <= known.version) return held
  const card: Card = {
    ...known,
    balance: data.newBalance,
    earned: data.totalPointsEarned,
    redeemed: data.totalPointsRedeemed,
    version: data.cardVersion,
  }
  return { ...held, items: held.items.map((each) => (each === known ? card : each)) }
}

const cardOf = ({ items }: Cards, id: string) => items.find((card) => card.id === id)

/** 0 while nothing is known of the business. */
const epochOf = ({ cursors }: Cards, tenant: string) => Number(cursors[tenant]?.split(':')[0] ?? 0)
