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

type PaymentData = EventData<'payment_recorded'>
type BookingData = EventData<'booking_updated'>

/** Row of `GET /api/admin/bookings`. */
export type Booking = Pick<BookingData, 'status' | 'paymentStatus' | 'startsAt' | 'amountMinor' | 'currency'> & {
  readonly id: string
  readonly customerId: string | null
  readonly customerPhone: string | null
  readonly customerName: string | null
  /** What came in for it and has not gone back. */
  readonly paidMinor: number
  readonly note: string | null
  readonly version: number
  readonly createdAt: string
}

export type DashboardPeriod = 'today' | '7d' | '30d' | '90d' | '365d'

/** Money of one currency, in minor units: what came in, what went back, and the difference. */
export type Money = {
  readonly payments: number
  readonly receivedMinor: number
  readonly refunds: number
  readonly refundedMinor: number
  readonly revenueMinor: number
}

type ClientCounts = { readonly total: number; readonly new: number; readonly returning: number }
type BookingCounts = {
  readonly booked: number
  readonly completed: number
  readonly cancelled: number
  readonly noShow: number
}
type PointSums = { readonly entries: number; readonly issued: number; readonly redeemed: number }

/** A payment as the dashboard lists it. */
export type RecentPayment = Pick<
  PaymentData,
  'provider' | 'status' | 'amountMinor' | 'currency' | 'customerId' | 'customerName' | 'bookingId'
> & {
  readonly id: string
  readonly version: number
  readonly refundedMinor: number
  readonly pointsAwarded: number
  /** ISO 8601. */
  readonly paidAt: string | null
}

/** `GET /api/admin/dashboard`: a period that ends today, and `previous`, as many days before it. */
export type Dashboard = Snapshot & {
  readonly period: DashboardPeriod
  /** IANA name: where the days begin. */
  readonly timeZone: string
  /** `YYYY-MM-DD`. */
  readonly from: string
  readonly to: string
  /** By currency; never added up across currencies. */
  readonly revenue: readonly (Money & {
    readonly currency: string
    readonly providers: readonly (Money & { readonly provider: PaymentData['provider'] })[]
    readonly previous: Money
  })[]
  readonly clients: ClientCounts & { readonly previous: ClientCounts }
  readonly bookings: BookingCounts & { readonly upcoming: number; readonly previous: BookingCounts }
  readonly points: PointSums & { readonly outstanding: number; readonly previous: PointSums }
  /** By the day; of today by the hour. */
  readonly series: readonly (PointSums & {
    readonly day: string
    readonly hour: number | null
    readonly revenue: readonly { readonly currency: string; readonly payments: number; readonly revenueMinor: number }[]
  })[]
  /** Weekdays from 1, which is Monday. */
  readonly busiestHours: readonly {
    readonly weekday: number
    readonly hour: number
    readonly entries: number
    readonly payments: number
  }[]
  readonly recentPayments: readonly RecentPayment[]
}
