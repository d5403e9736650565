export { bindQueryClient, type BindOptions, type BridgedClient } from './query/bind.ts'
export {
  queryKeys,
  type ActivityParams,
  type CustomerSort,
  type CustomersParams,
  type ListParams,
  type Resource,
  type ResourceKey,
  type TransactionsParams,
} from './query/keys.ts'
export type { Patch, Patched } from './query/patch.ts'
export type { Patches } from './query/rules.ts'
export type {
  Adjustment,
  Booking,
  Customer,
  CustomerCard,
  CustomerRecord,
  Dashboard,
  DashboardPeriod,
  Enrolment,
  EnrolmentStatus,
  Money,
  Page,
  Pages,
  PhoneLookup,
  Program,
  RecentPayment,
  Scan,
  Snapshot,
  Transaction,
  VipCandidate,
} from './query/snapshots.ts'
export type { Activity } from '@loyalty-live/events/activity'
