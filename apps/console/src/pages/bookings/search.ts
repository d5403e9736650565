import type { Booking } from '@loyalty-live/client/query'
import { readOpenCustomer, type OpenCustomerSearch } from '../customer/open-customer.ts'

export const bookingStatuses = ['booked', 'completed', 'cancelled', 'no_show'] as const satisfies Booking['status'][]
export const paymentStatuses = ['unpaid', 'partly', 'paid', 'refunded'] as const satisfies Booking['paymentStatus'][]

/** What the address of the bookings page says. Without anything: today. */
export type BookingsSearch = OpenCustomerSearch & {
  readonly view?: 'list'
  /** Which day is shown, as 2026-11-21. */
  readonly day?: string
  /** Of the list: instead of those from today on. */
  readonly when?: 'past'
  readonly status?: Booking['status']
  readonly payment?: Booking['paymentStatus']
  /** Which booking is open. */
  readonly booking?: string
}

export function readBookingsSearch(search: Record<string, unknown>): BookingsSearch {
  const { view, day, when, booking } = search
  const status = bookingStatuses.find((known) => known === search['status'])
  const payment = paymentStatuses.find((known) => known === search['payment'])
  return {
    ...readOpenCustomer(search),
    ...(view === 'list' ? { view } : {}),
    ...(typeof day === 'string' && isDay(day) ? { day } : {}),
    ...(when === 'past' ? { when } : {}),
    ...(status ? { status } : {}),
    ...(payment ? { payment } : {}),
    ...(typeof booking === 'string' ? { booking } : {}),
  }
}

const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(text).toJSON()?.slice(0, 10) === text
