import type { Enrolment } from '@loyalty-live/client/query'
import { readOpenCustomer, type OpenCustomerSearch } from '../customer/open-customer.ts'

export const enrolmentStatuses = ['pending', 'active', 'declined', 'cancelled'] as const satisfies Enrolment['status'][]

/** What the address of the enrolments page says. Without a status: the pending ones. */
export type EnrolmentsSearch = OpenCustomerSearch & { readonly status?: Exclude<Enrolment['status'], 'pending'> }

export function readEnrolmentsSearch(search: Record<string, unknown>): EnrolmentsSearch {
  const status = enrolmentStatuses.find((known) => known === search['status'])
  return { ...readOpenCustomer(search), ...(status === undefined || status === 'pending' ? {} : { status }) }
}
