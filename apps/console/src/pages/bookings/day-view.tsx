import type { Booking } from '@loyalty-live/client/query'
import { useQuery } from '@tanstack/react-query'
import { IconCalendar } from '@tabler/icons-react'
import { dayQuery } from '../../api/money-queries.ts'
import { useBookingWords } from '../../language/booking-words.ts'
import { useFormat } from '../../language/language.tsx'
import { ChangeMark } from '../../live/change-mark.tsx'
import { useNow } from '../../live/use-now.ts'
import { Panel } from '../../parts/panel.tsx'
import { EmptyState, ErrorState, LoadingRows } from '../../parts/states.tsx'
import { useSession } from '../../session/use-session.tsx'
import { wallTimeAt } from '../../time/zoned.ts'
import { PaymentTag, StatusTag } from './booking-tags.tsx'
import classes from './day-view.module.css'

/** One day as the clocks of the business have it, hour by hour; bookings move as they are changed and paid. */
export function DayView({
  tenant,
  day,
  timeZone,
  onOpen,
}: {
  tenant: string
  day: string
  timeZone: string
  onOpen: (bookingId: string) => void
}) {
  const words = useBookingWords()
  const format = useFormat()
  const { ask } = useSession()
  const now = wallTimeAt(new Date(useNow(30_000)), timeZone)
  const query = useQuery(dayQuery(ask, tenant, day))
  const bookings = query.data?.items ?? []
  const hours = hoursOf(bookings, timeZone, now.startsWith(day) ? hourOf(now) : null)

  return (
    <Panel title={format.day(day)} note={query.data && <Sums bookings={bookings} />} testId="bookings-day">
      {query.isPending ? (
        <LoadingRows rows={8} heightPx={64} />
      ) : query.isError && !query.data ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : bookings.length === 0 ? (
        <EmptyState icon={<IconCalendar size={28} />} title={words.emptyDay}>
          {words.emptyDayText}
        </EmptyState>
      ) : (
        <ol className={classes['hours']}>
          {hours.map(({ hour, bookings: ofHour }) => (
            <li
              key={hour}
              className={classes['hour']}
              data-now={(now.startsWith(day) && hour === hourOf(now)) || undefined}
            >
              <span className={`${classes['clock']} figure`}>{format.hour(hour)}</span>
              <span className={classes['bookings']}>
                {ofHour.map((booking) => (
                  <BookingCard key={booking.id} booking={booking} timeZone={timeZone} onOpen={onOpen} />
                ))}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  )
}

function BookingCard({
  booking: { id, customerName, startsAt, amountMinor, currency, status, paymentStatus, note },
  timeZone,
  onOpen,
}: {
  booking: Booking
  timeZone: string
  onOpen: (bookingId: string) => void
}) {
  const words = useBookingWords()
  const format = useFormat()
  const time = format.timeIn(startsAt, timeZone)
  const name = customerName ?? words.nobody
  return (
    <button
      type="button"
      className={classes['booking']}
      data-booking={id}
      data-status={status}
      aria-label={words.open(name, time)}
      onClick={() => onOpen(id)}
    >
      <ChangeMark of={id} />
      <span className={classes['title']}>
        <span className={`${classes['time']} figure`}>{time}</span>
        <strong>{name}</strong>
      </span>
      {note !== null && <span className={classes['note']}>{note}</span>}
      <span className={classes['tags']}>
        <span className="figure">{format.moneyBrief(amountMinor, currency)}</span>
        <PaymentTag status={paymentStatus} />
        {status !== 'booked' && <StatusTag status={status} />}
      </span>
    </button>
  )
}

/** How many, and what of it is paid; of each currency by itself, without what was cancelled. */
function Sums({ bookings }: { bookings: readonly Booking[] }) {
  const words = useBookingWords()
  const format = useFormat()
  const sums = new Map<string, { expected: number; paid: number }>()
  for (const { status, currency, amountMinor, paidMinor } of bookings) {
    const sum = sums.get(currency) ?? { expected: 0, paid: 0 }
    sums.set(currency, {
      expected: sum.expected + (status === 'cancelled' ? 0 : amountMinor),
      paid: sum.paid + paidMinor,
    })
  }
  return [
    words.count(bookings.length, format.number(bookings.length), false),
    ...[...sums].map(([currency, { expected, paid }]) =>
      words.sums(format.moneyBrief(expected, currency), format.moneyBrief(paid, currency)),
    ),
  ].join(' · ')
}

const hourOf = (wallTime: string) => Number(wallTime.slice(11, 13))

/** Every hour from the first that has something to the last; the present one is something. */
function hoursOf(bookings: readonly Booking[], timeZone: string, present: number | null) {
  const byHour = Map.groupBy(bookings, ({ startsAt }) => hourOf(wallTimeAt(new Date(startsAt), timeZone)))
  const taken = [...byHour.keys(), ...(present === null ? [] : [present])]
  if (taken.length === 0) return []
  const first = Math.min(...taken)
  return Array.from({ length: Math.max(...taken) - first + 1 }, (_, index) => ({
    hour: first + index,
    bookings: byHour.get(first + index) ?? [],
  }))
}
