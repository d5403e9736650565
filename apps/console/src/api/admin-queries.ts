import {
  queryKeys,
  type ActivityParams,
  type Customer,
  type Program,
  type VipCandidate,
} from '@loyalty-live/client/query'
import type { Activity } from '@loyalty-live/events/activity'
import { infiniteQueryOptions } from '@tanstack/react-query'
import type { SessionKeeper } from '../session/session.ts'
import { pages } from './queries.ts'
import type { StaffMember, Terminal } from './shapes.ts'

/** What the pages of the back office read. */

type Ask = SessionKeeper['ask']

const ROWS_PER_PAGE = 100
/** What is not on the stream, such as who signs in and with what, is asked for this often while somebody looks. */
export const ASK_AGAIN_MS = 10_000

export const vipQuery = (ask: Ask, tenant: string) =>
  pages<Customer>(ask, queryKeys.vip(tenant, {}), '/api/admin/vip', { limit: ROWS_PER_PAGE })

export const vipCandidatesQuery = (ask: Ask, tenant: string) =>
  pages<VipCandidate>(ask, queryKeys.vipCandidates(tenant, {}), '/api/admin/vip/candidates', { limit: ROWS_PER_PAGE })

export const activityQuery = (ask: Ask, tenant: string, params: ActivityParams) =>
  pages<Activity>(ask, queryKeys.activity(tenant, params), '/api/admin/activity', { ...params, limit: ROWS_PER_PAGE })

export const programPagesQuery = (ask: Ask, tenant: string) =>
  pages<Program>(ask, queryKeys.programs(tenant, { limit: ROWS_PER_PAGE }), '/api/admin/programs', {
    limit: ROWS_PER_PAGE,
  })

export const terminalsQuery = (ask: Ask, tenant: string) => asked<Terminal>(ask, tenant, 'terminals')
export const staffQuery = (ask: Ask, tenant: string) => asked<StaffMember>(ask, tenant, 'staff')

function asked<Row>(ask: Ask, tenant: string, what: 'terminals' | 'staff') {
  return infiniteQueryOptions({
    ...pages<Row>(ask, queryKeys[what](tenant, {}), `/api/admin/${what}`, { limit: 500 }),
    refetchInterval: ASK_AGAIN_MS,
    refetchOnWindowFocus: true,
  })
}
