import type { StreamEvent } from '@loyalty-live/events'
import { useMemo, useState } from 'react'
import type { RecentPayment } from '../query/snapshots.ts'
import { useLoyaltyEvents } from './live.ts'

/**
 * Payments that were read, as the stream has changed them since: new ones on top, the newer state of each.
 *
 * @param wanted which of the events are of this list
 * @param max how many are kept
 */
export function useLivePayments(
  read: readonly RecentPayment[],
  wanted: (payment: RecentPayment) => boolean,
  max: number,
): readonly RecentPayment[] {
  const [heard, setHeard] = useState<readonly RecentPayment[]>([])
  useLoyaltyEvents('payment_recorded', (event) => {
    const payment = paymentOf(event)
    if (wanted(payment)) setHeard((before) => mergePayments(before, [payment]).slice(0, max))
  })
  // What was heard belongs to a history that is no more.
  useLoyaltyEvents('reset', () => setHeard([]))
  return useMemo(() => mergePayments(read, heard).slice(0, max), [read, heard, max])
}

/** What an event says of its payment. */
function paymentOf({ data, timestamp }: StreamEvent<'payment_recorded'>): RecentPayment {
  const { paymentId, provider, status, amountMinor, currency, customerId, customerName, bookingId } = data
  const cameIn = status === 'succeeded' || status === 'refunded'
  return {
    id: paymentId,
    version: data.paymentVersion ?? 1,
    provider,
    status,
    amountMinor,
    refundedMinor: data.refundedMinor ?? (status === 'refunded' ? amountMinor : 0),
    currency,
    customerId,
    customerName,
    bookingId,
    pointsAwarded: data.pointsAwarded ?? 0,
    // A refund tells the payment again: when it came in is known by then, or is about now.
    paidAt: cameIn ? timestamp : null,
  }
}

/** The newer state of each payment, where it stands among those that were held; others on top, as they come. */
function mergePayments(held: readonly RecentPayment[], others: readonly RecentPayment[]): readonly RecentPayment[] {
  const byId = new Map(others.map((payment) => [payment.id, payment]))
  const merged = held.map((payment) => {
    const other = byId.get(payment.id)
    byId.delete(payment.id)
    if (!other || other.version <= payment.version) return payment
    return { ...other, paidAt: payment.paidAt ?? other.paidAt }
  })
  return [...byId.values(), ...merged]
}
