import type { Booking } from '@loyalty-live/client/query'
import { Button } from '@mantine/core'
import { IconPencil } from '@tabler/icons-react'
import { memo } from 'react'
import { useBookingWords } from '../../language/booking-words.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { Line } from '../../live/line.tsx'
import { CustomerName } from '../../parts/customer-name.tsx'
import { Initials } from '../../parts/initials.tsx'
import { wallTimeAt } from '../../time/zoned.ts'
import { PaymentTag, StatusTag } from './booking-tags.tsx'
import classes from './bookings.module.css'

/** Who comes when, for how much, and how that stands. */
export const BookingRow = memo(function BookingRow({
  booking: {
    id,
    customerId,
    customerName,
    customerPhone,
    startsAt,
    amountMinor,
    currency,
    status,
    paymentStatus,
    note,
  },
  timeZone,
  onOpen,
  onOpenCustomer,
}: {
  booking: Booking
  timeZone: string
  onOpen: (bookingId: string) => void
  onOpenCustomer: (customerId: string) => void
}) {
  const words = useBookingWords()
  const { app } = useWords()
  const format = useFormat()
  const name = customerName ?? words.nobody
  const time = format.timeIn(startsAt, timeZone)
  return (
    <Line of={id} className={classes['line']} data-booking={id}>
      <span className={`${classes['when']} figure`}>
        <strong>{time}</strong>
        <span>{format.day(wallTimeAt(new Date(startsAt), timeZone).slice(0, 10))}</span>
      </span>
      <span className={classes['who']}>
        {customerId !== null && customerName !== null ? (
          <CustomerName
            customer={{ id: customerId, displayName: customerName, phone: customerPhone ?? '' }}
            detail={note ?? customerPhone ?? ''}
            onOpen={onOpenCustomer}
          />
        ) : (
          <>
            <Initials name={name} />
            <span className={classes['nobody']}>
              {name}
              <span>{note}</span>
            </span>
          </>
        )}
      </span>
      <span className={`${classes['amount']} figure`}>{format.money(amountMinor, currency)}</span>
      <span className={classes['tags']}>
        <StatusTag status={status} />
        <PaymentTag status={paymentStatus} />
      </span>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconPencil size={16} aria-hidden="true" />}
        aria-label={words.open(name, time)}
        onClick={() => onOpen(id)}
      >
        <span className="roomy">{app.open}</span>
      </Button>
    </Line>
  )
})
