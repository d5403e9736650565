import type { Payment } from '../api/payment-shapes.ts'

/** In the order in which they are offered. */
export const WAYS = [
  'cash',
  'card',
  'mpesa',
  'paystack',
  'bank_transfer',
  'other',
] as const satisfies Payment['provider'][]

/** A payment that somebody is about to take. */
export type PaymentWish = {
  readonly way: (typeof WAYS)[number]
  readonly amountMinor: number | null
  readonly currency: string
  readonly customerId: string | null
  readonly bookingId: string | null
  /** That is asked for the PIN. */
  readonly phone: string
  readonly email: string
  /** Number of a transfer or a receipt. */
  readonly reference: string
  readonly note: string
}

/** What is missing or wrong, before anybody is asked; null when nothing is. */
export function faultOf({ way, amountMinor, phone, email }: PaymentWish): 'incomplete' | 'part-of-shilling' | null {
  if (amountMinor === null || amountMinor <= 0) return 'incomplete'
  if (way === 'mpesa' && amountMinor % 100 !== 0) return 'part-of-shilling'
  if (way === 'mpesa' && phone.trim() === '') return 'incomplete'
  return way === 'paystack' && email.trim() === '' ? 'incomplete' : null
}

/** The request that takes it; what is blank is not said. */
export function requestOf(wish: PaymentWish): { readonly path: string; readonly body: object } {
  const { way, amountMinor, currency, customerId, bookingId, note } = wish
  const shared = {
    amountMinor,
    ...(customerId === null ? {} : { customerId }),
    ...(bookingId === null ? {} : { bookingId }),
    ...given('note', note),
  }
  switch (way) {
    // Of Safaricom: shillings, whatever the business counts in.
    case 'mpesa':
      return { path: '/api/admin/payments/mpesa', body: { ...shared, phone: wish.phone.trim() } }
    case 'paystack':
      return { path: '/api/admin/payments/paystack', body: { ...shared, currency, email: wish.email.trim() } }
    case 'cash':
    case 'card':
    case 'bank_transfer':
    case 'other':
      return {
        path: '/api/admin/payments',
        body: { ...shared, provider: way, currency, ...given('reference', wish.reference) },
      }
  }
}

const given = (name: string, text: string) => (text.trim() === '' ? {} : { [name]: text.trim() })
