import { encodePageKey } from '../../services/api/src/http/paging.ts'
import { customerId, phoneOf, type Population } from '../database/population.ts'

/** As long as the shortest list of the smallest database: a fuller page costs more, which would look like growth. */
const LIMIT = 10
/** History is a year long: this is its middle. */
const HALF_A_YEAR_MS = 182 * 24 * 60 * 60_000

export const pageNames = [
  'look-up',
  'customers',
  'customersDeep',
  'customersByPoints',
  'ledger',
  'ledgerDeep',
  'ledgerOfOne',
] as const

export type PageName = (typeof pageNames)[number]

export const pageLabels: Readonly<Record<PageName, string>> = {
  'look-up': 'look-up at the till',
  customers: 'customers by name, first page',
  customersDeep: 'customers by name, from the middle',
  customersByPoints: 'customers by points, first page',
  ledger: 'transactions, first page',
  ledgerDeep: 'transactions, from the middle',
  ledgerOfOne: 'transactions of one customer',
}

/** Where a page of a tenant is; of any member of it, where it is of one. */
export function pagePath(name: PageName, population: Population, tenant: number): string {
  const { membersPerTenant } = population
  const member = Math.floor(Math.random() * membersPerTenant)
  const anyone = tenant * membersPerTenant + member
  const middle = tenant * membersPerTenant + (membersPerTenant >> 1)
  switch (name) {
    case 'look-up':
      return `/api/loyalty/phone-lookup?phone=${encodeURIComponent(phoneOf(population, tenant, member))}`
    case 'customers':
      return `/api/admin/customers?limit=${LIMIT}`
    case 'customersDeep':
      return `/api/admin/customers?limit=${LIMIT}&pageAfter=${encodePageKey([`member ${middle}`, customerId(middle)])}`
    case 'customersByPoints':
      return `/api/admin/customers?limit=${LIMIT}&sort=points&order=desc`
    case 'ledger':
      return `/api/loyalty/transactions?limit=${LIMIT}`
    case 'ledgerDeep':
      return `/api/loyalty/transactions?limit=${LIMIT}&pageAfter=${encodePageKey([firstIdOf(Date.now() - HALF_A_YEAR_MS)])}`
    case 'ledgerOfOne':
      return `/api/loyalty/transactions?limit=${LIMIT}&customerId=${customerId(anyone)}`
  }
}

/** The lowest UUIDv7 of a millisecond. */
function firstIdOf(ms: number): string {
  const hex = ms.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}
