import type { StreamEvent } from '@loyalty-live/events'
import { isAhead } from '../is-ahead.ts'
import { positionOf, snapshotsOf } from './position.ts'
import type { Snapshot } from './snapshots.ts'

/** How events change what is shown of one resource. A record is a list whose only row is itself. */
export type Rule<Row> = {
  /** The customer or the programme whose events a row is shown. */
  readonly subject?: (row: Row) => string
  /** The row after an event; the same object when it had that version, or a newer one, already; null when the event says too little. */
  readonly change?: (row: Row, event: StreamEvent) => Row | null
  /** Whether a row that has changed still belongs here. Default: it does. */
  readonly keeps?: (row: Row) => boolean
  /** The rows that events put on top of those that are there. */
  readonly top?: (rows: readonly Row[], events: readonly StreamEvent[]) => readonly Row[]
  /** Whether only the API can say what an event has done here. `isShown`: its subject has a row. */
  readonly asks?: (event: StreamEvent, isShown: boolean) => boolean
  /** What the order goes by, and where it is the same, by id. A row that has to stand elsewhere is for the API to place. */
  readonly place?: (row: Row) => string | number | null
  readonly isDescending?: boolean
}

/** What a query holds after events; the same `data` when nothing in it has changed. */
export type Patched = {
  readonly data: unknown
  /** Whether it has to be read again: the events do not say enough to change it in place. */
  readonly stale: boolean
}

/** Applies events, in stream order, to what a query holds. */
export type Patch = (data: unknown, events: readonly StreamEvent[]) => Patched

type Part<Row> = Snapshot & { readonly items?: readonly Row[]; readonly nextCursor?: string | null }

/**
 * Shows each page of what a query holds the events that it does not reflect yet. Data that does not say where it stands is
 * left as it is, and stale.
 */
export function patchBy<Row extends object>(rule: Rule<Row>): Patch {
  return (data, events) => patch(data, events, rule)
}

function patch<Row>(data: unknown, events: readonly StreamEvent[], rule: Rule<Row>): Patched {
  const { subject, change, keeps, top, asks, place } = rule
  const pages = snapshotsOf(data) as readonly Part<Row>[]
  const changed = new Set<unknown>()
  let unseen: readonly StreamEvent[] = []
  let stale = false
  let moved = false

  function patchRow(row: Row, own: readonly StreamEvent[]): readonly Row[] {
    let next = row
    for (const event of own) {
      const after = change!(next, event)
      stale ||= after === null
      next = after ?? next
    }
    if (next === row) return [row]
    moved ||= place?.(row) !== place?.(next)
    return keeps?.(next) === false ? [] : [next]
  }

  function patchPage(page: Part<Row>, index: number): Part<Row> {
    const position = positionOf(page)
    const news = events.filter((event) => position === null || isAhead(event, position))
    if (news.length > unseen.length) unseen = news
    if (position === null) stale = true
    if (position === null || news.length === 0) return page
    const held = page.items ?? [page as unknown as Row]
    const rows = index === 0 && top ? [...top(held, news), ...held] : held
    const bySubject = groupBySubject(change ? news : [])
    const items = rows.flatMap((row) => {
      const about = subject?.(row)
      const own = bySubject.get(about)
      if (own) changed.add(about)
      return own ? patchRow(row, own) : [row]
    })
    if (isSame(items, held)) return page
    return page.items ? { ...page, items } : (items[0] as unknown as Part<Row>)
  }

  const patched = pages.map(patchPage)
  stale ||= unseen.some((event) => asks?.(event, changed.has(subjectOf(event))))
  stale ||= moved && !isOrdered(patched, rule, changed)
  if (isSame(patched, pages)) return { data, stale }
  return { data: pages[0] === data ? patched[0] : { ...(data as object), pages: patched }, stale }
}

function isSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index])
}

/** What an event is about; undefined when it is nobody whom rows know. */
function subjectOf({ data }: StreamEvent): unknown {
  const { customerId, programId } = data as { readonly customerId?: unknown; readonly programId?: unknown }
  return customerId ?? programId
}

function groupBySubject(events: readonly StreamEvent[]): Map<unknown, StreamEvent[]> {
  const groups = new Map<unknown, StreamEvent[]>()
  for (const event of events) {
    const subject = subjectOf(event)
    const group = groups.get(subject)
    if (group) group.push(event)
    else groups.set(subject, [event])
  }
  return groups
}

/**
 * Whether every row stands where it belongs. Not known of the last loaded row when it has changed: it may belong behind rows
 * that were never loaded.
 */
function isOrdered<Row>(
  pages: readonly Part<Row>[],
  { subject, place, isDescending }: Rule<Row>,
  changed: ReadonlySet<unknown>,
): boolean {
  const rows = pages.flatMap(({ items }) => items ?? [])
  const last = rows.at(-1)
  if (last && pages.at(-1)!.nextCursor && changed.has(subject!(last))) return false
  const rising = isDescending ? rows.toReversed() : rows
  return rising.every((row, index) => index === 0 || isBefore(rising[index - 1]!, row))

  function isBefore(one: Row, other: Row): boolean {
    const [low, high] = [place!(one), place!(other)]
    return low === high ? idOf(one) < idOf(other) : low! < high!
  }
}

function idOf(row: unknown): string {
  return (row as { readonly id: string }).id
}
