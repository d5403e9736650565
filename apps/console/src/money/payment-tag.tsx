import type { Payment } from '../api/payment-shapes.ts'
import { usePaymentWords } from '../language/payment-words.ts'
import { Tag, type Tone } from '../parts/tag.tsx'

const TONES: Record<Payment['status'], Tone> = { pending: 'open', succeeded: 'good', failed: 'bad', refunded: 'quiet' }

/** How a payment stands, in a word. */
export function PaymentTag({
  payment: { status, refundedMinor },
}: {
  payment: Pick<Payment, 'status' | 'refundedMinor'>
}) {
  const words = usePaymentWords()
  const isPart = status === 'succeeded' && refundedMinor > 0
  return <Tag tone={isPart ? 'quiet' : TONES[status]}>{isPart ? words.partlyRefunded : words.statuses[status]}</Tag>
}
