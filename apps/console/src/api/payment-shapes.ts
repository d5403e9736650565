import type { RecentPayment, Snapshot } from '@loyalty-live/client/query'

/** Those that tell us of payments themselves. */
export type ProviderName = 'paystack' | 'mpesa'

type RecordedActor = { readonly type: string; readonly id: string; readonly name: string | null }

/** Row of `GET /api/admin/payments`. */
export type Payment = RecentPayment & {
  readonly providerReference: string | null
  /** How it was paid: channel, receipt, checkoutUrl, … */
  readonly detail: Readonly<Record<string, string>>
  readonly failure: string | null
  readonly customerPhone: string | null
  readonly pointsReversed: number
  readonly note: string | null
  readonly actor: RecordedActor
  readonly createdAt: string
}

export type Refund = {
  readonly id: string
  readonly status: 'waiting' | 'applied' | 'refused'
  readonly amountMinor: number
  readonly currency: string
  readonly reason: string | null
  readonly pointsTaken: number
  readonly pointsMissing: number
  readonly actor: RecordedActor
  readonly createdAt: string
}

/** `GET /api/admin/payments/:id`. */
export type PaymentDetail = Payment &
  Snapshot & {
    readonly refunds: readonly Refund[]
    readonly callbacks: readonly {
      readonly id: string
      readonly outcome: 'applied' | 'waiting' | 'ignored' | 'refused'
      readonly receivedAt: string
      /** Byte for byte what the provider sent. */
      readonly raw: string
    }[]
  }

/** Row of `GET /api/admin/payments/refusals`. */
export type RefusedCallbacks = {
  readonly provider: ProviderName
  readonly day: string
  readonly reason: string
  readonly times: number
  readonly lastAt: string
}

/** Row of `GET /api/admin/payment-providers`. */
export type PaymentProvider = {
  readonly provider: ProviderName
  readonly configured: boolean
  readonly canStart: boolean
  /** A secret in it is masked. */
  readonly webhookUrl: string
  readonly settings: { readonly shortcode?: string }
  /** The last characters of each secret. */
  readonly hints: Readonly<Record<string, string>>
}
