import type { Booking } from '@loyalty-live/client/query'

/** Words of the bookings page. */
export const enBookings = {
  view: 'How bookings are shown',
  views: { day: 'Day', list: 'List' },
  when: 'Which bookings',
  whens: { upcoming: 'From today on', past: 'Before today' },
  day: 'Day',
  today: 'Today',
  before: 'The day before',
  after: 'The day after',
  anyStatus: 'In any state',
  status: 'State',
  statuses: { booked: 'Booked', completed: 'Completed', cancelled: 'Cancelled', no_show: 'No-show' } satisfies Record<
    Booking['status'],
    string
  > as Record<Booking['status'], string>,
  payment: 'Payment',
  anyPayment: 'Paid or not',
  payments: { unpaid: 'Unpaid', partly: 'Partly paid', paid: 'Paid', refunded: 'Refunded' } satisfies Record<
    Booking['paymentStatus'],
    string
  > as Record<Booking['paymentStatus'], string>,
  count: (count: number, shown: string, more: boolean) =>
    more ? `more than ${shown}` : count === 1 ? '1 booking' : `${shown} bookings`,
  sums: (expected: string, paid: string) => `${paid} of ${expected} paid`,
  nobody: 'Walk-in',
  open: (name: string, time: string) => `Open the booking of ${name} at ${time}`,
  now: 'now',
  zone: (zone: string) => `Times of ${zone}`,
  emptyDay: 'No bookings on this day',
  emptyDayText: 'A new one shows up here by itself, whoever makes it.',
  empty: { upcoming: 'No bookings from today on', past: 'No bookings before today' },
  create: 'New booking',
  edit: 'Booking',
  customer: 'Customer',
  customerHint: 'Empty: a walk-in',
  customerSearch: 'Name or phone',
  startsAt: 'When',
  amount: 'Price',
  note: 'Note',
  save: 'Save',
  saved: 'The booking is saved',
  made: 'The booking is made',
  cancelBooking: 'Cancel the booking',
  cancelled: 'The booking is cancelled',
  paidSoFar: (paid: string, of: string) => `${paid} of ${of} paid`,
}

export type BookingWords = typeof enBookings
