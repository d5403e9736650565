import {
  queryKeys,
  type Adjustment,
  type Enrolment,
  type EnrolmentStatus,
  type Page,
  type Scan,
} from '@loyalty-live/client/query'
import { queryOptions } from '@tanstack/react-query'
import type { SessionKeeper } from '../session/session.ts'
import { ASK_AGAIN_MS } from './admin-queries.ts'
import { pages } from './queries.ts'
import type { Settings } from './shapes.ts'

/** What is read of enrolments, scans and adjustments, and of how a business works. */

type Ask = SessionKeeper['ask']

const ROWS_PER_PAGE = 100
const RECENT_SCANS = 50
const RECENT_ADJUSTMENTS = 5

export const enrolmentsQuery = (ask: Ask, tenant: string, status: Enrolment['status']) =>
  pages<Enrolment>(ask, queryKeys.enrolments(tenant, { status }), '/api/admin/enrolments', {
    status,
    limit: ROWS_PER_PAGE,
  })

/** Where a customer stands in each programme. */
export const enrolmentStatusQuery = (ask: Ask, tenant: string, customerId: string) =>
  queryOptions({
    queryKey: queryKeys.enrolments(tenant, { customerId, each: 'program' }),
    queryFn: ({ signal }) => ask<EnrolmentStatus>(`/api/admin/enrolments/status?customerId=${customerId}`, { signal }),
  })

export const scansQuery = (ask: Ask, tenant: string) =>
  pages<Scan>(ask, queryKeys.scans(tenant, {}), '/api/admin/qr-scans', { limit: RECENT_SCANS })

/** The last few of a customer. */
export const adjustmentsQuery = (ask: Ask, tenant: string, customerId: string) =>
  queryOptions({
    queryKey: queryKeys.adjustments(tenant, { customerId }),
    queryFn: ({ signal }) =>
      ask<Page<Adjustment>>(`/api/admin/adjustments?customerId=${customerId}&limit=${RECENT_ADJUSTMENTS}`, { signal }),
  })

/** They are not on the stream, so they are asked for now and then while somebody looks. */
export const settingsQuery = (ask: Ask, tenant: string) =>
  queryOptions({
    queryKey: [...queryKeys.tenant(tenant), 'settings'],
    queryFn: ({ signal }) => ask<Settings>('/api/admin/settings', { signal }),
    refetchInterval: ASK_AGAIN_MS,
    refetchOnWindowFocus: true,
  })
