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
  readonly bookingId: string | null
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
 * | state     | means                                                     | in the database                                  |
 * |-----------|-----------------------------------------------------------|--------------------------------------------------|
 * | ambiguous | no answer yet; who recorded it may have walked away       | paid at most once                                |
 * | failed    | its failure was answered, and it has not come in since    | a payment, failed, that moved nothing            |
 * | paid      | that the money came in was answered                       | a payment, once, with its points and its refunds |
 *
 * Of a charge that was started here the state is what its provider made of it:
 *
 * | state        | told | means                                                | in the database                          |
 * |--------------|------|------------------------------------------------------|------------------------------------------|
 * | ambiguous    | –    | it has not come to its provider, or not to its payer | pending or failed, at most once          |
 * | paid, failed | no   | the callback is lost, or on its way                  | pending, or as above: once it was asked  |
 * | paid, failed | yes  | the callback was answered                            | as above                                 |
 */
type Known = {
  readonly charge: Charge
  readonly started: boolean
  state: 'ambiguous' | 'failed' | 'paid'
  told: boolean
  /** What its taker was told that it is called; null while nobody said. */
  answeredId: string | null
  /** As it was when the stream told of it last. */
  found: Payment | null
  /** Nothing is left to come, and it was found so. */
  settled: boolean
  readonly refunds: Map<string, Refund & { answered: boolean }>
  readonly begunInCheck: number
}

/** What is ambiguous may still be on its way in a process that was frozen; by then it has been dropped. */
const AMBIGUOUS_CHECKS_MAX = 20

/**
 * What providers and people at the till were told of payments, to hold the database against: each callback that was answered 200
 * and each record that was answered 201 has its effect, once; what was started ends as its provider has it. That no points move
 * but those that a payment or a refund names is the ledger's book to find.
 */
export class PaymentBook {
  readonly #pointsPerCurrencyUnit: number
  readonly #known = new Map<string, Known>()
  readonly #found: Breach[] = []
  #checks = 0
  /** Charges and refunds of which somebody was answered that they are known. */
  charged = 0
  refunded = 0
  /** Charges that were settled although no callback told of them. */
  askedFor = 0

  /** @param pointsPerCurrencyUnit what every programme gives; currencies have hundredths here */
  constructor(pointsPerCurrencyUnit: number) {
    this.#pointsPerCurrencyUnit = pointsPerCurrencyUnit
  }

