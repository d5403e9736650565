import type { StreamEvent } from '@loyalty-live/events'
import type { CustomersParams, CustomerSort } from './keys.ts'
import type { Rule } from './patch.ts'
import type { Customer, CustomerCard, PhoneLookup } from './snapshots.ts'

type CardChange = StreamEvent<'loyalty_updated'>['data']

/** What a list asked for. `sort: null`: by what these events do not tell. */
export type CustomerList = Pick<CustomersParams, 'vip' | 'order' | 'search'> & {
  readonly sort: CustomerSort | 'vipSince' | null
}

const columns = { name: 'displayName', created: 'createdAt', lastActivity: 'lastActivityAt' } as const
/** Orders that a change of points leaves as they are. */
const ORDERS_AT_REST: readonly CustomerList['sort'][] = ['name', 'created', 'vipSince', null]

export const customerRecord: Rule<Customer> = { subject: ({ id }) => id, change: patchCustomer }

/** Rows change, and leave. Who is to be added is for the API to place among rows that were never loaded. */
export function customerList({ vip, sort, order, search }: CustomerList): Rule<Customer> {
  /** Whether an event may bring somebody into the loaded part of the list; or out of it, as searches go by names. */
  function asks({ type, data }: StreamEvent, isShown: boolean): boolean {
    if (type === 'loyalty_updated') {
      return !isShown && (data.transactionType === 'enrol' || !ORDERS_AT_REST.includes(sort))
    }
    if (type !== 'member_updated') return true
    return isShown ? !!search && !!data.changes.displayName : (vip ?? data.vip) === data.vip
  }

  return {
    ...customerRecord,
    keeps: (row) => (vip ?? row.vip) === row.vip,
    asks,
    place(row) {
      const value = sort && row[columns[sort as keyof typeof columns] ?? sort]
      return typeof value === 'string' ? value.toLowerCase() : value
    },
    isDescending: order === 'desc',
  }
}

/** What a till has looked up. Of a new card, and of a programme or an enrolment that has changed, events say too little. */
export const lookup: Rule<PhoneLookup> = {
  subject: ({ customer }) => customer.id,
  change(found, { type, data }) {
    if (type === 'member_updated') {
      const { customerName: displayName, vip, memberVersion: version } = data
      return found.member.version >= version ? found : { ...found, member: { displayName, vip, version } }
    }
    if (type !== 'loyalty_updated') return null
    const cards = withCard(found.cards, data)
    return cards && { ...found, cards }
  },
  asks: ({ type }) => type === 'program_updated',
}

/** The customer after an event; the same object when they have that version, or a newer one, already. */
function patchCustomer(row: Customer, { type, data, timestamp }: StreamEvent): Customer {
  if (type === 'member_updated' && row.version < data.memberVersion) {
    const vipSince = data.vip ? (row.vipSince ?? timestamp) : null
    return { ...row, displayName: data.customerName, vip: data.vip, vipSince, version: data.memberVersion }
  }
  if (type !== 'loyalty_updated') return row
  const cards = withCard(row.cards, data) ?? [...row.cards, cardAfter(data)]
  if (cards === row.cards) return row
  const total = (of: 'balance' | 'earned' | 'redeemed') => cards.reduce((sum, card) => sum + card[of], 0)
  return {
    ...row,
    cards,
    points: total('balance'),
    earned: total('earned'),
    redeemed: total('redeemed'),
    lastActivityAt: timestamp,
  }
}

/** The cards after a change of one; the same array when it is as new already, null when it is none of them. */
function withCard<Card extends CustomerCard>(cards: readonly Card[], change: CardChange): readonly Card[] | null {
  const held = cards.find(({ id }) => id === change.cardId)
  if (!held) return null
  if (held.version >= change.cardVersion) return cards
  return cards.map((card) => (card === held ? { ...card, ...cardAfter(change) } : card))
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
