import type { StreamEvent } from '@loyalty-live/events'
import { isCustomerEvent, patchCustomer, type CustomerEvent } from './customer-rows.ts'
import type { CustomerSort, CustomersParams } from './keys.ts'
import { newTo, newToAny } from './position.ts'
import type { Customer, Page } from './snapshots.ts'

type ListSort = CustomerSort | 'vipSince'

/** What a list holds, as far as events can change it. */
export type CustomerListRule = {
  /** Who belongs in it; undefined: everybody. */
  readonly vip: boolean | undefined
  /** What its order hangs on; null when it is nothing that these events tell. */
  readonly sort: ListSort | null
  readonly order: 'asc' | 'desc'
  readonly searched: boolean
}

export type PatchedPages<Row> = {
  readonly pages: readonly Page<Row>[]
  /** Whether patching was not enough: the list has to be read again. */
  readonly stale: boolean
}

export function ruleOf({ vip, sort = 'name', order = 'asc', search }: CustomersParams): CustomerListRule {
  return { vip, sort, order, searched: search !== undefined && search !== '' }
}

/**
 * Changes the rows that events are about and takes out those that do not belong any more. Who is to be added, or stands in
 * another place now, makes the list stale: only the API knows where among rows that were never loaded.
 */
export function patchCustomerPages<Row extends Customer>(
  pages: readonly Page<Row>[],
  events: readonly StreamEvent[],
  rule: CustomerListRule,
): PatchedPages<Row> {
  const found = new Set<string>()
  let moved = false

  function patchPage(page: Page<Row>): Page<Row> {
    const byCustomer = groupByCustomer(newTo(page, events))
    if (byCustomer.size === 0) return page
    let changed = false
    const items = page.items.flatMap((row) => {
      const own = byCustomer.get(row.id)
      if (!own) return [row]
      found.add(row.id)
      const patched = own.reduce(patchCustomer, row)
      if (patched === row) return [row]
      changed = true
      moved ||= hasOtherPlace(row, patched, rule)
      return rule.vip === undefined || patched.vip === rule.vip ? [patched] : []
    })
    return changed ? { ...page, items } : page
  }

  const patched = pages.map(patchPage)
  const missing = newToAny(pages, events).some(
    (event) => isCustomerEvent(event) && !found.has(event.data.customerId) && mayBelong(event, rule),
  )
  return { pages: patched, stale: missing || (moved && !isOrdered(patched, rule, found)) }
}

function groupByCustomer(events: readonly StreamEvent[]): Map<string, CustomerEvent[]> {
  const groups = new Map<string, CustomerEvent[]>()
  for (const event of events) {
    if (!isCustomerEvent(event)) continue
    const group = groups.get(event.data.customerId)
    if (group) group.push(event)
    else groups.set(event.data.customerId, [event])
  }
  return groups
}

/** Whether an event may bring somebody into the loaded part of a list, who is not there yet. */
function mayBelong(event: CustomerEvent, { vip, sort, searched }: CustomerListRule): boolean {
  if (event.type === 'loyalty_updated') return event.data.transactionType === 'enrol' || isMovedByPoints(sort)
  const { changes } = event.data
  const isNew = Object.keys(changes).length === 0
  if (vip !== undefined && event.data.vip !== vip) return false
  return (
    isNew ||
    (vip !== undefined && changes.vip !== undefined) ||
    ((searched || sort === 'name') && changes.displayName !== undefined)
  )
}

function hasOtherPlace(before: Customer, after: Customer, { sort, searched }: CustomerListRule): boolean {
  if (searched && before.displayName !== after.displayName) return true
  return sort !== null && sortValue(before, sort) !== sortValue(after, sort)
}

function isMovedByPoints(sort: ListSort | null): boolean {
  return sort !== null && sort !== 'name' && sort !== 'created' && sort !== 'vipSince'
}

/**
 * Whether every row still stands where its new value belongs. Not known of a searched list, nor of the last loaded row when
 * it has changed: it may belong behind rows that were never loaded.
 */
function isOrdered(
  pages: readonly Page<Customer>[],
  { sort, order, searched }: CustomerListRule,
  changed: ReadonlySet<string>,
): boolean {
  if (sort === null || searched) return false
  const lastPage = pages.at(-1)
  const lastRow = lastPage?.items.at(-1)
  if (lastPage?.nextCursor !== null && lastRow && changed.has(lastRow.id)) return false
  let previous: Customer | null = null
  for (const page of pages) {
    for (const row of page.items) {
      if (previous !== null && !standsBefore(previous, row, sort, order)) return false
      previous = row
    }
  }
  return true
}

/** As the API sorts: by the value, and by id where that is the same. */
function standsBefore(a: Customer, b: Customer, sort: ListSort, order: 'asc' | 'desc'): boolean {
  const [first, second] = order === 'asc' ? [a, b] : [b, a]
  const [low, high] = [sortValue(first, sort), sortValue(second, sort)]
  return low === high ? first.id < second.id : low < high
}

function sortValue(row: Customer, sort: ListSort): string | number {
  switch (sort) {
    case 'name':
      return row.displayName.toLowerCase()
    case 'points':
    case 'earned':
    case 'redeemed':
      return row[sort]
    case 'lastActivity':
      return row.lastActivityAt ?? ''
    case 'created':
      return row.createdAt
    case 'vipSince':
      return row.vipSince ?? ''
    default:
      return sort satisfies never
  }
}
