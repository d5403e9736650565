import type { EventType, TransactionType } from '@loyalty-live/events'

const resources = [
  'activity',
  'adjustments',
  'bookings',
  'customer',
  'customers',
  'dashboard',
  'enrolments',
  'lookup',
  'notifications',
  'payments',
  'programs',
  'staff',
  'terminals',
  'transactions',
  'vip',
  'vipCandidates',
] as const

/** What the API has snapshots of; the third part of every query key. */
export type Resource = (typeof resources)[number]

export type CustomerSort = 'name' | 'points' | 'earned' | 'redeemed' | 'lastActivity' | 'created'

/** Query of `GET /api/admin/customers`. */
export type CustomersParams = {
  readonly search?: string | undefined
  readonly vip?: boolean | undefined
  readonly sort?: CustomerSort | undefined
  readonly order?: 'asc' | 'desc' | undefined
  readonly limit?: number | undefined
}

/** Query of `GET /api/loyalty/transactions`. */
export type TransactionsParams = {
  readonly customerId?: string | undefined
  readonly cardId?: string | undefined
  readonly orderId?: string | undefined
  readonly type?: TransactionType | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly limit?: number | undefined
}

/** Query of `GET /api/admin/activity`. */
export type ActivityParams = {
  readonly type?: EventType | undefined
  readonly actorId?: string | undefined
  readonly customerId?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly limit?: number | undefined
}

/** Query of a list that the bridge reads again whatever is asked for, so that any filter will do. */
export type ListParams = Readonly<Record<string, string | number | boolean | undefined>>

export type ResourceKey = readonly ['loyalty', tenant: string, resource: Resource, ...rest: readonly unknown[]]

/**
 * The one spelling of query keys: whoever asks by these is kept fresh by `bindQueryClient`. A list without its params is the
 * beginning of all of its keys, for invalidating every variant of it.
 */
export const queryKeys = {
  all: ['loyalty'] as const,
  tenant: (tenant: string) => ['loyalty', tenant] as const,
  customers: (tenant: string, params?: CustomersParams) => key(tenant, 'customers', params),
  customer: (tenant: string, id: string) => key(tenant, 'customer', id),
  transactions: (tenant: string, params?: TransactionsParams) => key(tenant, 'transactions', params),
  lookup: (tenant: string, phone: string) => key(tenant, 'lookup', phone),
  vip: (tenant: string, params?: ListParams) => key(tenant, 'vip', params),
  vipCandidates: (tenant: string, params?: ListParams) => key(tenant, 'vipCandidates', params),
  programs: (tenant: string, params?: ListParams) => key(tenant, 'programs', params),
  enrolments: (tenant: string, params?: ListParams) => key(tenant, 'enrolments', params),
  adjustments: (tenant: string, params?: ListParams) => key(tenant, 'adjustments', params),
  activity: (tenant: string, params?: ActivityParams) => key(tenant, 'activity', params),
  dashboard: (tenant: string, params?: ListParams) => key(tenant, 'dashboard', params),
  payments: (tenant: string, params?: ListParams) => key(tenant, 'payments', params),
  bookings: (tenant: string, params?: ListParams) => key(tenant, 'bookings', params),
  notifications: (tenant: string, params?: ListParams) => key(tenant, 'notifications', params),
  staff: (tenant: string, params?: ListParams) => key(tenant, 'staff', params),
  terminals: (tenant: string, params?: ListParams) => key(tenant, 'terminals', params),
} as const

function key(tenant: string, resource: Resource, of?: unknown): ResourceKey {
  return of === undefined ? ['loyalty', tenant, resource] : ['loyalty', tenant, resource, of]
}

/** Reads a key back; null when it is none of ours. */
export function readKey(
  queryKey: readonly unknown[],
): { readonly tenant: string; readonly resource: Resource; readonly of: unknown } | null {
  const [root, tenant, resource, of] = queryKey
  if (root !== queryKeys.all[0] || typeof tenant !== 'string') return null
  const known = resources.find((candidate) => candidate === resource)
  return known === undefined ? null : { tenant, resource: known, of }
}
