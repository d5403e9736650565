import type { DashboardPeriod } from '@loyalty-live/client/query'
import { readOpenCustomer, type OpenCustomerSearch } from '../customer/open-customer.ts'

/** In the order in which they are offered. */
export const periods = ['today', '7d', '30d', '90d', '365d'] as const satisfies DashboardPeriod[]
export const DEFAULT_PERIOD = '7d'

/** What the address of the dashboard says. Without a period: a week. */
export type DashboardSearch = OpenCustomerSearch & { readonly period?: DashboardPeriod }

export function readDashboardSearch(search: Record<string, unknown>): DashboardSearch {
  const period = periods.find((known) => known === search['period'])
  return { ...readOpenCustomer(search), ...(period === undefined || period === DEFAULT_PERIOD ? {} : { period }) }
}
