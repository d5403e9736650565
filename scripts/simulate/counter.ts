import { randomUUID } from 'node:crypto'
import { paystackSignature, SIGNATURE_HEADER } from '../../services/api/src/payments/paystack/callback.ts'
import type { Answer, Request, Session } from '../api-session.ts'
import type { Random } from '../random.ts'
import { sendUntilAnswered } from './send.ts'
import type { Outcome, Tally } from './tally.ts'
import { unexpected } from './till.ts'

export type CounterStep = 'cash' | 'charge' | 'charge-twice' | 'forge' | 'mpesa' | 'book'

export type Counter = {
  /** Takes money of one customer, or a booking. @throws Error that says what was answered and should not have been */
  take(step: CounterStep, customer: { readonly id: string; readonly phone: string }): Promise<Outcome>
}

export type CounterOptions = {
  /** Somebody who takes money and bookings. */
  readonly session: Session
  /** As nobody: callbacks prove themselves. */
  readonly callbacks: Pick<Session, 'ask'>
  /** Signs what Paystack would tell; null: the business has none, and all is paid in cash. */
  readonly paystackKey: string | null
  /** Whether customers are asked for their PIN; if not, they pay by card. */
  readonly hasMpesa: boolean
  readonly random: Random
  readonly tally: Tally
}

const FORGERS_KEY = 'sk_test_of_somebody_else'
const DAY_MS = 86_400_000

/**
 * Where money comes in: cash, signed callbacks of Paystack, now and then twice or forged, payments that are started with M-Pesa; and
 * bookings for the days to come.
 */
export function createCounter({ session, callbacks, paystackKey, hasMpesa, random, tally }: CounterOptions): Counter {
  /** Whole shillings, of a hundred: what one counts on a table. */
  const amountMinor = () => random.int(3, 60) * 10_000

  async function post(path: string, body: object, status: number): Promise<Outcome> {
    const request: Request = { method: 'POST', path, body, headers: { 'idempotency-key': randomUUID() } }
    const since = performance.now()
    const answer = await sendUntilAnswered(session, request, random, tally)
    tally.took(performance.now() - since)
    if (answer.status !== status) throw unexpected(request, answer)
    return 'done'
  }

  const byHand = (provider: 'cash' | 'card', phone: string) =>
    post('/api/admin/payments', { provider, phone, amountMinor: amountMinor() }, 201)

  function tell(body: object, key: string): Promise<{ request: Request; answer: Answer }> {
    const headers = { [SIGNATURE_HEADER]: paystackSignature(key, JSON.stringify(body)) }
    const path = `/api/webhooks/paystack/${session.user.tenant}`
    const request: Request = { method: 'POST', path, body, headers }
    return sendUntilAnswered(callbacks, request, random, tally).then((answer) => ({ request, answer }))
  }

  async function charge(customerId: string, key: string, times: number): Promise<Outcome> {
    const body = chargeOf(customerId, amountMinor())
    for (let time = 0; time < times; time++) {
      const { request, answer } = await tell(body, key)
      if (answer.status !== 200) throw unexpected(request, answer)
    }
    return 'done'
  }

  async function forge(customerId: string): Promise<Outcome> {
    const { request, answer } = await tell(chargeOf(customerId, amountMinor()), FORGERS_KEY)
    if (answer.status !== 401) throw unexpected(request, answer)
    return 'refused'
  }

  return {
    async take(step, { id, phone }) {
      switch (step) {
        case 'charge':
        case 'charge-twice':
          if (paystackKey !== null) return charge(id, paystackKey, step === 'charge' ? 1 : 2)
          return byHand('card', phone)
        case 'cash':
          return byHand('cash', phone)
        case 'mpesa':
          if (!hasMpesa) return byHand('card', phone)
          return post('/api/admin/payments/mpesa', { phone, customerId: id, amountMinor: amountMinor() }, 201)
        case 'forge':
          return forge(id)
        case 'book': {
          const startsAt = new Date(Date.now() + random.next() * 7 * DAY_MS).toISOString()
          return post('/api/admin/bookings', { customerId: id, startsAt, amountMinor: amountMinor() }, 201)
        }
        default:
          return step satisfies never
      }
    },
  }
}

/** What Paystack tells of a charge that succeeded, as far as anybody reads it. */
const chargeOf = (customerId: string, amount: number) => ({
  event: 'charge.success',
  data: {
    id: Date.now(),
    status: 'success',
    reference: randomUUID(),
    amount,
    currency: 'KES',
    channel: 'card',
    paid_at: new Date().toISOString(),
    metadata: { customerId },
  },
})
