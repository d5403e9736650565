import type { EventType, TransactionType } from '@loyalty-live/events'

/** Customers, and what is shown of them. */
export const customerResources = ['customers', 'customer', 'vip', 'vipCandidates', 'lookup', 'transactions'] as const
/** Their rows say how a customer and a programme are called. */
export const engagementResources = ['enrolments', 'adjustments', 'scans'] as const

const resources = [
  ...customerResources,
  ...engagementResources,
  'programs',
  'payments',
  'bookings',
  'dashboard',
  'activity',
  'notifications',
  'staff',
  'terminals',
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

export type ResourceKey = readonly ['loyalty', tenant: string, resource: Resource, params?: object | string]

/** What each resource is asked by. */
type Params = { readonly [R in Resource]: ListParams } & {
  readonly customers: CustomersParams
  readonly transactions: TransactionsParams
  readonly activity: ActivityParams
}
/** What is one record is asked by its id, or by a phone number. */
type RecordParams = { readonly customer: string; readonly lookup: string }

export type QueryKeys = {
  readonly all: readonly ['loyalty']
  readonly tenant: (tenant: string) => readonly ['loyalty', tenant: string]
} & { readonly [R in Exclude<Resource, keyof RecordParams>]: (tenant: string, params?: Params[R]) => ResourceKey } & {
  readonly [R in keyof RecordParams]: (tenant: string, of: RecordParams[R]) => ResourceKey
}

/**
 * The one spelling of query keys: whoever asks by these is kept fresh by `bindQueryClient`. A list without its params is the
 * beginning of all of its keys, for invalidating every variant of it.
 */
export const queryKeys = {
  all: ['loyalty'],
  tenant: (tenant: string) => ['loyalty', tenant],
  ...Object.fromEntries(
    resources.map((resource) => [
      resource,
      (tenant: string, of?: unknown) => ['loyalty', tenant, resource, of].filter((part) => part !== undefined),
    ]),
  ),
} as unknown as QueryKeys
