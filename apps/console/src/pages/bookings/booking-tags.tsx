import type { Booking } from '@loyalty-live/client/query'
import { useBookingWords } from '../../language/booking-words.ts'
import { Tag, type Tone } from '../../parts/tag.tsx'

const STATUS_TONES: Record<Booking['status'], Tone> = {
  booked: 'open',
  completed: 'good',
  cancelled: 'quiet',
  no_show: 'bad',
}
const PAYMENT_TONES: Record<Booking['paymentStatus'], Tone> = {
  unpaid: 'quiet',
  partly: 'open',
  paid: 'good',
  refunded: 'quiet',
}

export function StatusTag({ status }: Pick<Booking, 'status'>) {
  return <Tag tone={STATUS_TONES[status]}>{useBookingWords().statuses[status]}</Tag>
}

export function PaymentTag({ status }: { status: Booking['paymentStatus'] }) {
  return <Tag tone={PAYMENT_TONES[status]}>{useBookingWords().payments[status]}</Tag>
}
