import { queryKeys, type Booking, type ListParams, type Page, type Snapshot } from '@loyalty-live/client/query'
import { queryOptions } from '@tanstack/react-query'
import type { SessionKeeper } from '../session/session.ts'
import { ASK_AGAIN_MS } from './admin-queries.ts'
import type { Payment, PaymentDetail, PaymentProvider, RefusedCallbacks } from './payment-shapes.ts'
import { pages } from './queries.ts'

/** What is read of bookings and payments. */

type Ask = SessionKeeper['ask']

const ROWS_PER_PAGE = 100
const OF_A_DAY_MAX = 500

export const bookingsQuery = (ask: Ask, tenant: string, params: ListParams) =>
  pages<Booking>(ask, queryKeys.bookings(tenant, params), '/api/admin/bookings', { ...params, limit: ROWS_PER_PAGE })

/** All of one day, as the clocks of the business have it. */
export const dayQuery = (ask: Ask, tenant: string, day: string) =>
  queryOptions({
    queryKey: queryKeys.bookings(tenant, { day }),
    queryFn: ({ signal }) =>
      ask<Page<Booking>>(`/api/admin/bookings?from=${day}&to=${day}&order=asc&limit=${OF_A_DAY_MAX}`, { signal }),
  })

export const bookingQuery = (ask: Ask, tenant: string, id: string) =>
  queryOptions({
    queryKey: queryKeys.bookings(tenant, { id }),
    queryFn: ({ signal }) => ask<Booking & Snapshot>(`/api/admin/bookings/${id}`, { signal }),
  })

export const paymentsQuery = (ask: Ask, tenant: string, params: ListParams) =>
  pages<Payment>(ask, queryKeys.payments(tenant, params), '/api/admin/payments', { ...params, limit: ROWS_PER_PAGE })

export const paymentQuery = (ask: Ask, tenant: string, id: string) =>
  queryOptions({
    queryKey: queryKeys.payments(tenant, { id }),
    queryFn: ({ signal }) => ask<PaymentDetail>(`/api/admin/payments/${id}`, { signal }),
  })

/** Refused callbacks change nothing, so they are not on the stream: they are asked for now and then while somebody looks. */
export const refusalsQuery = (ask: Ask, tenant: string) =>
  queryOptions({
    queryKey: [...queryKeys.tenant(tenant), 'refusals'],
    queryFn: ({ signal }) => ask<Page<RefusedCallbacks>>('/api/admin/payments/refusals?limit=100', { signal }),
    refetchInterval: ASK_AGAIN_MS,
    refetchOnWindowFocus: true,
  })

export const providersQuery = (ask: Ask, tenant: string) =>
  queryOptions({
    queryKey: [...queryKeys.tenant(tenant), 'providers'],
    queryFn: ({ signal }) => ask<Page<PaymentProvider>>('/api/admin/payment-providers', { signal }),
  })
