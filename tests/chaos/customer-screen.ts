import { createLoyaltyClient, type Clock, type LoyaltyClient } from '@loyalty-live/client'
import { parseCursor, type StreamEvent } from '@loyalty-live/events'
import { patchCards, type CardState } from '../harness/shown-cards.ts'
import type { Breach } from './breach.ts'
import { compareScreen } from './reconcile.ts'

/** What PostgreSQL holds of a customer, in all tenants. */
export type CustomerTruth = {
  readonly cards: ReadonlyMap<string, CardState>
  /** Ids of the newest notifications, the newest first. */
  readonly notifications: readonly string[]
}

/**
 * A customer's pages on the SDK, without the pixels: their cards, and their newest notifications. What it shows comes from
 * snapshots and from events that no snapshot held yet; nothing else tells it that it missed something.
 */
export type CustomerScreen = {
  readonly name: string
  readonly customerId: string
  readonly client: LoyaltyClient
  /** What it shows otherwise than it is. */
  differences(truth: CustomerTruth): Breach[]
  /** Gives what its handlers should not have been told since the last time. */
  takeFaults(): Breach[]
}

export type CustomerScreenOptions = {
  readonly name: string
  readonly customerId: string
  readonly apiUrl: string
  readonly realtimeUrl: string
  readonly getToken: () => Promise<string>
  readonly clock: Clock
}

/** Notifications that it shows. */
export const SHOWN_MAX = 100
const SNAPSHOT_LIMIT_MS = 2_000

type Snapshot<Item> = { readonly items: readonly Item[]; readonly cursors: Readonly<Record<string, string>> }

export function openCustomerScreen(options: CustomerScreenOptions): CustomerScreen {
  const { name, customerId, apiUrl, realtimeUrl, getToken, clock } = options
  const cards = new Map<string, CardState>()
  let notifications: string[] = []
  let faults: Breach[] = []
  /** Events since the load that is under way began. */
  let meanwhile: StreamEvent[] = []
  const newest = new Map<string, { epoch: number; seq: number }>()

  async function read<Item>(path: string): Promise<Snapshot<Item>> {
    const response = await fetch(`${apiUrl}${path}`, {
      headers: { authorization: `Bearer ${await getToken()}` },
      signal: AbortSignal.timeout(SNAPSHOT_LIMIT_MS),
    })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as Snapshot<Item>
  }

  async function takeSnapshots(): Promise<void> {
    meanwhile = []
    const mine = await read<CardState & { id: string }>('/api/me/cards')
    const told = await read<{ id: string }>(`/api/me/notifications?limit=${SHOWN_MAX}`)
    cards.clear()
    for (const { id, balance, earned, redeemed, version } of mine.items) {
      cards.set(id, { balance, earned, redeemed, version })
    }
    notifications = told.items.map(({ id }) => id)
    for (const event of meanwhile) {
      if (isAfter(event, mine.cursors)) showCard(event)
      if (isAfter(event, told.cursors)) showNotification(event)
    }
  }

  function take(event: StreamEvent): void {
    check(event)
    meanwhile.push(event)
    showCard(event)
    showNotification(event)
  }

  function showCard(event: StreamEvent): void {
    if (event.type === 'loyalty_updated') patchCards(cards, event.data)
  }

  /** Of a change of points the notification has the id of the transaction. */
  function showNotification({ type, data }: StreamEvent): void {
    if (type === 'loyalty_updated') show(data.transactionId)
    if (type === 'notification_created') show(data.notificationId)
  }

  function show(id: string): void {
    if (notifications.includes(id)) return
    notifications = [id, ...notifications].toSorted().toReversed().slice(0, SHOWN_MAX)
  }

  function check({ tenant, epoch, seq, type, data }: StreamEvent): void {
    const at = `${name}: ${type} ${tenant} ${epoch}:${seq}`
    const last = newest.get(tenant)
    if (!('customerId' in data) || data.customerId !== customerId)
      faults.push({ kind: 'leaked', detail: `${at} is about somebody else` })
    if (last && (epoch < last.epoch || (epoch === last.epoch && seq <= last.seq)))
      faults.push({ kind: seq === last.seq ? 'doubled' : 'reordered', detail: `${at} came after ${last.seq}` })
    newest.set(tenant, { epoch, seq })
  }

  const client = createLoyaltyClient({
    apiUrl,
    realtimeUrl,
    getToken,
    takeSnapshots,
    clock,
    reconnect: { capMs: 4_000 },
  })
  client.on('event', take)
  client.start()

  return {
    name,
    customerId,
    client,
    differences: (truth) => [
      ...compareScreen(name, cards, truth.cards),
      ...truth.notifications
        .filter((id) => !notifications.includes(id))
        .map((id): Breach => ({ kind: 'lost', detail: `${name} does not show notification ${id}` })),
      ...notifications
        .filter((id) => !truth.notifications.includes(id))
        .map((id): Breach => ({ kind: 'wrong', detail: `${name} shows notification ${id}, which is not there` })),
    ],
    takeFaults() {
      const found = faults
      faults = []
      return found
    },
  }
}

/** Whether a snapshot that was read at these positions may lack the event. */
function isAfter({ tenant, epoch, seq }: StreamEvent, cursors: Readonly<Record<string, string>>): boolean {
  const at = cursors[tenant] === undefined ? null : parseCursor(cursors[tenant])
  return at === null || epoch > at.epoch || (epoch === at.epoch && seq > at.seq)
}
