import type { Booking } from '@loyalty-live/client/query'
import { Button, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { bookingQuery } from '../../api/money-queries.ts'
import type { Settings } from '../../api/shapes.ts'
import { useRequestKey } from '../../api/use-request-key.ts'
import { useBookingWords } from '../../language/booking-words.ts'
import { useFormat } from '../../language/language.tsx'
import { CustomerPicker } from '../../money/customer-picker.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { ErrorState, LoadingRows } from '../../parts/states.tsx'
import { useToasts } from '../../parts/toasts.tsx'
import { useDraft } from '../../records/use-draft.ts'
import { useSession } from '../../session/use-session.tsx'
import { wallTimeAt } from '../../time/zoned.ts'
import { fieldsOf, toBody, type BookingFields } from './booking-fields.ts'
import { BookingForm } from './booking-form.tsx'
import { PaymentTag } from './booking-tags.tsx'

type DialogProps = { tenant: string; settings: Settings; onClose: () => void }

/** A booking that there is; what others change meanwhile, and what is paid, shows while it is open (C1, C2). */
export function BookingDialog({
  id,
  actions,
  ...props
}: DialogProps & { id: string; actions: (booking: Booking) => ReactNode }) {
  const words = useBookingWords()
  const { ask } = useSession()
  const booking = useQuery(bookingQuery(ask, props.tenant, id))
  return (
    <Dialog
      onClose={props.onClose}
      title={booking.data?.customerName ?? words.nobody}
      size={560}
      data-testid="booking-dialog"
    >
      {booking.data ? (
        <EditBooking booking={booking.data} actions={actions(booking.data)} {...props} />
      ) : booking.isError ? (
        <ErrorState error={booking.error} onRetry={() => void booking.refetch()} />
      ) : (
        <LoadingRows rows={4} heightPx={64} />
      )}
    </Dialog>
  )
}

function EditBooking({
  booking,
  settings: { timeZone },
  actions,
  onClose,
}: DialogProps & { booking: Booking; actions: ReactNode }) {
  const words = useBookingWords()
  const format = useFormat()
  const { ask } = useSession()
  const toasts = useToasts()
  const { id, currency, amountMinor, paidMinor, customerPhone } = booking
  const form = useDraft<Booking, BookingFields>({
    record: booking,
    fieldsOf: (record) => fieldsOf(record, timeZone),
    send: (changes, version) =>
      ask(`/api/admin/bookings/${id}`, {
        method: 'PATCH',
        body: toBody(changes, timeZone),
        headers: { 'if-match': `"${version}"` },
      }),
    onSaved() {
      toasts.show({ text: words.saved, tone: 'good' })
      onClose()
    },
  })
  return (
    <BookingForm
      form={form}
      currency={currency}
      timeZone={timeZone}
      isNew={false}
      who={
        <Text c="dimmed" className="figure" data-testid="booking-paid">
          {customerPhone} <PaymentTag status={booking.paymentStatus} />{' '}
          {words.paidSoFar(format.money(paidMinor, currency), format.money(amountMinor, currency))}
        </Text>
      }
      actions={
        <>
          {booking.status === 'booked' && form.values.status === 'booked' && (
            <Button variant="subtle" color="red" onClick={() => form.set('status', 'cancelled')}>
              {words.cancelBooking}
            </Button>
          )}
          {actions}
        </>
      }
      onCancel={onClose}
    />
  )
}

const HOUR_MS = 3_600_000

/** Makes a booking: the next full hour, or one on the day that is looked at. */
export function NewBookingDialog({ tenant, settings, day, onClose }: DialogProps & { day: string }) {
  const words = useBookingWords()
  const { ask } = useSession()
  const toasts = useToasts()
  const keyOf = useRequestKey()
  const { timeZone, currency } = settings
  const [customerId, setCustomerId] = useState<string | null>(null)
  const [record] = useState(() => ({ version: 0, ...firstFields(day, timeZone) }))
  const form = useDraft<typeof record, BookingFields>({
    record,
    fieldsOf: ({ startsAt, amountMinor, status, note }) => ({ startsAt, amountMinor, status, note }),
    send(changes) {
      const { startsAt, amountMinor, note } = { ...record, ...changes }
      const body = {
        ...toBody({ startsAt, amountMinor }, timeZone),
        currency,
        ...(customerId === null ? {} : { customerId }),
        ...(note.trim() === '' ? {} : { note: note.trim() }),
      }
      return ask('/api/admin/bookings', { method: 'POST', body, headers: keyOf(body) })
    },
    onSaved() {
      toasts.show({ text: words.made, tone: 'good' })
      onClose()
    },
  })
  return (
    <Dialog onClose={onClose} title={words.create} size={560} data-testid="booking-dialog">
      <BookingForm
        form={form}
        currency={currency}
        timeZone={timeZone}
        isNew
        who={
          <CustomerPicker
            tenant={tenant}
            label={words.customer}
            placeholder={words.customerSearch}
            description={words.customerHint}
            value={customerId}
            onChange={setCustomerId}
          />
        }
        onCancel={onClose}
      />
    </Dialog>
  )
}

function firstFields(day: string, timeZone: string): BookingFields {
  const nextHour = wallTimeAt(new Date(Math.ceil(Date.now() / HOUR_MS) * HOUR_MS), timeZone)
  const startsAt = nextHour.startsWith(day) ? nextHour : `${day}T12:00`
  return { startsAt, amountMinor: 0, status: 'booked', note: '' }
}
