/**
 * A position on one tenant's stream.
 *
 * `epoch` changes only when history is rewritten (a restored backup); `seq` is gap-free and rises in commit order within
 * a tenant and epoch. Positions of different epochs have no order: whoever holds the older one starts again from
 * snapshots.
 */
export type Cursor = { readonly epoch: number; readonly seq: number }

/** `epoch:seq`, both without leading zeros. */
export const CURSOR_PATTERN = /^(0|[1-9]\d{0,15}):(0|[1-9]\d{0,15})$/

/** Writes a cursor as `epoch:seq`, the form it has on every wire. */
export function formatCursor({ epoch, seq }: Cursor): string {
  return `${epoch}:${seq}`
}

/** Names an event in logs, `tenant epoch:seq`: the same in every part, so that one search follows it through all of them. */
export function eventName({ tenant, ...position }: Cursor & { readonly tenant: string }): string {
  return `${tenant} ${formatCursor(position)}`
}

/** Reads `epoch:seq`; null for anything else, leading zeros and unsafe integers included, so that one position has one spelling. */
export function parseCursor(text: string): Cursor | null {
  const match = CURSOR_PATTERN.exec(text)
  if (!match) return null
  const cursor = { epoch: Number(match[1]), seq: Number(match[2]) }
  return Number.isSafeInteger(cursor.epoch) && Number.isSafeInteger(cursor.seq) ? cursor : null
}

/** Negative when `a` is before `b`, 0 when equal, positive when after; null when the epochs differ and there is no order. */
export function compareCursors(a: Cursor, b: Cursor): number | null {
  return a.epoch === b.epoch ? a.seq - b.seq : null
}
