import { randomUUID } from 'node:crypto'
import { Random } from '../../scripts/random.ts'
import { stkCallback, type MpesaStandIn } from '../harness/providers/mpesa.ts'
import { chargeEvent, signPaystack, type PaystackStandIn } from '../harness/providers/paystack.ts'
import type { MoneyTenant } from './money-sources.ts'
import type { PaymentBook } from './payment-book.ts'
import { createPersistence } from './persistence.ts'
import { createShift, type Shift } from './shift.ts'

export type ForgerOptions = {
  readonly apiUrl: string
  readonly tenant: MoneyTenant
  readonly customerIds: readonly string[]
  /** Whose owner wants more than is theirs. */
  readonly others: MoneyTenant
  readonly paystack: PaystackStandIn
  readonly mpesa: MpesaStandIn
  readonly book: PaymentBook
  readonly seed: number
}

type Forgery = {
  readonly path: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  /** How it has to be refused. */
  readonly due: number
}

const THINK_MS = { min: 150, max: 450 }
/** Whatever is said to it, it was heard. */
const FINAL = [200, 400, 401, 404, 413, 422]

/**
 * Somebody who tells that payments have come in, open ones and others, and cannot prove it. No book knows of it: whatever comes of
 * it is what nobody asked for.
 */
export function openForger(options: ForgerOptions): Shift {
  const { apiUrl, tenant: own, customerIds, others, paystack, mpesa, book, seed } = options
  const { id: tenant } = own
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

  async function step(): Promise<void> {
    const { due, ...forgery } = random.chance(0.5) ? forgePaystack() : forgeMpesa()
    const answer = await persistence.perform({ method: 'POST', ...forgery })
    if (answer && answer.status !== due)
      book.report({
        kind: 'wrong',
        detail: `a forged callback was answered ${answer.status}, not ${due}: ${forgery.body}`,
      })
    await persistence.pause(THINK_MS)
  }

  function forgePaystack(): Forgery {
    const open = [...paystack.transactions.values()].filter(({ status }) => status === 'abandoned')
    const invented = { reference: randomUUID(), amount: 9_900, metadata: { customerId: random.pick(customerIds) } }
    const { reference, amount, metadata } = open.length > 0 && random.chance(0.6) ? random.pick(open) : invented
    const body = JSON.stringify(chargeEvent({ reference, amount, metadata }))
    const path = `/api/webhooks/paystack/${tenant}`
    const forgery = (sent: string, signature: string) => ({
      path,
      body: sent,
      headers: signature === '' ? {} : { 'x-paystack-signature': signature },
      due: 401,
    })
    const signature = signPaystack(body, own.paystackKey)
    return random.pick([
      () => forgery(body, signPaystack(body, others.paystackKey)),
      () => forgery(body, ''),
      // Of something that they have seen go by.
      () => forgery(body.replace('"amount":', '"amount":1'), signature),
      () => forgery(body.slice(0, random.int(1, body.length - 1)), signature),
      () => forgery(body, `${signature.slice(0, -1)}${signature.endsWith('0') ? '1' : '0'}`),
    ])()
  }

  function forgeMpesa(): Forgery {
    const open = mpesa.pushes.filter(
      ({ result, callbackUrl }) => result === null && callbackUrl.includes(`/${tenant}/`),
    )
    const push = open.length > 0 && random.chance(0.6) ? random.pick(open) : null
    const body = JSON.stringify(
      stkCallback({ checkout: push?.checkout ?? `ws_CO_${randomUUID()}`, amount: push?.amount ?? 99 }),
    )
    const query = push === null ? `?payment=${randomUUID()}` : new URL(push.callbackUrl).search
    const forgery = (place: string, sent: string, due: number) => ({
      path: `/api/webhooks/mpesa/${place}${query}`,
      body: sent,
      headers: {},
      due,
    })
    return random.pick([
      () => forgery(`${tenant}/${others.callbackSecret}`, body, 404),
      () => forgery(`${tenant}/${own.callbackSecret.slice(0, -1)}`, body, 404),
      () => forgery(`nobody/${own.callbackSecret}`, body, 404),
      // Safaricom signs nothing: what is cut short in its name is no callback.
      () => forgery(`${tenant}/${own.callbackSecret}`, body.slice(0, random.int(1, body.length - 1)), 400),
    ])()
  }

  return createShift(step, closing)
}
