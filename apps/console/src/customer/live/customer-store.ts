import type { StreamEvent } from '@loyalty-live/events'
import type { CustomerSession } from '../session.ts'
import type { Cards, Entry, Notification, Notifications, Page } from '../shapes.ts'
import { createCell, type Cell } from './cell.ts'
import { takeCards, takeChange } from './held-cards.ts'
import { createList, type List, type PageParams } from './list.ts'

/** What the customer's screens show, in memory only. */
export type CustomerStore = {
  /** Null until they were read. */
  readonly cards: Cell<Cards | null>
  readonly notifications: List<Notifications>
  /** Calls `listener` with notifications that were not there at the last read, the oldest first; the answer ends that. */
  onArrival(listener: (notification: Notification) => void): () => void
  /** The ledger of a card, kept fresh until the answer's `close`. */
  openLedger(cardId: string): { readonly list: List<Page<Entry>>; close(): void }
  /** Reads again everything that is shown. Rejects when any of it cannot be read. */
  takeSnapshots(): Promise<void>
  /** Shows new points at once; what else the event means is for snapshots to tell. */
  takePoints(event: StreamEvent<'loyalty_updated'>): void
}

type Ask = CustomerSession['ask']

export function createCustomerStore(ask: Ask): CustomerStore {
  const cards = createCell<Cards | null>(null)
  const notifications = createList<Notification, Notifications>((params) =>
    ask(`/api/me/notifications?${toQuery(params)}`),
  )
  const ledgers = new Set<List<Page<Entry>>>()
  const listeners = new Set<(notification: Notification) => void>()

  async function readCards(): Promise<void> {
    const read = await ask<Cards>('/api/me/cards')
    cards.set(takeCards(cards.value, read))
  }

  async function readNotifications(): Promise<void> {
    const before = notifications.state.value.page
    await notifications.read()
    for (const arrived of arrivals(before, notifications.state.value.page!)) {
      for (const listener of listeners) listener(arrived)
    }
  }

  return {
    cards,
    notifications,
    onArrival(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    openLedger(cardId) {
      const list = createList<Entry, Page<Entry>>((params) =>
        ask(`/api/me/transactions?${toQuery({ ...params, cardId })}`),
      )
      ledgers.add(list)
      return { list, close: () => void ledgers.delete(list) }
    },
    async takeSnapshots() {
      await Promise.all([readCards(), readNotifications(), ...[...ledgers].map((list) => list.read())])
    },
    takePoints(event) {
      if (cards.value !== null) cards.set(takeChange(cards.value, event) ?? cards.value)
    },
  }
}

/** What is new in a page, the oldest first. Nothing is when there was none before; what lies behind it was only not loaded. */
function arrivals(before: Page<Notification> | null, now: Page<Notification>): readonly Notification[] {
  if (before === null) return []
  const known = new Set(before.items.map(({ id }) => id))
  // Ids rise with time.
  const oldest = before.nextCursor === null ? '' : (before.items.at(-1)?.id ?? '')
  return now.items.filter(({ id }) => !known.has(id) && id > oldest).toReversed()
}

function toQuery(params: PageParams & { readonly cardId?: string }): string {
  return new URLSearchParams(Object.entries(params).map(([name, value]) => [name, String(value)])).toString()
}
