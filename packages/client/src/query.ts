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
  Customer,
  CustomerCard,
  CustomerRecord,
  Enrolment,
  EnrolmentStatus,
  Page,
  Pages,
  PhoneLookup,
  Program,
  Scan,
  Snapshot,
  Transaction,
  VipCandidate,
} from './query/snapshots.ts'
export type { Activity } from '@loyalty-live/events/activity'
