import {
  queryKeys,
  type Customer,
  type CustomerRecord,
  type CustomersParams,
  type Page,
  type PhoneLookup,
  type Program,
  type Transaction,
} from '@loyalty-live/client/query'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { SessionKeeper } from '../session/session.ts'

/** Everything that screens read, under the keys by which the live stream keeps it fresh. */

type Ask = SessionKeeper['ask']

const CUSTOMERS_PER_PAGE = 200
const CUSTOMERS_FOUND_MAX = 8
const TRANSACTIONS_PER_PAGE = 50

/** The first page of the whole list says how many there are. */
type CustomersPage = Page<Customer> & { readonly total?: number }

export const customersQuery = (ask: Ask, tenant: string, params: CustomersParams) =>
  pages<Customer, CustomersPage>(ask, queryKeys.customers(tenant, params), '/api/admin/customers', {
    ...params,
    limit: CUSTOMERS_PER_PAGE,
  })

/** The first few that fit what was typed. */
export const findCustomersQuery = (ask: Ask, tenant: string, search: string) => {
  const params = { search, limit: CUSTOMERS_FOUND_MAX }
  return queryOptions({
    queryKey: queryKeys.customers(tenant, params),
    queryFn: ({ signal }) => ask<Page<Customer>>(`/api/admin/customers?${toQuery(params)}`, { signal }),
  })
}

export const transactionsQuery = (ask: Ask, tenant: string, customerId: string) =>
  pages<Transaction>(ask, queryKeys.transactions(tenant, { customerId }), '/api/loyalty/transactions', {
    customerId,
    limit: TRANSACTIONS_PER_PAGE,
  })

export const customerQuery = (ask: Ask, tenant: string, id: string) =>
  queryOptions({
    queryKey: queryKeys.customer(tenant, id),
    queryFn: ({ signal }) => ask<CustomerRecord>(`/api/admin/customers/${id}`, { signal }),
  })

export const programsQuery = (ask: Ask, tenant: string) =>
  queryOptions({
    queryKey: queryKeys.programs(tenant, { limit: 500 }),
    queryFn: ({ signal }) => ask<Page<Program>>('/api/admin/programs?limit=500', { signal }),
  })

/** By phone as it was typed: the API finds the one customer whichever way that is. */
export const lookupQuery = (ask: Ask, tenant: string, phone: string) =>
  queryOptions({
    queryKey: queryKeys.lookup(tenant, phone),
    queryFn: ({ signal }) => ask<PhoneLookup>(`/api/loyalty/phone-lookup?${toQuery({ phone })}`, { signal }),
    // A till asks about the person who stands before it: never an earlier answer.
    staleTime: 0,
    gcTime: 0,
  })

/** A list in keyset pages, read as one scrolls. */
export function pages<Row, PageOf extends Page<Row> = Page<Row>>(
  ask: Ask,
  queryKey: ReturnType<typeof queryKeys.customers>,
  path: string,
  params: Readonly<Record<string, string | number | boolean | undefined>>,
) {
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ signal, pageParam }) =>
      ask<PageOf>(`${path}?${toQuery({ ...params, pageAfter: pageParam })}`, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
  })
}

function toQuery(params: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const given = Object.entries(params).filter((entry): entry is [string, string | number | boolean] => {
    return entry[1] !== undefined && entry[1] !== ''
  })
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
}
