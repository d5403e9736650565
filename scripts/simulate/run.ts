import { setTimeout as sleep } from 'node:timers/promises'
import { ask, reasonOf, signIn, type Credentials, type Session } from '../api-session.ts'
import { Random } from '../random.ts'
import type { ReadCode } from '../codes/desk.ts'
import { SANDBOX_SHORTCODE } from '../mpesa/daraja.ts'
import { createCounter, type CounterStep } from './counter.ts'
import { createOffice, type OfficeStep } from './office.ts'
import { createTally, type Outcome, type Totals } from './tally.ts'
import { createTill, type Till, type TillStep } from './till.ts'
import { openVisitors, type Visitors, type VisitorStep } from './visitors.ts'

export type SimulationOptions = {
  readonly apiUrl: string
  /** Must be an owner or admin: makes the tills. */
  readonly owner: Credentials
  /** Changes a second, on average. */
  readonly rate: number
  /** 0: until it is stopped. */
  readonly durationSeconds: number
  readonly tills: number
  readonly seed: number
  /** Null: customers have no telephones. */
  readonly readCode: ReadCode | null
  /** Told why customers have none, where they were to have some. */
  readonly onNoCodes: (reason: string) => void
  /** Signs callbacks of Paystack; null: none are sent. */
  readonly paystackKey: string | null
  /** Told of everything that was answered otherwise than the API promises. */
  readonly onUnexpected: (reason: string) => void
}

export type Simulation = {
  readonly totals: Totals
  /** Resolves when it is over and its tills are revoked. */
  readonly finished: Promise<void>
}

type Customer = { id: string; phone: string }

type Step = TillStep | OfficeStep | VisitorStep | CounterStep | 'adjust'

/** What happens how often, in hundredths. */
export const STEPS: Readonly<Record<Step, number>> = {
  add: 31,
  redeem: 29,
  overspend: 4,
  repeat: 5,
  reverse: 4,
  vip: 2,
  rename: 2,
  adjust: 2,
  scan: 5,
  newcomer: 2,
  cash: 4,
  charge: 4,
  'charge-twice': 1,
  forge: 1,
  mpesa: 2,
  book: 2,
}

const CUSTOMERS_MAX = 5_000
const IN_FLIGHT_MAX = 500

/**
 * Believable traffic: customers come at random moments, `rate` of them a second, each to one of the tills, which look them
 * up, then add or redeem; now and then somebody wants more than they have, a till repeats itself, something is taken back, a
 * record is changed in the office, points are adjusted by hand; customers with telephones show QR codes and answer what they
 * are asked; others pay, in cash, by Paystack, whose callbacks are signed, repeated and forged, or by M-Pesa where that rings nobody's
 * telephone, and book. The tills are made for the run and revoked after it, whatever ends it.
 *
 * @throws SignInRefused, or what keeps the API from being reached
 */
