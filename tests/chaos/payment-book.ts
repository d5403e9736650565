import { compareAnswers, type Answer } from './answer.ts'
import type { Breach } from './breach.ts'

/** Money that somebody pays, as whoever takes it knows it. */
export type Charge = {
  readonly tenant: string
  /** Which nothing else has: a provider's reference, or the note of who recorded it by hand. */
  readonly name: string
  readonly amountMinor: number
  /** Null for somebody who is no member. */
  readonly customerId: string | null
}

/** Money of a charge that goes back. */
export type Refund = { readonly name: string; readonly amountMinor: number }

/** A payment, as PostgreSQL holds it. */
export type Payment = Charge & {
  readonly id: string
  readonly status: string
  readonly refundedMinor: number
  readonly pointsAwarded: number
  readonly pointsReversed: number
  /** Due after its last refund, and not there to take. */
  readonly pointsMissing: number
  readonly refunds: readonly (Refund & { readonly status: string })[]
}

/**
 * A charge, as the takers know it.
 *
 * | state     | means                                                     | in the database                                 |
 * |-----------|-----------------------------------------------------------|-------------------------------------------------|
 * | ambiguous | no answer yet; who recorded it may have walked away       | paid at most once                               |
 * | failed    | its failure was answered, and it has not come in since    | a payment, failed, that moved nothing           |
 * | paid      | that the money came in was answered                       | a payment, once, with its points and its refunds |
 */
type Known = {
  readonly charge: Charge
  state: 'ambiguous' | 'failed' | 'paid'
  /** What its taker was told that it is called; null while nobody said. */
  answeredId: string | null
  foundId: string | null
  readonly refunds: Map<string, Refund & { answered: boolean }>
  readonly begunInCheck: number
}

/** What is ambiguous may still be on its way in a process that was frozen; by then it has been dropped. */
const AMBIGUOUS_CHECKS_MAX = 20

/**
 * What providers and people at the till were told of payments, to hold the database against: each callback that was answered 200
 * and each record that was answered 201 has its effect, once. That no points move but those that a payment or a refund names is
 * the ledger's book to find.
 */
export class PaymentBook {
  readonly #pointsPerCurrencyUnit: number
  readonly #known = new Map<string, Known>()
  readonly #found: Breach[] = []
  #checks = 0
  /** Charges and refunds of which somebody was answered that they are known. */
  charged = 0
  refunded = 0

  /** @param pointsPerCurrencyUnit what every programme gives; currencies have hundredths here */
  constructor(pointsPerCurrencyUnit: number) {
    this.#pointsPerCurrencyUnit = pointsPerCurrencyUnit
  }

