import { useInfiniteQuery } from '@tanstack/react-query'
import { IconCalendar } from '@tabler/icons-react'
import { bookingsQuery } from '../../api/money-queries.ts'
import { useBookingWords } from '../../language/booking-words.ts'
import { useFormat } from '../../language/language.tsx'
import { ListPanel } from '../../parts/list-panel.tsx'
import { useSession } from '../../session/use-session.tsx'
import { daysLater } from '../../time/zoned.ts'
import { BookingRow } from './booking-row.tsx'
import type { BookingsSearch } from './search.ts'

/** Bookings from today on, the next first; or those before, the latest first. */
export function BookingList({
  tenant,
  search: { when: asked, status, payment },
  today,
  timeZone,
  onOpen,
  onOpenCustomer,
}: {
  tenant: string
  search: BookingsSearch
  today: string
  timeZone: string
  onOpen: (bookingId: string) => void
  onOpenCustomer: (customerId: string) => void
}) {
  const when = asked ?? 'upcoming'
  const words = useBookingWords()
  const format = useFormat()
  const { ask } = useSession()
  const query = useInfiniteQuery(
    bookingsQuery(ask, tenant, {
      ...(when === 'past' ? { to: daysLater(today, -1), order: 'desc' } : { from: today, order: 'asc' }),
      status,
      paymentStatus: payment,
    }),
  )
  return (
    <ListPanel
      title={words.whens[when]}
      testId="bookings"
      query={query}
      note={(rows) => words.count(rows.length, format.number(rows.length), query.hasNextPage)}
      empty={{ icon: <IconCalendar size={28} />, title: words.empty[when], text: words.emptyDayText }}
      line={(booking) => (
        <BookingRow
          key={booking.id}
          booking={booking}
          timeZone={timeZone}
          onOpen={onOpen}
          onOpenCustomer={onOpenCustomer}
        />
      )}
    />
  )
}
