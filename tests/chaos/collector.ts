import { randomUUID } from 'node:crypto'
import { Random } from '../../scripts/random.ts'
import type { KnownBooking } from './booking-book.ts'
import type { Collected, Collection, Outcome, Sent } from './collection.ts'
import { nextPurchase, type Payer, type Purchase } from './payer.ts'
import type { Charge, PaymentBook } from './payment-book.ts'
import { createPersistence, type PersistenceOptions } from './persistence.ts'
import { createShift, type Shift } from './shift.ts'

export type CollectorOptions = {
  readonly apiUrl: string
  readonly tenant: string
  readonly getToken: () => Promise<string>
  readonly payers: readonly Payer[]
  readonly bookings: () => readonly KnownBooking[]
  readonly collection: Collection
  readonly book: PaymentBook
  readonly seed: number
}

/**
 * A business that has a provider collect money, and the provider, who does, or the payer says no. It tells of it while the business
 * still asks, or later, until it is heard; or nobody ever hears of it, and it has to be asked.
 */
export type Collector = Shift & {
  /** Forgets what was told: a restored backup may not hold it. */
  forget(): void
}

const THINK_MS = { min: 100, max: 400 }
const PAYER_MS = { min: 0, max: 250 }
const LOOK_MS = { min: 10, max: 10 }
/** The provider takes it, refuses it, or nobody knows. */
const STARTED = [201, 422, 502]
const HEARD = [200]
const REMEMBERED_MAX = 20
const chances = { twiceAtOnce: 0.15, again: 0.15, muchLater: 0.15, early: 0.3, lost: 0.3 }

export function openCollector(options: CollectorOptions): Collector {
  const { apiUrl, tenant, getToken, payers, bookings, collection, book, seed } = options
  const random = new Random(seed)
  const closing = new AbortController()
  const asking = (signIn: PersistenceOptions['signIn'], final: readonly number[]) =>
    createPersistence({
      apiUrl,
      signIn,
      random,
      closing: closing.signal,
      final,
      walkAway: 0,
      report: (breach) => book.report(breach),
    })
  const business = asking(getToken, STARTED)
  const provider = asking(null, HEARD)
  let remembered: Sent[] = []

  async function step(): Promise<void> {
    if (remembered.length > 0 && random.chance(chances.muchLater)) await tell(random.pick(remembered))
    else await collect()
    await business.pause(THINK_MS)
  }

  async function collect(): Promise<void> {
    const purchase = nextPurchase(payers, bookings(), random)
    const { customerId, bookingId } = purchase
    const charge = { tenant, name: randomUUID(), amountMinor: random.int(1, 99) * 100, customerId, bookingId }
    book.begin(charge, 'started')
    const starting = start(charge, purchase)
    const early = !collection.needsAnswer && random.chance(chances.early)
    const collected = early ? await reach(charge, starting) : await starting.then(() => find(charge))
    if (collected) await settle(charge, collected, early ? null : await starting)
    const answered = await starting
    if (answered && !find(charge))
      book.report({
        kind: 'wrong',
        detail: `${charge.name} was answered to be started, and its provider knows nothing`,
      })
  }

  /** Whether the business was told that its payer is being asked. */
  async function start(charge: Charge, purchase: Purchase): Promise<boolean> {
    const key = charge.name
    const path = `/api/admin/payments/${collection.provider}`
    const body = JSON.stringify(collection.body(charge, purchase))
    const answers = await business.repeat({ method: 'POST', path, key, body }, chances)
    book.compare(key, answers)
    const [answer] = answers
    if (!answer) return false
    const { id, code } = JSON.parse(answer.text) as { id?: string; code?: string }
    if (id !== undefined) book.answerStart(charge, id)
    else if (code !== 'provider-refused' && code !== 'provider-unavailable')
      book.report({ kind: 'unpromised', detail: `${path} was answered ${answer.status} ${answer.text}` })
    return id !== undefined
  }

  /** As soon as the provider has been asked; null when it never was. */
  async function reach(charge: Charge, starting: Promise<boolean>): Promise<Collected | null> {
    let over = false
    void starting.finally(() => (over = true))
    while (!over && !find(charge)) await provider.pause(LOOK_MS)
    return find(charge)
  }

  function find(charge: Charge): Collected | null {
    const [collected = null, ...others] = collection.find(charge)
    if (others.length > 0)
      book.report({ kind: 'doubled', detail: `the payer of ${charge.name} was asked ${1 + others.length} times` })
    return collected
  }

  /** @param started what the business was answered; null while it does not know */
  async function settle(charge: Charge, collected: Collected, started: boolean | null): Promise<void> {
    // Who was not told where to pay cannot.
    if (collection.needsAnswer && started !== true) return
    await provider.pause(PAYER_MS)
    const outcome = random.weighted<Outcome>({ paid: 65, failed: 35 })
    collected.decide(outcome)
    book.decide(charge, outcome)
    // Whom the business knows by a name of the provider's, it can ask about.
    if (started === true && random.chance(chances.lost)) return
    const sent = collected.callback(outcome, random.chance(0.5))
    if (!(await tell(sent))) return
    book.answerCharge(charge, outcome)
    remembered = [...remembered, sent].slice(-REMEMBERED_MAX)
  }

  async function tell(sent: Sent): Promise<boolean> {
    const answers = await provider.repeat({ method: 'POST', ...sent }, chances)
    book.compare(sent.body, answers)
    return answers.length > 0
  }

  return {
    ...createShift(step, closing),
    forget() {
      remembered = []
    },
  }
}