export async function startSimulation(options: SimulationOptions, stopping: AbortSignal): Promise<Simulation> {
  const { apiUrl, owner, seed } = options
  const random = new Random(seed)
  const tally = createTally()
  await using opened = new AsyncDisposableStack()
  const office = await signIn(apiUrl, owner)
  const customers = await listCustomers(office)
  const tills: Till[] = []
  for (let number = 1; number <= options.tills; number++) {
    const terminal = await makeTerminal(office, `Simulated till ${number}`)
    opened.defer(() => revokeTerminal(office, terminal.id))
    const session = await signIn(apiUrl, { kind: 'terminal', key: terminal.key })
    tills.push(createTill({ session, random, tally }))
  }
  const desk = createOffice({ session: office, random, tally })
  const visitors = await findVisitors()
  const steps = visitors ? STEPS : { ...STEPS, scan: 0, newcomer: 0 }
  const counter = createCounter({
    session: office,
    callbacks: { ask: (request) => ask(apiUrl, request) },
    paystackKey: options.paystackKey,
    hasMpesa: await hasMpesa(office),
    random,
    tally,
  })
  const parts = opened.move()
  return {
    get totals() {
      return tally.totals
    },
    finished: untilRevoked(work(), parts),
  }

  /** Null when nobody can sign in as a customer here. */
  async function findVisitors(): Promise<Visitors | null> {
    const { readCode } = options
    if (readCode === null) return null
    try {
      const regulars = customers.map(({ phone }) => phone)
      return await openVisitors({ apiUrl, regulars, readCode, random, tally })
    } catch (error) {
      options.onNoCodes((error as Error).message)
      return null
    }
  }

  async function work(): Promise<void> {
    const inFlight = new Set<Promise<void>>()
    const until = options.durationSeconds === 0 ? Infinity : performance.now() + options.durationSeconds * 1000
    for (let next = performance.now(); ;) {
      // Independent customers: the time between two of them is exponentially distributed.
      next += (-Math.log(1 - random.next()) / options.rate) * 1000
      if (next > until) break
      await sleep(Math.max(0, next - performance.now()), undefined, { signal: stopping }).catch(() => undefined)
      if (stopping.aborted) break
      // The tills are busy: whoever comes now has to wait.
      if (inFlight.size >= IN_FLIGHT_MAX) await Promise.race(inFlight)
      const visit: Promise<void> = doOne().finally(() => inFlight.delete(visit))
      inFlight.add(visit)
    }
    await Promise.all(inFlight)
  }

  async function doOne(): Promise<void> {
    const step = random.weighted(steps)
    const customer = random.pick(customers)
    const till = random.pick(tills)
    try {
      tally.count(await take(step, customer, till))
    } catch (error) {
      tally.count('unexpected')
      options.onUnexpected((error as Error).message)
    }
  }

  async function take(step: Step, customer: Customer, till: Till): Promise<Outcome> {
    switch (step) {
      case 'vip':
      case 'rename':
        return desk.tend(step, customer.id)
      case 'adjust': {
        const outcome = await desk.adjust(customer.id)
        await visitors?.answer(customer.id)
        return outcome
      }
      case 'scan':
      case 'newcomer':
        return visitors!.visit(step, till)
      case 'cash':
      case 'charge':
      case 'charge-twice':
      case 'forge':
      case 'mpesa':
      case 'book':
        return counter.take(step, customer)
      case 'add':
      case 'redeem':
      case 'overspend':
      case 'repeat':
      case 'reverse':
        return till.serve(step, customer.phone)
      default:
        return step satisfies never
    }
  }
}

async function untilRevoked(work: Promise<void>, tills: AsyncDisposableStack): Promise<void> {
  try {
    await work
  } finally {
    await tills.disposeAsync()
  }
}

/** Customers who have a card. @throws Error when there are none */
async function listCustomers(office: Session): Promise<Customer[]> {
  const customers: Customer[] = []
  for (let pageAfter: string | null = ''; pageAfter !== null && customers.length < CUSTOMERS_MAX;) {
    const page = pageAfter === '' ? '' : `&pageAfter=${encodeURIComponent(pageAfter)}`
    const answer = await office.ask({ method: 'GET', path: `/api/admin/customers?limit=500${page}` })
    if (answer.status !== 200) throw new Error(`the customers could not be read: ${reasonOf(answer)}`)
    const { items, nextCursor } = answer.body as {
      items: (Customer & { cards: unknown[] })[]
      nextCursor: string | null
    }
    customers.push(...items.filter(({ cards }) => cards.length > 0).map(({ id, phone }) => ({ id, phone })))
    pageAfter = nextCursor
  }
  if (customers.length === 0)
    throw new Error(`${office.user.tenant} has no customers with a card yet; enrol some first`)
  return customers
}

/**
 * Whether M-Pesa payments can be started without anybody being asked for money: only with the number that is Safaricom's own, for
 * trying things out.
 */
async function hasMpesa(office: Session): Promise<boolean> {
  const { status, body } = await office.ask({ method: 'GET', path: '/api/admin/payment-providers' })
  if (status !== 200) return false // not an owner
  const { items } = body as {
    items: { provider: string; canStart: boolean; settings: { shortcode?: string } }[]
  }
  const mpesa = items.find(({ provider }) => provider === 'mpesa')
  return mpesa?.canStart === true && mpesa.settings.shortcode === SANDBOX_SHORTCODE
}

async function makeTerminal(office: Session, name: string): Promise<{ id: string; key: string }> {
  const answer = await office.ask({ method: 'POST', path: '/api/admin/terminals', body: { name } })
  if (answer.status !== 201) throw new Error(`a till could not be made: ${reasonOf(answer)}`)
  return answer.body as { id: string; key: string }
}

async function revokeTerminal(office: Session, id: string): Promise<void> {
  const answer = await office.ask({ method: 'DELETE', path: `/api/admin/terminals/${id}` })
  if (answer.status !== 200) throw new Error(`a till could not be revoked: ${reasonOf(answer)}`)
}
