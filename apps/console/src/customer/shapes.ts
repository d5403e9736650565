import type { TransactionType } from '@loyalty-live/events'

/** Answers of the API to a customer, as far as these screens use them. Times are ISO 8601. */

export type CustomerUser = { readonly id: string; readonly name: string; readonly role: 'customer' }

/** Where the stream of each business stood, by its id: `epoch:seq`. */
type Cursors = Readonly<Record<string, string>>

type OfProgram = {
  readonly tenant: string
  readonly tenantName: string
  readonly programId: string
  readonly programName: string
}

/** Item of `GET /api/me/cards`. */
export type Card = OfProgram & {
  readonly id: string
  readonly balance: number
  readonly earned: number
  readonly redeemed: number
  readonly version: number
}

/** `GET /api/me/cards`. */
export type Cards = { readonly items: readonly Card[]; readonly cursors: Cursors }

/** Item of `GET /api/me/transactions`. */
export type Entry = OfProgram & {
  readonly id: string
  readonly cardId: string
  readonly type: TransactionType
  /** Signed. */
  readonly points: number
  readonly balanceAfter: number
  readonly reason: string | null
  readonly orderId: string | null
  readonly createdAt: string
}

type NotificationKind =
  | 'scanned'
  | 'enrolment_request'
  | 'enrolled'
  | 'points_added'
  | 'points_deducted'
  | 'adjustment_request'

/** What became of what a notification asks. */
export type RequestStatus = 'pending' | 'active' | 'approved' | 'declined' | 'cancelled' | 'expired'

/** Item of `GET /api/me/notifications`. */
export type Notification = {
  readonly id: string
  readonly tenant: string
  readonly tenantName: string
  readonly kind: NotificationKind
  readonly programName: string | null
  /** Signed. */
  readonly points: number | null
  readonly reason: string | null
  readonly orderId: string | null
  readonly status: RequestStatus | null
  readonly expiresAt: string | null
  readonly createdAt: string
  readonly readAt: string | null
}

export type Page<Row> = { readonly items: readonly Row[]; readonly nextCursor: string | null }

/** `GET /api/me/notifications`. `unread` counts all, not this page. */
export type Notifications = Page<Notification> & { readonly unread: number }

/** `GET /api/me/qr`; times by the clock of the server. */
export type QrCode = {
  readonly qr: string
  readonly issuedAt: string
  readonly refreshAt: string
  readonly expiresAt: string
}