  /** @param how `started`: a provider is asked to collect it; else somebody tells that it came in */
  begin(charge: Charge, how: 'started' | 'told' = 'told'): void {
    this.#known.set(charge.name, {
      charge,
      started: how === 'started',
      state: 'ambiguous',
      told: false,
      answeredId: null,
      found: null,
      settled: false,
      refunds: new Map(),
      begunInCheck: this.#checks,
    })
  }

  /** Who started it was answered what it is called. */
  answerStart({ name }: Charge, id: string): void {
    const known = this.#known.get(name)
    if (known) known.answeredId = id
  }

  /** Its provider has made this of a charge that was started, and may tell of it or not. */
  decide({ name }: Charge, state: 'paid' | 'failed'): void {
    const known = this.#known.get(name)
    if (known) known.state = state
  }

  /** It was answered that the charge came in, or that it failed: what came in stays so, whatever is told in which order. */
  answerCharge({ name }: Charge, state: 'paid' | 'failed', id: string | null = null): void {
    const known = this.#known.get(name)
    if (!known) return // forgotten with what a restored backup does not hold
    if (!known.told) this.charged++
    if (known.state !== 'paid') known.state = state
    known.told = true
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

  /** Of those that are pending, the ones that their provider has ended: it has to be asked. */
  owed(pending: readonly Payment[]): Payment[] {
    return pending.filter(({ name }) => (this.#known.get(name)?.state ?? 'ambiguous') !== 'ambiguous')
  }

  /** Starts anew from a database that was restored. Of what is pending there, providers know what they knew. */
  restart(pending: readonly Payment[]): void {
    const started = pending.flatMap((found): Known[] => {
      const known = this.#known.get(found.name)
      return known?.started ? [{ ...known, told: false, settled: false, found }] : []
    })
    this.#known.clear()
    for (const known of started) this.#known.set(known.charge.name, known)
  }

  /** Holds the payments that were told of since the last check, as they are now, against the book. */
  check(payments: readonly Payment[]): Breach[] {
    this.#checks++
    const breaches = [...this.#found.splice(0), ...payments.flatMap((payment) => this.#take(payment))]
    for (const known of this.#known.values()) breaches.push(...this.#checkOne(known))
    return breaches
  }

  #take(payment: Payment): Breach[] {
    const known = this.#known.get(payment.name)
    if (!known)
      return [{ kind: 'wrong', detail: `nobody asked for what moved ${describe(payment)}: it is ${payment.status}` }]
    if (known.found !== null && known.found.id !== payment.id)
      return [{ kind: 'doubled', detail: `${describe(payment)} is there as ${known.found.id} too` }]
    known.found = payment
    return []
  }

  /**
   * What is settled is forgotten at the next check: whatever moves it then is what nobody asked for. Not at once, because a backup
   * that was made before this one may still be put in place.
   */
  #checkOne(known: Known): Breach[] {
    const { charge, started, state, told, found, refunds, settled, begunInCheck } = known
    const breaches = found ? this.#compare(known, found) : []
    if (state !== 'ambiguous' && found === null)
      breaches.push({
        kind: 'lost',
        detail: `payment ${charge.name} of ${charge.tenant} was told (${state}), and is not there`,
      })
    const over = !started && this.#checks - begunInCheck > AMBIGUOUS_CHECKS_MAX
    if (settled || over || breaches.length > 0) this.#known.delete(charge.name)
    const ended = state !== 'ambiguous' && [...refunds.values()].every(({ answered }) => answered)
    known.settled = started ? found?.status === (state === 'paid' ? 'succeeded' : 'failed') : ended
    if (started && ended && !told && known.settled && !settled) this.askedFor++
    return breaches
  }

  #compare(known: Known, payment: Payment): Breach[] {
    const said = describe(payment)
    const breaches = checkRefunds(said, known.refunds, payment.refunds)
    const found = JSON.stringify(stateOf(payment))
    const accepted = this.#accepted(known, payment).map((state) => JSON.stringify(state))
    if (!accepted.includes(found))
      breaches.push({ kind: 'wrong', detail: `${said} is ${found}, not ${accepted.join(' or ')}` })
    return breaches
  }

  /** What the payment may be, given what has gone back of it. */
  #accepted({ charge, started, state, told, answeredId }: Known, { id, refunds }: Payment): State[] {
    const { tenant, amountMinor, customerId, bookingId } = charge
    const same = { id: answeredId ?? id, tenant, amountMinor, bookingId }
    const nothing = {
      ...same,
      customerId: started ? customerId : null,
      refundedMinor: 0,
      pointsAwarded: 0,
      pointsDueBack: 0,
    }
    const pending = { ...nothing, status: 'pending' }
    const failed = { ...nothing, status: 'failed' }
    const applied = refunds.filter(({ status }) => status === 'applied')
    const refundedMinor = applied.reduce((sum, refund) => sum + refund.amountMinor, 0)
    const pointsAwarded = customerId === null ? 0 : Math.floor((amountMinor * this.#pointsPerCurrencyUnit) / 100)
    const pointsKept = Math.floor((pointsAwarded * (amountMinor - refundedMinor)) / amountMinor)
    const paid = {
      ...same,
      customerId,
      refundedMinor,
      pointsAwarded,
      pointsDueBack: pointsAwarded - pointsKept,
      status: refundedMinor === amountMinor ? 'refunded' : 'succeeded',
    }
    if (state === 'ambiguous') return started ? [pending, failed] : [paid]
    const ended = state === 'paid' ? paid : failed
    return started && !told ? [pending, ended] : [ended]
  }
}

type State = ReturnType<typeof stateOf>

const describe = ({ id, name, tenant }: Payment) => `payment ${id} (${name}) of ${tenant}`

function stateOf({ pointsReversed, pointsMissing, ...payment }: Payment) {
  const { id, tenant, amountMinor, customerId, bookingId, status, refundedMinor, pointsAwarded } = payment
  const pointsDueBack = pointsReversed + pointsMissing
  return { id, tenant, amountMinor, bookingId, customerId, refundedMinor, pointsAwarded, pointsDueBack, status }
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
