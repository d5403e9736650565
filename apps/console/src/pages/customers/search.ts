import type { CustomerSort, CustomersParams } from '@loyalty-live/client/query'

/** What the address says: a list that was searched and sorted can be sent to somebody, and Back closes the dialog. */
export type CustomersSearch = {
  readonly search?: string
  readonly vip?: true
  readonly sort?: CustomerSort
  readonly order?: 'asc' | 'desc'
  /** Whose dialog is open. */
  readonly customer?: string
}

export type SortBy = { readonly sort: CustomerSort; readonly order: 'asc' | 'desc' }

/** What one can choose to sort by, in the order of the columns. */
export const sortColumns = ['name', 'points', 'earned', 'redeemed', 'lastActivity'] as const satisfies CustomerSort[]

const SORTS: readonly CustomerSort[] = ['name', 'points', 'earned', 'redeemed', 'lastActivity', 'created']

/** Reads the address; what it does not know, it leaves out. */
export function readCustomersSearch(given: Record<string, unknown>): CustomersSearch {
  const { search, vip, sort, order, customer } = given
  const knownSort = SORTS.find((candidate) => candidate === sort)
  return {
    // The router has read "123" as a number: it looks like JSON.
    ...(typeof search === 'string' || typeof search === 'number' ? { search: String(search) } : {}),
    ...(vip === true ? { vip } : {}),
    ...(knownSort ? { sort: knownSort } : {}),
    ...(order === 'asc' || order === 'desc' ? { order } : {}),
    ...(typeof customer === 'string' ? { customer } : {}),
  }
}

/** What is asked of the API. */
export function toParams({ search, vip, sort = 'name', order = 'asc' }: CustomersSearch): CustomersParams {
  const text = search?.trim()
  return { sort, order, ...(text ? { search: text } : {}), ...(vip ? { vip } : {}) }
}

/** The order after a click on a column: names begin with A, figures and times with the largest. */
export function nextOrder({ sort = 'name', order = 'asc' }: CustomersSearch, column: CustomerSort): SortBy {
  if (sort === column) return { sort: column, order: order === 'asc' ? 'desc' : 'asc' }
  return { sort: column, order: column === 'name' ? 'asc' : 'desc' }
}
