import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { Actor, EventData } from '@loyalty-live/events'

/** Written by the database. */
type Made<T> = ColumnType<T, never, never>
type GeneratedDate = ColumnType<Date, Date | undefined, Date>

export type TenantSettings = {
  /** ISO 3166-1 alpha-2: how a number without a country code is read. */
  defaultCountry: string
  /** ISO 4217. */
  currency: string
  adjustmentsNeedApproval: boolean
  /** IANA name: where the tenant's days begin. Default UTC. */
  timeZone?: string
}

type TenantsTable = {
  id: string
  name: string
  settings: JSONColumnType<TenantSettings>
  /** Counted by a trigger. */
  version: Made<number>
  created_at: GeneratedDate
}

type StreamsTable = { tenant_id: string; epoch: number; head: number; last_at: Date }

type CustomersTable = { id: string; phone: string; name: string; created_at: GeneratedDate }

/** Kept by triggers of members. */
type MemberCountsTable = { tenant_id: string; members: Made<number> }

type MembersTable = {
  tenant_id: string
  customer_id: string
  phone: string
  display_name: string
  /** `display_name` in lower case, by the database. */
  sort_name: ColumnType<string, never, never>
  vip: Generated<boolean>
  vip_since: Date | null
  version: Generated<number>
  created_at: GeneratedDate
}

export type StaffRole = 'owner' | 'admin' | 'cashier'

type StaffTable = {
  tenant_id: string
  id: string
  email: string
  name: string
  role: StaffRole
  password_hash: string
  created_at: GeneratedDate
  revoked_at: Date | null
}

type TerminalsTable = {
  tenant_id: string
  id: string
  name: string
  key_hash: Buffer
  created_at: GeneratedDate
  revoked_at: Date | null
}

type RefreshTokensTable = {
  tenant_id: string
  token_hash: Buffer
  family: string
  kind: 'staff' | 'terminal'
  subject: string
  issued_at: GeneratedDate
  expires_at: Date
  used_at: Date | null
}

type RevocationsTable = { tenant_id: string; subject: string; revoked_at: GeneratedDate; until: Date }

type ProgramsTable = {
  tenant_id: string
  id: string
  name: string
  active: Generated<boolean>
  is_default: Generated<boolean>
  points_per_scan: Generated<number>
  points_per_currency_unit: Generated<number>
  welcome_bonus: Generated<number>
  debt_policy: Generated<'refuse' | 'allow'>
  version: Generated<number>
  created_at: GeneratedDate
}

type EnrolmentsTable = {
  tenant_id: string
  id: Generated<string>
  customer_id: string
  program_id: string
  status: 'pending' | 'active' | 'declined' | 'cancelled'
  method: 'scan' | 'manual'
  version: Generated<number>
  requested_at: GeneratedDate
  decided_at: Date | null
}

/** Read only: points move through apply_changes. */
type CardsTable = {
  tenant_id: Made<string>
  id: Made<string>
  customer_id: Made<string>
  program_id: Made<string>
  balance: Made<number>
  earned: Made<number>
  redeemed: Made<number>
  version: Made<number>
  created_at: Made<Date>
  updated_at: Made<Date>
}

/** Read only: points move through apply_changes. */
type EntriesTable = {
  tenant_id: Made<string>
  id: Made<string>
  card_id: Made<string>
  card_version: Made<number>
  customer_id: Made<string>
  program_id: Made<string>
  type: Made<string>
  points: Made<number>
  balance_after: Made<number>
  earned_after: Made<number>
  redeemed_after: Made<number>
  reason: Made<string | null>
  order_id: Made<string | null>
  reverses: Made<string | null>
  actor_type: Made<Actor['type']>
  actor_id: Made<string>
  actor_name: Made<string | null>
  idempotency_key: Made<string | null>
  request_hash: Made<Buffer | null>
  epoch: Made<number>
  seq: Made<number>
  created_at: Made<Date>
}

/** Read only: events are appended by append_event and apply_changes. */
type EventsTable = {
  tenant_id: Made<string>
  epoch: Made<number>
  seq: Made<number>
  id: Made<string>
  type: Made<string>
  version: Made<number>
  customer_id: Made<string | null>
  actor: Made<unknown>
  data: Made<unknown>
  created_at: Made<Date>
}

