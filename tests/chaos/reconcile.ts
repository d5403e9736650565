import { formatCursor, type Cursor } from '@loyalty-live/events'
import type { CardState } from '../harness/shown-cards.ts'
import type { Breach } from './breach.ts'

/** What happened to one client, in the order in which its application saw it. */
export type Note =
  | {
      readonly kind: 'event'
      readonly tenant: string
      readonly epoch: number
      readonly seq: number
      readonly id: string
    }
  /** The stream could not be continued, and starts again here. */
  | { readonly kind: 'reset'; readonly cursor: Cursor }
  /** The application goes on from a snapshot of this position. */
  | { readonly kind: 'resumed'; readonly cursor: Cursor }

/** What PostgreSQL holds of a tenant's stream: events of its present epoch by seq, as far back as they are asked about. */
export type Committed = { readonly head: Cursor; readonly ids: ReadonlyMap<number, string> }

export type ClientLog = {
  readonly name: string
  readonly tenant: string
  /** Where its handlers stood before the first note. */
  readonly from: Cursor
  readonly notes: readonly Note[]
}

type EventNote = Extract<Note, { kind: 'event' }>
/** A run of events without a reset in it: what handlers got after one position. */
type Stretch = { readonly from: Cursor; readonly events: EventNote[] }

/**
 * Holds what a client's handlers got against what was committed: each event after the position it started from, once and in
 * order; after a reset or a snapshot, the same from there. Pure.
 *
 * @param historyRewritten whether a backup was restored meanwhile: only then is a reset explained
 */
export function reconcile(log: ClientLog, committed: Committed, historyRewritten: boolean): Breach[] {
  const stretches = stretchesOf(log)
  const last = stretches.at(-1)!
  return [
    ...stretches.flatMap((stretch) => checkStretch(log, stretch, committed, stretch === last)),
    ...checkResets(log, historyRewritten),
  ]
}

function stretchesOf({ from, notes }: ClientLog): Stretch[] {
  const stretches: Stretch[] = [{ from, events: [] }]
  for (const note of notes) {
    if (note.kind === 'event') stretches.at(-1)!.events.push(note)
    else stretches.push({ from: note.cursor, events: [] })
  }
  return stretches
}

function checkStretch(
  { name, tenant }: ClientLog,
  { from, events }: Stretch,
  { head, ids }: Committed,
  last: boolean,
): Breach[] {
  const breaches: Breach[] = []
  const seen = new Set<number>()
  let newest = from.seq
  for (const event of events) {
    const at = `${name}: ${event.tenant} ${formatCursor(event)}`
    if (event.tenant !== tenant) {
      breaches.push({ kind: 'leaked', detail: `${at} came to a client of ${tenant}` })
      continue
    }
    if (event.epoch !== from.epoch) {
      breaches.push({ kind: 'lost', detail: `${at} came without a reset; before it stood ${formatCursor(from)}` })
      continue
    }
    if (seen.has(event.seq) || event.seq <= from.seq)
      breaches.push({ kind: 'doubled', detail: `${at} came again, after ${newest}` })
    else if (event.seq < newest) breaches.push({ kind: 'reordered', detail: `${at} came after ${newest}` })
    if (event.epoch === head.epoch && ids.get(event.seq) !== event.id)
      breaches.push({ kind: 'wrong', detail: `${at} is event ${event.id}, committed was ${ids.get(event.seq)}` })
    seen.add(event.seq)
    newest = Math.max(newest, event.seq)
  }
  // What a reset has cut off is told by the snapshots that follow it; a hole before that is a loss all the same.
  const end = last && head.epoch === from.epoch ? head.seq : newest
  for (let seq = from.seq + 1; seq <= end; seq++) {
    if (!seen.has(seq)) breaches.push({ kind: 'lost', detail: `${name}: ${tenant} ${from.epoch}:${seq} never came` })
  }
  if (last && head.epoch !== from.epoch)
    breaches.push({
      kind: 'lost',
      detail: `${name} stays in epoch ${from.epoch}, ${tenant} is at ${formatCursor(head)}`,
    })
  return breaches
}

function checkResets({ name, notes }: ClientLog, historyRewritten: boolean): Breach[] {
  if (historyRewritten || !notes.some(({ kind }) => kind === 'reset')) return []
  return [{ kind: 'unpromised', detail: `${name} was reset although its history is whole` }]
}

/** Holds what a screen shows in the end against the cards. */
export function compareScreen(
  name: string,
  shown: ReadonlyMap<string, CardState>,
  cards: ReadonlyMap<string, CardState>,
): Breach[] {
  const breaches: Breach[] = []
  for (const [id, card] of cards) {
    const found = shown.get(id)
    if (!found) breaches.push({ kind: 'wrong', detail: `${name} does not show card ${id}` })
    else if (!sameCard(found, card))
      breaches.push({
        kind: 'wrong',
        detail: `${name} shows ${JSON.stringify(found)} of card ${id}, it is ${JSON.stringify(card)}`,
      })
  }
  for (const id of shown.keys()) {
    if (!cards.has(id)) breaches.push({ kind: 'leaked', detail: `${name} shows card ${id}, which is not its tenant's` })
  }
  return breaches
}

export function sameCard(a: CardState, b: CardState): boolean {
  return a.balance === b.balance && a.earned === b.earned && a.redeemed === b.redeemed && a.version === b.version
}
