import type { Scan } from '@loyalty-live/client/query'

/** Answers of the API that are no snapshots; the snapshots are those of `@loyalty-live/client/query`. */

export type Role = 'owner' | 'admin' | 'cashier' | 'terminal'

export type User = {
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly tenant: string
  readonly tenantName: string
}

export type Session<Who = User> = {
  readonly token: string
  readonly expiresAt: string
  readonly refreshToken: string
  readonly user: Who
}

export type PointsChange = {
  readonly transactionId: string
  readonly cardId: string
  readonly pointsChange: number
  readonly balance: number
  readonly earned: number
  readonly redeemed: number
  readonly cardVersion: number
  readonly cursor: string
}

/** Row of `GET /api/admin/terminals`. */
export type Terminal = {
  readonly id: string
  readonly name: string
  readonly createdAt: string
  readonly revokedAt: string | null
}

/** Answer to creating one: the key is in it, and nowhere else, ever. */
export type CreatedTerminal = Terminal & { readonly key: string }

/** Row of `GET /api/admin/staff`. */
export type StaffMember = {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly role: Exclude<Role, 'terminal'>
  readonly createdAt: string
  readonly revokedAt: string | null
}

/** `GET /api/admin/settings`. */
export type Settings = {
  readonly name: string
  /** ISO 3166-1 alpha-2. */
  readonly defaultCountry: string
  /** ISO 4217. */
  readonly currency: string
  /** IANA name. */
  readonly timeZone: string
  readonly adjustmentsNeedApproval: boolean
  readonly version: number
}

/** `POST /api/admin/qr-scans`: what the scan did, and the card as it left it; no card for who is not enrolled. */
export type ScanAnswer = Scan & {
  readonly card: Pick<PointsChange, 'balance' | 'earned' | 'redeemed'> | null
}
