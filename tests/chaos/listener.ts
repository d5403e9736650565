import { setTimeout as sleep } from 'node:timers/promises'
import { createLoyaltyClient, type Clock, type LoyaltyClient } from '@loyalty-live/client'
import { parseCursor } from '@loyalty-live/events'
import { patchCards, readCards, showCards, type CardState } from '../harness/shown-cards.ts'
import type { ClientLog, Note } from './reconcile.ts'

export type ListenerOptions = {
  readonly name: string
  readonly tenant: string
  readonly apiUrl: string
  readonly realtimeUrl: string
  readonly getToken: () => Promise<string>
  readonly clock: Clock
}

/**
 * A customers page on the SDK, without the pixels: it shows the cards of its last snapshot, patched by every event since, and
 * writes down what its handlers were told.
 */
export type Listener = {
  readonly name: string
  readonly tenant: string
  readonly client: LoyaltyClient
  /** By card id, as shown now. */
  readonly cards: ReadonlyMap<string, CardState>
  /** True while it waits for a snapshot. */
  readonly loading: boolean
  /** Gives what was written down since the last time, and begins a new page. */
  takeLog(): ClientLog
  /** Loads the page again: a fresh snapshot, as soon as there is one, and everything after it. */
  reload(): Promise<void>
  wake(): void
  sleep(): Promise<void>
  close(): Promise<void>
}

const SNAPSHOT_LIMIT_MS = 2_000
const SNAPSHOT_RETRY_MS = 100

/** Takes its first snapshot and stays asleep. */
export async function openListener({
  name,
  tenant,
  apiUrl,
  realtimeUrl,
  getToken,
  clock,
}: ListenerOptions): Promise<Listener> {
  const closing = new AbortController()
  const cards = new Map<string, CardState>()
  let notes: Note[] = []
  let loads = 0
  let loading = true

  const readSnapshot = async () =>
    readCards(apiUrl, await getToken(), AbortSignal.any([closing.signal, AbortSignal.timeout(SNAPSHOT_LIMIT_MS)]))

  /** Shows a fresh snapshot, as soon as there is one; gives its position, or null when a later load took over. */
  async function load(): Promise<string | null> {
    const mine = ++loads
    loading = true
    while (mine === loads && !closing.signal.aborted) {
      const snapshot = await readSnapshot().catch(() => null) // the API is away: a page goes on trying
      if (mine !== loads) return null
      if (snapshot) {
        showCards(cards, snapshot)
        loading = false
        return snapshot.cursor
      }
      await sleep(SNAPSHOT_RETRY_MS)
    }
    return null
  }

  const start = await load()
  if (start === null) throw new Error(`${name} was closed before it had a snapshot`)
  const client = createLoyaltyClient({
    apiUrl,
    realtimeUrl,
    getToken,
    cursor: start,
    clock,
    reconnect: { capMs: 4_000 },
  })
  let from = parseCursor(start)!
  client.on('event', ({ tenant: of, epoch, seq, id }) => notes.push({ kind: 'event', tenant: of, epoch, seq, id }))
  client.on('unknown', ({ tenant: of, epoch, seq, id }) => notes.push({ kind: 'event', tenant: of, epoch, seq, id }))
  client.on('loyalty_updated', ({ data }) => patchCards(cards, data))
  client.on('reset', ({ cursor }) => {
    notes.push({ kind: 'reset', cursor: parseCursor(cursor)! })
    return reload()
  })

  async function reload(): Promise<void> {
    const snapshot = await load()
    if (snapshot === null) return
    notes.push({ kind: 'resumed', cursor: parseCursor(snapshot)! })
    client.resumeFrom(snapshot)
  }

  return {
    name,
    tenant,
    client,
    cards,
    get loading() {
      return loading
    },
    takeLog() {
      const log = { name, tenant, from, notes }
      from = parseCursor(client.cursor!)!
      notes = []
      return log
    },
    reload,
    wake: () => client.start(),
    sleep: () => client.stop(),
    async close() {
      closing.abort()
      await client.stop()
    },
  }
}
