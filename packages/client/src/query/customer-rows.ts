import type { StreamEvent } from '@loyalty-live/events'
import type { Customer, CustomerCard, PhoneLookup } from './snapshots.ts'

/** Events that say who they are about, and change what is kept about them. */
export type CustomerEvent = StreamEvent<'loyalty_updated'> | StreamEvent<'member_updated'>

export function isCustomerEvent(event: StreamEvent): event is CustomerEvent {
  return event.type === 'loyalty_updated' || event.type === 'member_updated'
}

/** The customer after an event; the same object when they have that version, or a newer one, already. */
export function patchCustomer<Row extends Customer>(row: Row, event: CustomerEvent): Row {
  return event.type === 'loyalty_updated' ? withCard(row, event) : withMember(row, event)
}

function withCard<Row extends Customer>(row: Row, { data, timestamp }: StreamEvent<'loyalty_updated'>): Row {
  const cards = patchCards(row.cards, data)
  if (cards === row.cards) return row
  const total = (of: (card: CustomerCard) => number) => cards.reduce((sum, card) => sum + of(card), 0)
  return {
    ...row,
    cards,
    points: total(({ balance }) => balance),
    earned: total(({ earned }) => earned),
    redeemed: total(({ redeemed }) => redeemed),
    lastActivityAt: timestamp,
  }
}

function withMember<Row extends Customer>(row: Row, { data, timestamp }: StreamEvent<'member_updated'>): Row {
  if (row.version >= data.memberVersion) return row
  const vipSince = row.vip === data.vip && !data.changes.vip ? row.vipSince : data.vip ? timestamp : null
  return { ...row, displayName: data.customerName, vip: data.vip, vipSince, version: data.memberVersion }
}

type CardChange = StreamEvent<'loyalty_updated'>['data']

function patchCards(cards: readonly CustomerCard[], change: CardChange): readonly CustomerCard[] {
  const held = cards.find(({ id }) => id === change.cardId)
  if (!held) return [...cards, cardAfter(change)]
  if (held.version >= change.cardVersion) return cards
  return cards.map((card) => (card === held ? cardAfter(change) : card))
}

function cardAfter(change: CardChange): CustomerCard {
  return {
    id: change.cardId,
    programId: change.programId,
    balance: change.newBalance,
    earned: change.totalPointsEarned,
    redeemed: change.totalPointsRedeemed,
    version: change.cardVersion,
  }
}

/** What a till has looked up, after an event; null when the event says too little: a new card has a programme's name. */
export function patchLookup(found: PhoneLookup, event: CustomerEvent): PhoneLookup | null {
  if (event.data.customerId !== found.customer.id) return found
  if (event.type === 'member_updated') {
    const { customerName: displayName, vip, memberVersion: version } = event.data
    return found.member.version >= version ? found : { ...found, member: { displayName, vip, version } }
  }
  const { data } = event
  const held = found.cards.find(({ id }) => id === data.cardId)
  if (!held) return null
  if (held.version >= data.cardVersion) return found
  const cards = found.cards.map((card) => (card === held ? { ...card, ...cardAfter(data) } : card))
  return { ...found, cards }
}
