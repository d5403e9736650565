import type { Random } from '../../scripts/random.ts'
import type { KnownBooking } from './booking-book.ts'

/** `customerId`: null for somebody who is no member. */
export type Payer = { readonly customerId: string | null; readonly phone: string }

/** Who pays, and for which booking; null for none. */
export type Purchase = Payer & { readonly bookingId: string | null }

const FOR_A_BOOKING = 0.5

/** Whoever comes next to pay: half of them for a booking, then it is who booked. */
export function nextPurchase(payers: readonly Payer[], bookings: readonly KnownBooking[], random: Random): Purchase {
  if (bookings.length === 0 || !random.chance(FOR_A_BOOKING)) return { ...random.pick(payers), bookingId: null }
  const { id: bookingId, customerId } = random.pick(bookings)
  return { ...payers.find((payer) => payer.customerId === customerId)!, bookingId }
}
