import { formatCursor, type Cursor } from '@loyalty-live/events'
import type { Breach } from './breach.ts'
import type { Note } from './reconcile.ts'

/** What a bare socket.io-client was told: it has no way to fill a hole, so `ready` says what it may expect. */
export type BareNote =
  | Extract<Note, { kind: 'event' }>
  | {
      readonly kind: 'ready'
      /** What it gave in its handshake. */
      readonly cursor: Cursor | null
      readonly head: Cursor | null
      readonly recovered: boolean
    }

/** Where a bare client's socket stands. */
export type BareState = {
  /** The last event that it got, or began after. */
  readonly newest: Cursor | null
  /** The rest of a replay that is still to come on this socket. */
  readonly promised: { readonly next: number; readonly to: Cursor } | null
}

/**
 * Holds what a bare client got against what the realtime server promises to everybody: nothing of another tenant; what one
 * socket gets always rises; after `recovered: true` it goes on after the cursor with the whole gap, never half of it. After
 * `recovered: false` nothing is promised about what came before: a server that was killed may be sent, and send, again what
 * an earlier socket has had. Pure.
 *
 * @param before what the check of the notes before these gave
 */
export function checkBareLog(
  { name, tenant }: { readonly name: string; readonly tenant: string },
  before: BareState,
  notes: readonly BareNote[],
): { readonly breaches: Breach[]; readonly after: BareState } {
  const breaches: Breach[] = []
  let { newest, promised } = before
  for (const note of notes) {
    if (note.kind === 'ready') {
      const { cursor, head, recovered } = note
      const replayed = recovered && cursor !== null && head !== null && head.seq > cursor.seq
      promised = replayed ? { next: cursor.seq + 1, to: head } : null
      newest = recovered ? cursor : null
      continue
    }
    const at = `${name}: ${note.tenant} ${formatCursor(note)}`
    if (note.tenant !== tenant) {
      breaches.push({ kind: 'leaked', detail: `${at} came to a client of ${tenant}` })
      continue
    }
    if (promised) {
      if (note.seq !== promised.next)
        breaches.push({ kind: 'lost', detail: `${at} came in a replay where ${promised.next} was due` })
      promised = note.seq < promised.to.seq ? { ...promised, next: note.seq + 1 } : null
    }
    const stood = newest
    if (stood && note.epoch < stood.epoch)
      breaches.push({ kind: 'reordered', detail: `${at} came after epoch ${stood.epoch} had begun` })
    else if (stood?.epoch === note.epoch && note.seq === stood.seq)
      breaches.push({ kind: 'doubled', detail: `${at} came again` })
    else if (stood?.epoch === note.epoch && note.seq < stood.seq)
      breaches.push({ kind: 'reordered', detail: `${at} came after ${stood.seq}` })
    newest = { epoch: note.epoch, seq: note.seq }
  }
  return { breaches, after: { newest, promised } }
}
