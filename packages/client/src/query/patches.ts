import type { StreamEvent } from '@loyalty-live/events'
import type { Activity } from '@loyalty-live/events/activity'
import { patchActivityPages } from './activity-lists.ts'
import { patchCustomerPages, ruleOf, type CustomerListRule, type PatchedPages } from './customer-lists.ts'
import { isCustomerEvent, patchCustomer, patchLookup } from './customer-rows.ts'
import type { ActivityParams, CustomersParams, Resource, TransactionsParams } from './keys.ts'
import { newTo } from './position.ts'
import { patchProgramPages } from './program-lists.ts'
import type { Customer, CustomerRecord, Page, PhoneLookup, Program, Snapshot, Transaction } from './snapshots.ts'
import { patchTransactionPages } from './transaction-lists.ts'

/** What a query holds after events; the same `data` when nothing in it has changed. */
export type Patched = {
  readonly data: unknown
  /** Whether it has to be read again: the events do not say enough to change it in place. */
  readonly stale: boolean
}

/** Every snapshot that a query's data is made of: one, or the pages of an infinite query. */
export function snapshotsOf(data: unknown): readonly Snapshot[] {
  if (isPages(data)) return data.pages.filter(isSnapshot)
  return isSnapshot(data) ? [data] : []
}

/**
 * Applies events, in stream order, to what a query of `resource` holds; `of` is the last part of its key. Data of another
 * shape than the API's is left as it is, and stale.
 */
export function patchData(resource: Resource, of: unknown, data: unknown, events: readonly StreamEvent[]): Patched {
  return patches[resource](data, events, of ?? {})
}

type Patch = (data: unknown, events: readonly StreamEvent[], params: object) => Patched

const readAgain: Patch = (data, events) => ({ data, stale: tells(data, events, () => true) })

const patches: { readonly [R in Resource]: Patch } = {
  customers: (data, events, params: CustomersParams) => patchCustomers(data, events, ruleOf(params)),
  customer: patchRecord,
  vip: (data, events) => patchCustomers(data, events, { vip: true, sort: 'vipSince', order: 'desc', searched: false }),
  vipCandidates(data, events) {
    const patched = patchCustomers(data, events, { vip: false, sort: null, order: 'desc', searched: false })
    return { ...patched, stale: patched.stale || tells(data, events, ({ type }) => type === 'booking_updated') }
  },
  lookup: patchFound,
  transactions: (data, events, filter: TransactionsParams) =>
    patchList<Transaction>(data, (pages) => patchTransactionPages(pages, events, filter)),
  programs: (data, events) => patchList<Program>(data, (pages) => patchProgramPages(pages, events)),
  activity: (data, events, filter: ActivityParams) =>
    patchList<Activity>(data, (pages) => patchActivityPages(pages, events, filter)),
  adjustments: readAgain,
  bookings: readAgain,
  dashboard: readAgain,
  enrolments: readAgain,
  notifications: readAgain,
  payments: readAgain,
  staff: readAgain,
  terminals: readAgain,
}

function patchCustomers(data: unknown, events: readonly StreamEvent[], rule: CustomerListRule): Patched {
  return patchList<Customer>(data, (pages) => patchCustomerPages(pages, events, rule))
}

function patchRecord(data: unknown, events: readonly StreamEvent[]): Patched {
  if (!isSnapshot(data) || !('cards' in data)) return { data, stale: true }
  const record = data as CustomerRecord
  const own = newTo(record, events)
    .filter(isCustomerEvent)
    .filter((event) => event.data.customerId === record.id)
  return { data: own.reduce(patchCustomer, record), stale: false }
}

function patchFound(data: unknown, events: readonly StreamEvent[]): Patched {
  if (!isSnapshot(data) || !('customer' in data)) return { data, stale: true }
  let found = data as PhoneLookup
  // A programme may have another name, an enrolment another card: neither event says what a look-up shows of it.
  let stale = tells(found, events, (event) => !isCustomerEvent(event))
  for (const event of newTo(found, events).filter(isCustomerEvent)) {
    const after = patchLookup(found, event)
    if (after === null) stale = true
    else found = after
  }
  return { data: found, stale }
}

function patchList<Row>(data: unknown, patch: (pages: readonly Page<Row>[]) => PatchedPages<Row>): Patched {
  if (!isPages(data) && !isPage(data)) return { data, stale: true }
  const pages = (isPages(data) ? data.pages : [data]) as readonly Page<Row>[]
  const { pages: patched, stale } = patch(pages)
  if (patched.every((page, index) => page === pages[index])) return { data, stale }
  return { data: isPages(data) ? { ...data, pages: patched } : patched[0], stale }
}

/** Whether one of the events is news to any part of the data, and of the kind in question. */
function tells(data: unknown, events: readonly StreamEvent[], inQuestion: (event: StreamEvent) => boolean): boolean {
  const asked = events.filter(inQuestion)
  const snapshots = snapshotsOf(data)
  if (snapshots.length === 0) return asked.length > 0
  return snapshots.some((snapshot) => newTo(snapshot, asked).length > 0)
}

function isPages(data: unknown): data is { readonly pages: readonly unknown[] } {
  return typeof data === 'object' && data !== null && Array.isArray((data as { pages?: unknown }).pages)
}

function isPage(data: unknown): data is Page<unknown> {
  return isSnapshot(data) && Array.isArray((data as { items?: unknown }).items)
}

function isSnapshot(data: unknown): data is Snapshot {
  return typeof data === 'object' && data !== null && typeof (data as { cursor?: unknown }).cursor === 'string'
}
