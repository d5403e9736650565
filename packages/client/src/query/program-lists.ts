import type { StreamEvent } from '@loyalty-live/events'
import type { PatchedPages } from './customer-lists.ts'
import { newTo, newToAny } from './position.ts'
import type { Page, Program } from './snapshots.ts'

/** An event holds the whole programme. One that is new, or has another name, makes the list stale: it is sorted by name. */
export function patchProgramPages(
  pages: readonly Page<Program>[],
  events: readonly StreamEvent[],
): PatchedPages<Program> {
  const found = new Set<string>()
  let renamed = false

  const patched = pages.map((page) => {
    const latest = latestById(newTo(page, events))
    if (latest.size === 0) return page
    const items = page.items.map((row) => {
      const change = latest.get(row.id)
      if (!change) return row
      found.add(row.id)
      if (row.version >= change.programVersion) return row
      renamed ||= row.name !== change.name
      const { name, active, isDefault, rules, programVersion: version } = change
      return { ...row, name, active, isDefault, rules, version }
    })
    return items.some((row, index) => row !== page.items[index]) ? { ...page, items } : page
  })
  const isNew = [...latestById(newToAny(pages, events)).keys()].some((id) => !found.has(id))
  return { pages: patched, stale: renamed || isNew }
}

function latestById(events: readonly StreamEvent[]): Map<string, StreamEvent<'program_updated'>['data']> {
  const latest = new Map<string, StreamEvent<'program_updated'>['data']>()
  for (const event of events) if (event.type === 'program_updated') latest.set(event.data.programId, event.data)
  return latest
}
