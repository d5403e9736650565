import type { Frame } from './frame.ts'

/**
 * What one tenant's stream remembers: the encoded events of (`baseSeq`, `baseSeq + entries.length`], without a hole,
 * the oldest first. Pure; the caller owns it. Positions before `baseSeq` are forgotten, so a replay from there is
 * refused, not shortened.
 */
export type History = {
  baseSeq: number
  entries: { readonly frame: Frame; readonly atMs: number }[]
  bytes: number
}

export type HistoryLimits = { readonly eventsMax: number; readonly bytesMax: number; readonly ageMs: number }

/** An empty memory that begins after `baseSeq`. */
export function createHistory(baseSeq: number): History {
  return { baseSeq, entries: [], bytes: 0 }
}

/** Adds the event that follows the last one, and forgets the oldest while there are too many, too large or too old. */
export function remember(history: History, frame: Frame, nowMs: number, limits: HistoryLimits): void {
  history.entries.push({ frame, atMs: nowMs })
  history.bytes += frame.bytes.length
  while (history.entries.length > limits.eventsMax || history.bytes > limits.bytesMax) forgetOldest(history)
  forgetOld(history, nowMs - limits.ageMs)
}

/** Forgets what came before `beforeMs`. */
export function forgetOld(history: History, beforeMs: number): void {
  while (history.entries.length > 0 && history.entries[0]!.atMs < beforeMs) forgetOldest(history)
}

/** Every event after `seq`, oldest first; null when some of them are not remembered. */
export function eventsAfter(history: History, seq: number): Frame[] | null {
  if (seq < history.baseSeq || seq > history.baseSeq + history.entries.length) return null
  return history.entries.slice(seq - history.baseSeq).map((entry) => entry.frame)
}

function forgetOldest(history: History): void {
  history.bytes -= history.entries.shift()!.frame.bytes.length
  history.baseSeq++
}