  begin(charge: Charge): void {
    const begunInCheck = this.#checks
    this.#known.set(charge.name, {
      charge,
      state: 'ambiguous',
      answeredId: null,
      foundId: null,
      refunds: new Map(),
      begunInCheck,
    })
  }

  /** It was answered that the charge came in, or that it failed: what came in stays so, whatever is told in which order. */
  answerCharge({ name }: Charge, state: 'paid' | 'failed', id: string | null = null): void {
    const known = this.#known.get(name)
    if (!known) return // forgotten with what a restored backup does not hold
    if (known.state === 'ambiguous') this.charged++
    if (known.state !== 'paid') known.state = state
    known.answeredId ??= id
  }

  beginRefund({ name }: Charge, refund: Refund): void {
    this.#known.get(name)?.refunds.set(refund.name, { ...refund, answered: false })
  }

  answerRefund(charge: Charge, { name }: Refund): void {
    const refund = this.#known.get(charge.name)?.refunds.get(name)
    if (!refund || refund.answered) return
    refund.answered = true
    this.refunded++
  }

  /** Everything that was answered under one key. */
  compare(key: string, [first, ...others]: readonly Answer[]): void {
    for (const again of others) this.#found.push(...compareAnswers(key, first!, again))
  }

  report(breach: Breach): void {
    this.#found.push(breach)
  }

  /** Starts anew from a database that was restored. */
  restart(): void {
    this.#known.clear()
  }

  /**
   * Holds the payments that were told of since the last check, as they are now, against the book. What is settled is then
   * forgotten: whatever moves it later is what nobody asked for.
   */
  check(payments: readonly Payment[]): Breach[] {
    this.#checks++
    const breaches = [...this.#found.splice(0), ...payments.flatMap((payment) => this.#takePayment(payment))]
    for (const [name, { charge, state, foundId, refunds, begunInCheck }] of this.#known) {
      if (state !== 'ambiguous' && foundId === null)
        breaches.push({
          kind: 'lost',
          detail: `payment ${name} of ${charge.tenant} was told (${state}), and is not there`,
        })
      const settled = state !== 'ambiguous' && [...refunds.values()].every(({ answered }) => answered)
      if (settled || this.#checks - begunInCheck > AMBIGUOUS_CHECKS_MAX) this.#known.delete(name)
    }
    return breaches
  }

  #takePayment(payment: Payment): Breach[] {
    const said = `payment ${payment.id} (${payment.name}) of ${payment.tenant}`
    const known = this.#known.get(payment.name)
    if (!known) return [{ kind: 'wrong', detail: `nobody asked for what moved ${said}: it is ${payment.status}` }]
    if (known.foundId !== null && known.foundId !== payment.id)
      return [{ kind: 'doubled', detail: `${said} is there as ${known.foundId} too` }]
    known.foundId = payment.id
    const breaches = checkRefunds(said, known.refunds, payment.refunds)
    const [found, expected] = [stateOf(payment), this.#expect(known, payment)].map((state) => JSON.stringify(state))
    if (found !== expected) breaches.push({ kind: 'wrong', detail: `${said} is ${found}, not ${expected}` })
    return breaches
  }

  /** What the payment has to be, given what has gone back of it. */
  #expect({ charge, state, answeredId }: Known, { id, refunds }: Payment): ReturnType<typeof stateOf> {
    const { tenant, amountMinor, customerId } = charge
    const expected = { id: answeredId ?? id, tenant, amountMinor }
    if (state === 'failed')
      return { ...expected, customerId: null, status: state, refundedMinor: 0, pointsAwarded: 0, pointsDueBack: 0 }
    const applied = refunds.filter(({ status }) => status === 'applied')
    const refundedMinor = applied.reduce((sum, refund) => sum + refund.amountMinor, 0)
    const status = refundedMinor === amountMinor ? 'refunded' : 'succeeded'
    const pointsAwarded = customerId === null ? 0 : Math.floor((amountMinor * this.#pointsPerCurrencyUnit) / 100)
    const pointsKept = Math.floor((pointsAwarded * (amountMinor - refundedMinor)) / amountMinor)
    return { ...expected, customerId, status, refundedMinor, pointsAwarded, pointsDueBack: pointsAwarded - pointsKept }
  }
}

function stateOf({ pointsReversed, pointsMissing, ...payment }: Payment) {
  const { id, tenant, amountMinor, customerId, status, refundedMinor, pointsAwarded } = payment
  const pointsDueBack = pointsReversed + pointsMissing
  return { id, tenant, amountMinor, customerId, status, refundedMinor, pointsAwarded, pointsDueBack }
}

function checkRefunds(said: string, asked: Known['refunds'], found: Payment['refunds']): Breach[] {
  const breaches: Breach[] = []
  const seen = new Set<string>()
  for (const { name, amountMinor, status } of found) {
    const refund = `refund ${name} of ${said}`
    const due = asked.get(name)?.amountMinor
    if (seen.has(name)) breaches.push({ kind: 'doubled', detail: `${refund} is there twice` })
    else if (due !== amountMinor || status !== 'applied')
      breaches.push({ kind: 'wrong', detail: `${refund}, of ${due}, is ${status} with ${amountMinor}` })
    seen.add(name)
  }
  for (const { name, answered } of asked.values()) {
    if (answered && !seen.has(name))
      breaches.push({ kind: 'lost', detail: `refund ${name} of ${said} was told, and is not there` })
  }
  return breaches
}
