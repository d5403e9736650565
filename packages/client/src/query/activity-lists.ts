import type { StreamEvent } from '@loyalty-live/events'
import { activityOf, type Activity } from '@loyalty-live/events/activity'
import type { PatchedPages } from './customer-lists.ts'
import type { ActivityParams } from './keys.ts'
import { newTo } from './position.ts'
import type { Page } from './snapshots.ts'

/** Puts the lines of new events before the others, newest first: just what the API would have made of them. */
export function patchActivityPages(
  pages: readonly Page<Activity>[],
  events: readonly StreamEvent[],
  filter: ActivityParams,
): PatchedPages<Activity> {
  const [first, ...others] = pages
  if (!first) return { pages, stale: false }
  const held = new Set(first.items.map(({ cursor }) => cursor))
  const added = newTo(first, events)
    .map(activityOf)
    .filter((line): line is Activity => line !== null)
    .filter((line) => !held.has(line.cursor) && matches(line, filter))
    .toReversed()
  return {
    pages: added.length === 0 ? pages : [{ ...first, items: [...added, ...first.items] }, ...others],
    stale: false,
  }
}

function matches({ type, actor, customer, at }: Activity, filter: ActivityParams): boolean {
  return (
    (filter.type === undefined || filter.type === type) &&
    (filter.actorId === undefined || filter.actorId === actor.id) &&
    (filter.customerId === undefined || filter.customerId === customer?.id) &&
    (filter.from === undefined || Date.parse(at) >= Date.parse(filter.from)) &&
    (filter.to === undefined || Date.parse(at) < Date.parse(filter.to))
  )
}
