import { randomUUID } from 'node:crypto'
import { Random } from '../../scripts/random.ts'
import { chargeEvent, refundEvent, signPaystack } from '../harness/providers/paystack.ts'
import type { Payer } from './payer.ts'
import type { Charge, PaymentBook, Refund } from './payment-book.ts'
import { createPersistence } from './persistence.ts'
import { createShift, type Shift } from './shift.ts'

export type ProviderOptions = {
  readonly apiUrl: string
  readonly tenant: string
  /** What it signs with. */
  readonly secretKey: string
  readonly currency: string
  readonly payers: readonly Payer[]
  readonly book: PaymentBook
  readonly seed: number
}

/** Paystack, as a business hears of it: tells of charges and refunds in any order, each until it is answered 200. */
export type Provider = Shift & {
  readonly answeredAtMs: number
  /** Forgets what it told: a restored backup may not hold it. */
  forget(): void
}

type Callback = { readonly body: string; readonly heard: () => void }

const THINK_MS = { min: 60, max: 180 }
/** Callbacks of one payment are under way at once, and come in whatever order. */
const APART_MS = { min: 0, max: 250 }
const FINAL = [200]
const REMEMBERED_MAX = 50
const chances = { twiceAtOnce: 0.1, again: 0.15, muchLater: 0.15, named: 0.5 }

export function openProvider({ apiUrl, tenant, secretKey, currency, payers, book, seed }: ProviderOptions): Provider {
  const random = new Random(seed)
  const closing = new AbortController()
  const persistence = createPersistence({
    apiUrl,
    signIn: null,
    random,
    closing: closing.signal,
    final: FINAL,
    walkAway: 0,
    report: (breach) => book.report(breach),
  })
  let remembered: Callback[] = []

  async function step(): Promise<void> {
    if (remembered.length > 0 && random.chance(chances.muchLater)) await tell(random.pick(remembered))
    else {
      const callbacks = nextPayment()
      await Promise.all(
        callbacks.map(async (callback) => {
          await persistence.pause(APART_MS)
          await tell(callback)
        }),
      )
      remembered = [...remembered, ...callbacks].slice(-REMEMBERED_MAX)
    }
    await persistence.pause(THINK_MS)
  }

  async function tell({ body, heard }: Callback): Promise<void> {
    const headers = { 'x-paystack-signature': signPaystack(body, secretKey) }
    const path = `/api/webhooks/paystack/${tenant}`
    const answers = await persistence.repeat({ method: 'POST', path, body, headers }, chances)
    book.compare(body, answers)
    if (answers.length > 0) heard()
  }

  /** Everything that there is to tell of one payment. */
  function nextPayment(): Callback[] {
    const { customerId, phone } = random.pick(payers)
    const charge = { tenant, name: randomUUID(), amountMinor: random.int(100, 9_999), customerId, bookingId: null }
    book.begin(charge)
    // The business may have named the customer; else it is whose phone paid.
    const named = customerId !== null && random.chance(chances.named)
    const payer = named ? { metadata: { customerId } } : { customer: { phone } }
    const ended = (event: 'charge.success' | 'charge.failed', state: 'paid' | 'failed'): Callback => ({
      body: JSON.stringify(
        chargeEvent({ reference: charge.name, amount: charge.amountMinor, currency, ...payer }, event),
      ),
      heard: () => book.answerCharge(charge, state),
    })
    const paid = () => ended('charge.success', 'paid')
    const failed = () => ended('charge.failed', 'failed')
    const course = random.weighted({ paid: 35, failed: 10, 'paid at last': 15, refunded: 40 })
    switch (course) {
      case 'paid':
        return [paid()]
      case 'failed':
        return [failed()]
      case 'paid at last':
        return [failed(), paid()]
      case 'refunded':
        return [paid(), ...refunds(charge)]
    }
  }

  /** A part of it, or all of it in two parts. */
  function refunds(charge: Charge): Callback[] {
    const part = random.int(1, charge.amountMinor - 1)
    const parts = random.chance(0.5) ? [part] : [part, charge.amountMinor - part]
    return parts.map((amountMinor) => {
      const refund: Refund = { name: randomUUID(), amountMinor }
      book.beginRefund(charge, refund)
      return {
        body: JSON.stringify(
          refundEvent({ reference: charge.name, refund: refund.name, amount: amountMinor, currency }),
        ),
        heard: () => book.answerRefund(charge, refund),
      }
    })
  }

  return {
    ...createShift(step, closing),
    get answeredAtMs() {
      return persistence.answeredAtMs
    },
    forget() {
      remembered = []
    },
  }
}
