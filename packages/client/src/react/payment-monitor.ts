import type { Page, RecentPayment } from '../query/snapshots.ts'
import { useLivePayments } from './live-payments.ts'
import { useLiveSnapshot } from './use-live-snapshot.ts'

const PAYMENTS_MAX = 100
const NONE: readonly RecentPayment[] = []

export type PaymentMonitor = {
  /** The customer's payments, the newest first, each as the last event left it. */
  readonly payments: readonly RecentPayment[]
  /** Those that their provider has not settled yet. */
  readonly pending: readonly RecentPayment[]
  /** Whether all of them are settled; false as long as nothing has been read. */
  readonly isSettled: boolean
  /** Why the last read failed; null when it did not. */
  readonly error: unknown
  readonly refresh: () => void
}

/**
 * Payments of one customer until they are settled: for a till that has sent a request to somebody's phone, and waits.
 *
 * @param load asks `GET /api/admin/payments?customerId=`
 */
export function useClientPaymentMonitor(
  customerId: string,
  load: (customerId: string, signal: AbortSignal) => Promise<Page<RecentPayment>>,
): PaymentMonitor {
  const isTheirs = (payment: { readonly customerId: string | null }) => payment.customerId === customerId
  const { data, error, refresh } = useLiveSnapshot(
    customerId,
    (signal) => load(customerId, signal),
    ({ type, data: changed }) => type === 'payment_recorded' && isTheirs(changed),
  )
  const known = useLivePayments(data?.items ?? NONE, isTheirs, PAYMENTS_MAX)
  // What was heard of the customer who was watched before is not theirs.
  const payments = known.filter(isTheirs)
  const pending = payments.filter(({ status }) => status === 'pending')
  return { payments, pending, isSettled: data !== null && pending.length === 0, error, refresh }
}
