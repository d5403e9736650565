import { randomUUID } from 'node:crypto'
import { Random } from '../../scripts/random.ts'
import type { KnownBooking } from './booking-book.ts'
import { nextPurchase, type Payer } from './payer.ts'
import type { PaymentBook } from './payment-book.ts'
import { createPersistence } from './persistence.ts'
import { createShift, type Shift } from './shift.ts'

export type CashierOptions = {
  readonly apiUrl: string
  readonly tenant: string
  readonly getToken: () => Promise<string>
  readonly payers: readonly Payer[]
  readonly bookings: () => readonly KnownBooking[]
  readonly book: PaymentBook
  readonly seed: number
}

/** Somebody who takes cash and cards, writes down what came in and what went back, and asks until it is answered. */
export type Cashier = Shift & { readonly answeredAtMs: number }

const THINK_MS = { min: 100, max: 300 }
const FINAL = [201, 409, 422]
const chances = { twiceAtOnce: 0.1, again: 0.15, refund: 0.3 }

export function openCashier({ apiUrl, tenant, getToken, payers, bookings, book, seed }: CashierOptions): Cashier {
  const random = new Random(seed)
  const closing = new AbortController()
  const persistence = createPersistence({
    apiUrl,
    signIn: getToken,
    random,
    closing: closing.signal,
    final: FINAL,
    report: (breach) => book.report(breach),
  })

  async function step(): Promise<void> {
    await takePayment()
    await persistence.pause(THINK_MS)
  }

  /** The notes say which is which: nothing but the idempotency key keeps one from being written down twice. */
  async function takePayment(): Promise<void> {
    const { customerId, phone, bookingId } = nextPurchase(payers, bookings(), random)
    const charge = { tenant, name: randomUUID(), amountMinor: random.int(100, 9_999), customerId, bookingId }
    book.begin(charge)
    const provider = random.pick(['cash', 'card'])
    const { amountMinor, name: note } = charge
    const what = bookingId === null ? {} : { bookingId }
    const id = await write('/api/admin/payments', note, { provider, amountMinor, phone, note, ...what })
    if (id === null) return
    book.answerCharge(charge, 'paid', id)
    if (!random.chance(chances.refund)) return
    const refund = { name: randomUUID(), amountMinor: random.int(1, amountMinor) }
    book.beginRefund(charge, refund)
    const { name: reason, ...back } = refund
    const refunded = await write(`/api/admin/payments/${id}/refund`, reason, { ...back, reason })
    if (refunded !== null) book.answerRefund(charge, refund)
  }

  /** The id of the payment that it is about; null when there was no answer, or the wrong one. */
  async function write(path: string, key: string, input: object): Promise<string | null> {
    const answers = await persistence.repeat({ method: 'POST', path, key, body: JSON.stringify(input) }, chances)
    book.compare(key, answers)
    const [answer] = answers
    if (!answer) return null
    if (answer.status === 201) return (JSON.parse(answer.text) as { id: string }).id
    book.report({ kind: 'unpromised', detail: `${path} was answered ${answer.status} ${answer.text}` })
    return null
  }

  return {
    ...createShift(step, closing),
    get answeredAtMs() {
      return persistence.answeredAtMs
    },
  }
}
