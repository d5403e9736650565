import { formatCursor, type AnyEvent, type StreamEvent } from '@loyalty-live/events'
import type { Customer, CustomerCard, Page, Transaction } from '../src/query/snapshots.ts'
import { eventAt } from './events.ts'
import type { Compose, ModelStream } from './model-stream.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** What the database of a small business holds after a history. It is folded anew, and knows nothing of patches. */
export type Shop = { readonly customers: readonly Customer[]; readonly entries: readonly Transaction[] }

const PEOPLE_AT_FIRST = 6
const uuid = (kind: number, n: number): string => `00000000-000${kind}-4000-8000-${String(n).padStart(12, '0')}`

function person(n: number): Customer {
  return {
    id: uuid(1, n),
    phone: `+44730650${1000 + n}`,
    displayName: `Person ${n}`,
    vip: n % 3 === 0,
    vipSince: n % 3 === 0 ? '2026-01-01T00:00:00.000Z' : null,
    version: 1,
    points: 0,
    earned: 0,
    redeemed: 0,
    lastActivityAt: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    cards: [],
  }
}

const EMPTY: Shop = { customers: Array.from({ length: PEOPLE_AT_FIRST }, (_, n) => person(n)), entries: [] }

/** Makes the next change of the shop: points, names, VIPs, and now and then somebody new. */
export function composeShop(clock: VirtualClock, random: () => number): Compose {
  return (epoch, seq, history) => {
    const { customers } = shopAfter(history)
    const timestamp = new Date(Date.UTC(2026, 10, 21) + clock.elapsedMs).toISOString()
    const whole = (below: number) => Math.floor(random() * below)
    const customer = customers[whole(customers.length)]!
    const what = random()
    const facts = what < 0.7 ? points(customer) : what < 0.98 ? member(customer) : newcomer()
    return eventAt(epoch, seq, { ...facts, timestamp })

    function points(of: Customer): Partial<AnyEvent> {
      const cardId = uuid(2, Number(of.id.slice(-12)) * 10 + whole(2))
      const held = of.cards.find(({ id }) => id === cardId)
      const pointsChange = held && held.balance > 0 && random() < 0.5 ? -1 - whole(held.balance) : 1 + whole(100)
      return {
        type: 'loyalty_updated',
        data: {
          ...about(of),
          programId: uuid(3, Number(cardId.slice(-1))),
          cardId,
          cardVersion: (held?.version ?? 0) + 1,
          transactionId: uuid(4, history.length),
          pointsChange,
          newBalance: (held?.balance ?? 0) + pointsChange,
          totalPointsEarned: (held?.earned ?? 0) + Math.max(0, pointsChange),
          totalPointsRedeemed: (held?.redeemed ?? 0) - Math.min(0, pointsChange),
          transactionType: pointsChange < 0 ? 'redeem' : random() < 0.1 ? 'reverse' : 'add',
          reason: null,
          orderId: null,
        },
      }
    }

    function member(of: Customer): Partial<AnyEvent> {
      const renamed = random() < 0.5
      const displayName = renamed ? `Person ${whole(100)}` : of.displayName
      const vip = renamed ? of.vip : !of.vip
      const changes = renamed
        ? { displayName: { from: of.displayName, to: displayName } }
        : { vip: { from: of.vip, to: vip } }
      return {
        type: 'member_updated',
        data: { ...about(of), customerName: displayName, memberVersion: of.version + 1, vip, changes },
      }
    }

    function newcomer(): Partial<AnyEvent> {
      const { vip, ...somebody } = person(customers.length)
      return { type: 'member_updated', data: { ...about(somebody), memberVersion: 1, vip, changes: {} } }
    }
  }
}

const about = ({ id, phone, displayName }: Pick<Customer, 'id' | 'phone' | 'displayName'>) => ({
  customerId: id,
  customerPhone: phone,
  customerName: displayName,
})

const shops = new WeakMap<AnyEvent, Shop>()

export function shopAfter(history: readonly AnyEvent[]): Shop {
  const last = history.at(-1)
  if (last === undefined) return EMPTY
  const known = shops.get(last)
  if (known) return known
  const shop = fold(shopAfter(history.slice(0, -1)), last as unknown as StreamEvent)
  shops.set(last, shop)
  return shop
}

function fold(shop: Shop, event: StreamEvent): Shop {
  if (event.type === 'member_updated') return foldMember(shop, event)
  if (event.type === 'loyalty_updated') return foldPoints(shop, event)
  return shop
}

function foldMember({ customers, entries }: Shop, { data, timestamp }: StreamEvent<'member_updated'>): Shop {
  const isNew = !customers.some(({ id }) => id === data.customerId)
  const everybody = isNew ? [...customers, person(customers.length)] : customers
  return {
    customers: everybody.map((customer) =>
      customer.id !== data.customerId || isNew
        ? customer
        : {
            ...customer,
            displayName: data.customerName,
            vip: data.vip,
            vipSince: data.changes.vip ? (data.vip ? timestamp : null) : customer.vipSince,
            version: data.memberVersion,
          },
    ),
    entries: entries.map((entry) =>
      entry.customerId === data.customerId ? { ...entry, customerName: data.customerName } : entry,
    ),
  }
}

function foldPoints({ customers, entries }: Shop, { data, timestamp, actor }: StreamEvent<'loyalty_updated'>): Shop {
  const card: CustomerCard = {
    id: data.cardId,
    programId: data.programId,
    balance: data.newBalance,
    earned: data.totalPointsEarned,
    redeemed: data.totalPointsRedeemed,
    version: data.cardVersion,
  }
  const reversed =
    data.transactionType === 'reverse'
      ? entries.findLast(({ cardId, reversedBy }) => cardId === data.cardId && reversedBy === null)
      : undefined
  const entry: Transaction = {
    id: data.transactionId,
    cardId: data.cardId,
    cardVersion: data.cardVersion,
    customerId: data.customerId,
    customerName: data.customerName,
    programId: data.programId,
    type: data.transactionType,
    points: data.pointsChange,
    balanceAfter: data.newBalance,
    reason: data.reason,
    orderId: data.orderId,
    reverses: reversed?.id ?? null,
    reversedBy: null,
    actor: { type: actor.type, id: actor.id, name: actor.name },
    createdAt: timestamp,
  }
  return {
    customers: customers.map((customer) => {
      if (customer.id !== data.customerId) return customer
      const had = customer.cards.some(({ id }) => id === card.id)
      const cards = had ? customer.cards.map((held) => (held.id === card.id ? card : held)) : [...customer.cards, card]
      let [balance, earned, redeemed] = [0, 0, 0]
      for (const held of cards) {
        balance += held.balance
        earned += held.earned
        redeemed += held.redeemed
      }
      return { ...customer, cards, points: balance, earned, redeemed, lastActivityAt: timestamp }
    }),
    entries: [entry, ...entries.map((old) => (old === reversed ? { ...old, reversedBy: entry.id } : old))],
  }
}

/** One page of rows that are in `order` already. A page key is the row before it, as it was: a place that never moves. */
export function pageOf<Row>(
  stream: ModelStream,
  rows: readonly Row[],
  order: (a: Row, b: Row) => number,
  limit: number,
  pageAfter: string | null,
): Page<Row> {
  const before = pageAfter === null ? null : (JSON.parse(pageAfter) as Row)
  const rest = before === null ? rows : rows.filter((row) => order(before, row) < 0)
  const items = rest.slice(0, limit)
  return {
    items,
    nextCursor: rest.length > limit ? JSON.stringify(items.at(-1)) : null,
    cursor: formatCursor(stream.head),
  }
}
