import type { Booking } from '@loyalty-live/client/query'
import { Button } from '@mantine/core'
import { IconCash } from '@tabler/icons-react'
import { useState } from 'react'
import { usePaymentWords } from '../../language/payment-words.ts'
import { TakePaymentDialog } from '../../money/take-payment.tsx'

/** Takes what is still to be paid for a booking; nothing while nothing is. */
export function TakeForBooking({ tenant, booking }: { tenant: string; booking: Booking }) {
  const words = usePaymentWords()
  const [isTaking, setTaking] = useState(false)
  const dueMinor = booking.amountMinor - booking.paidMinor
  return (
    <>
      {dueMinor > 0 && (
        <Button variant="light" leftSection={<IconCash size={16} aria-hidden="true" />} onClick={() => setTaking(true)}>
          {words.takeFor}
        </Button>
      )}
      {isTaking && (
        <TakePaymentDialog
          tenant={tenant}
          currency={booking.currency}
          first={{
            amountMinor: dueMinor,
            customerId: booking.customerId,
            phone: booking.customerPhone ?? '',
            bookingId: booking.id,
          }}
          onClose={() => setTaking(false)}
        />
      )}
    </>
  )
}