/** Read only, but for `read_at`: notifications are made by the functions that do what they tell of. */
type NotificationsTable = {
  tenant_id: Made<string>
  id: Made<string>
  customer_id: Made<string>
  kind: Made<EventData<'notification_created'>['kind']>
  program_id: Made<string | null>
  enrolment_id: Made<string | null>
  adjustment_id: Made<string | null>
  transaction_id: Made<string | null>
  points: Made<number | null>
  expires_at: Made<Date | null>
  created_at: Made<Date>
  read_at: ColumnType<Date | null, never, Date>
}

/** Read only: made by the function that scans. */
type QrScansTable = {
  tenant_id: Made<string>
  id: Made<string>
  customer_id: Made<string>
  program_id: Made<string>
  outcome: Made<EventData<'qr_scanned'>['outcome']>
  scanned_at: Made<Date>
}

/** Read only: proposed and decided by functions. */
type AdjustmentsTable = {
  tenant_id: Made<string>
  id: Made<string>
  customer_id: Made<string>
  program_id: Made<string>
  points: Made<number>
  reason: Made<string>
  status: Made<EventData<'adjustment_updated'>['status']>
  transaction_id: Made<string | null>
  expires_at: Made<Date | null>
}

type CustomerRefreshTokensTable = {
  customer_id: string
  token_hash: Buffer
  family: string
  issued_at: GeneratedDate
  expires_at: Date
  used_at: Date | null
}

/** Read only: made and changed by functions. */
type BookingsTable = {
  tenant_id: Made<string>
  id: Made<string>
  customer_id: Made<string | null>
  status: Made<EventData<'booking_updated'>['status']>
  payment_status: Made<EventData<'booking_updated'>['paymentStatus']>
  starts_at: Made<Date>
  amount_minor: Made<number>
  currency: Made<string>
  note: Made<string | null>
  version: Made<number>
  created_at: Made<Date>
}

type PaymentProvidersTable = {
  tenant_id: string
  provider: 'paystack' | 'mpesa'
  settings: ColumnType<Readonly<Record<string, unknown>>, string, string>
  sealed: Buffer
  key_id: string
  hints: ColumnType<Readonly<Record<string, string>>, string, string>
  version: Generated<number>
  updated_at: GeneratedDate
}

/** Read only: payments are written by the functions that settle them. */
type PaymentsTable = {
  tenant_id: Made<string>
  id: Made<string>
  provider: Made<EventData<'payment_recorded'>['provider']>
  provider_reference: Made<string | null>
  amount_minor: Made<number>
  currency: Made<string>
  refunded_minor: Made<number>
  status: Made<EventData<'payment_recorded'>['status']>
  customer_id: Made<string | null>
  booking_id: Made<string | null>
  points_awarded: Made<number>
  paid_at: Made<Date | null>
  created_at: Made<Date>
  start_answer: Made<{ readonly answer: Record<string, unknown>; readonly head: string } | null>
}

/** Read only. */
type PaymentRefundsTable = {
  tenant_id: Made<string>
  id: Made<string>
  payment_id: Made<string | null>
  status: Made<'waiting' | 'applied' | 'refused'>
  amount_minor: Made<number>
  currency: Made<string>
  applied_at: Made<Date | null>
}

/** Read only. */
type ProviderCallbacksTable = {
  tenant_id: Made<string>
  id: Made<string>
  payment_id: Made<string | null>
  outcome: Made<'applied' | 'waiting' | 'ignored' | 'refused'>
  raw: Made<Buffer>
  received_at: Made<Date>
}

/** The schema as queries see it; migrations/schema.sql is the schema as PostgreSQL has it. */
export type Database = {
  tenants: TenantsTable
  streams: StreamsTable
  customers: CustomersTable
  members: MembersTable
  member_counts: MemberCountsTable
  staff: StaffTable
  terminals: TerminalsTable
  refresh_tokens: RefreshTokensTable
  revocations: RevocationsTable
  programs: ProgramsTable
  enrolments: EnrolmentsTable
  cards: CardsTable
  entries: EntriesTable
  events: EventsTable
  bookings: BookingsTable
  notifications: NotificationsTable
  qr_scans: QrScansTable
  adjustments: AdjustmentsTable
  customer_refresh_tokens: CustomerRefreshTokensTable
  payment_providers: PaymentProvidersTable
  payments: PaymentsTable
  payment_refunds: PaymentRefundsTable
  provider_callbacks: ProviderCallbacksTable
}
