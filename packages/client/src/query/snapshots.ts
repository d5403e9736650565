import type { EventData, TransactionType } from '@loyalty-live/events'

/** A page of any list. `cursor` is the stream position that it reflects, `nextCursor` where the next page starts. */
export type Page<Row> = {
  readonly items: readonly Row[]
  readonly nextCursor: string | null
  readonly cursor: string
}

/** Several pages, as an infinite query keeps them. */
export type Pages<Row> = { readonly pages: readonly Page<Row>[]; readonly pageParams: readonly unknown[] }

/** A record or a page: whatever was read at one position of the stream. */
export type Snapshot = { readonly cursor: string }

export type CustomerCard = {
  readonly id: string
  readonly programId: string
  readonly balance: number
  readonly earned: number
  readonly redeemed: number
  readonly version: number
}

/** Row of `GET /api/admin/customers` and of `…/vip`. `points`, `earned` and `redeemed` are sums over the cards. */
export type Customer = {
  readonly id: string
  readonly phone: string
  readonly displayName: string
  readonly vip: boolean
  readonly vipSince: string | null
  readonly version: number
  readonly points: number
  readonly earned: number
  readonly redeemed: number
  readonly lastActivityAt: string | null
  readonly createdAt: string
  readonly cards: readonly CustomerCard[]
}

/** `GET /api/admin/customers/:id`. */
export type CustomerRecord = Customer & Snapshot

/** Row of `GET /api/admin/vip/candidates`. */
export type VipCandidate = Customer & { readonly bookings: number; readonly lastBookingAt: string }

/** `GET /api/loyalty/phone-lookup`. */
export type PhoneLookup = Snapshot & {
  readonly customer: { readonly id: string; readonly phone: string; readonly name: string }
  readonly member: { readonly displayName: string; readonly vip: boolean; readonly version: number }
  readonly cards: readonly (CustomerCard & { readonly programName: string })[]
}

/** Who did it, as the record keeps them. */
type RecordedActor = { readonly type: string; readonly id: string; readonly name: string | null }

/** Row of `GET /api/loyalty/transactions`. */
export type Transaction = {
  readonly id: string
  readonly cardId: string
  readonly cardVersion: number
  readonly customerId: string
  readonly customerName: string
  readonly programId: string
  readonly type: TransactionType
  /** Signed. */
  readonly points: number
  readonly balanceAfter: number
  readonly reason: string | null
  readonly orderId: string | null
  readonly reverses: string | null
  readonly reversedBy: string | null
  readonly actor: RecordedActor
  readonly createdAt: string
}

/** Who and what a row of the lists below is about. */
type CustomerAndProgram = {
  readonly customerId: string
  readonly customerPhone: string
  readonly customerName: string
  readonly programId: string
  readonly programName: string
}

/** Row of `GET /api/admin/enrolments`. */
export type Enrolment = CustomerAndProgram & {
  readonly id: string
  readonly status: EventData<'enrolment_updated'>['status']
  readonly method: EventData<'enrolment_updated'>['method']
  /** Of an active enrolment. */
  readonly cardId: string | null
  readonly version: number
  /** Who asked; null when nobody knows any more. */
  readonly actor: RecordedActor | null
  readonly requestedAt: string
  readonly decidedAt: string | null
}

/** `GET /api/admin/enrolments/status`: each programme, with the customer's last enrolment in it. */
export type EnrolmentStatus = Snapshot & {
  readonly items: readonly {
    readonly programId: string
    readonly programName: string
    /** Whether the programme takes enrolments. */
    readonly active: boolean
    readonly enrolment: Enrolment | null
  }[]
}

/** Row of `GET /api/admin/qr-scans`. */
export type Scan = CustomerAndProgram & {
  readonly id: string
  readonly outcome: EventData<'qr_scanned'>['outcome']
  readonly pointsAwarded: number | null
  readonly enrolmentId: string | null
  readonly transactionId: string | null
  readonly actor: RecordedActor
  readonly scannedAt: string
}

/** Row of `GET /api/admin/adjustments`. */
export type Adjustment = CustomerAndProgram & {
  readonly id: string
  /** Signed. */
  readonly points: number
  readonly reason: string
  readonly status: EventData<'adjustment_updated'>['status']
  readonly transactionId: string | null
  readonly version: number
  readonly actor: RecordedActor
  readonly createdAt: string
  readonly expiresAt: string | null
  readonly decidedAt: string | null
}

/** Row of `GET /api/admin/programs`. */
export type Program = {
  readonly id: string
  readonly name: string
  readonly active: boolean
  readonly isDefault: boolean
  readonly rules: {
    readonly pointsPerScan: number
    readonly pointsPerCurrencyUnit: number
    readonly welcomeBonus: number
    readonly debtPolicy: 'refuse' | 'allow'
  }
  readonly version: number
  readonly createdAt: string
}
