import { compareAnswers, type Answer } from './answer.ts'
import type { Breach } from './breach.ts'

/** Something that a business asks of a customer, under one key for ever. */
export type Request = {
  readonly key: string
  readonly tenant: string
  readonly kind: 'scan' | 'adjustment' | 'enrolment'
  readonly path: string
  /** Sent byte for byte the same each time. */
  readonly body: string
}

/** What PostgreSQL holds of one request: a scan, an adjustment or an enrolment. */
export type Engagement = {
  readonly tenant: string
  readonly kind: Request['kind']
  readonly id: string
  /** Where it can be decided. */
  readonly status: string | null
  /** Changes of points that it says it made. */
  readonly transactions: number
  /** How often it was decided. */
  readonly decisions: number
  /** How often its customer was asked. */
  readonly questions: number
}

type Known = { readonly request: Request; answer: Answer | null }
/** What a customer was told that became of their answer. */
type Told = { readonly tenant: string; readonly id: string; readonly status: string }

const REFUSALS = new Set([
  'qr-used',
  'qr-expired',
  'insufficient-points',
  'already-enrolled',
  'enrolment-pending',
  'already-decided',
  'adjustment-expired',
  // Of what a restored backup does not hold.
  'notification-not-found',
  'customer-not-found',
])

/**
 * What businesses and customers were told, to hold the database against: what was acknowledged is there, what was decided stays
 * decided, once, with the points that it moves and no others (I10).
 */
export class EngagementBook {
  readonly #known = new Map<string, Known>()
  readonly #found: Breach[] = []
  #told: Told[] = []
  /** Requests that were acknowledged, and decisions that were. */
  requested = 0
  decided = 0

  /** Takes an answer down; a later one under the same key must be the same, byte for byte. */
  answer(request: Request, answer: Answer): void {
    const known = this.#known.get(request.key)
    if (known?.answer) return void this.#found.push(...compareAnswers(request.key, known.answer, answer))
    this.#known.set(request.key, { request, answer })
    if (answer.status === 201) this.requested++
    else this.#explain(request.path, answer)
  }

  /** A customer's answer to a question was taken, or refused. */
  decision(tenant: string, path: string, answer: Answer): void {
    if (answer.status !== 200) return this.#explain(path, answer)
    const { id, status } = JSON.parse(answer.text) as { id: string; status: string }
    this.#told.push({ tenant, id, status })
    this.decided++
  }

  report(breach: Breach): void {
    this.#found.push(breach)
  }

  /** Starts anew from a database that was restored. */
  restart(): void {
    this.#known.clear()
    this.#told = []
  }

  /** Holds everything that the database has of it against what was said since the last check. */
  check(engagements: readonly Engagement[]): Breach[] {
    const breaches = this.#found.splice(0)
    const byId = new Map(engagements.map((each) => [each.id, each]))
    for (const { request, answer } of this.#known.values()) {
      if (answer?.status !== 201) continue
      const { id } = JSON.parse(answer.text) as { id: string }
      const { kind, tenant } = byId.get(id) ?? {}
      if (kind !== request.kind || tenant !== request.tenant)
        breaches.push({
          kind: 'lost',
          detail: `${request.kind} ${id} of ${request.tenant} was acknowledged, and is not there`,
        })
    }
    for (const { tenant, id, status } of this.#told) {
      const found = byId.get(id)
      if (found?.status !== status || found.tenant !== tenant)
        breaches.push({
          kind: 'wrong',
          detail: `${id} of ${tenant} is ${found?.status}, its customer was told ${status}`,
        })
    }
    for (const each of engagements) breaches.push(...checkOne(each))
    this.#known.clear()
    this.#told = []
    return breaches
  }

  #explain(path: string, { status, text }: Answer): void {
    const { code } = JSON.parse(text) as { code: string }
    if (!REFUSALS.has(code)) this.report({ kind: 'unpromised', detail: `${path} was answered ${status} ${text}` })
  }
}

/** Scans may have moved points when they were made; what can be decided moves them when it is accepted. */
const MOVES = new Set(['approved', 'active'])

function checkOne({ kind, id, tenant, status, transactions, decisions, questions }: Engagement): Breach[] {
  const said = `${kind} ${id} of ${tenant} (${status})`
  const breaches: Breach[] = []
  if (decisions > 1) breaches.push({ kind: 'doubled', detail: `${said} was decided ${decisions} times` })
  if (questions > 1) breaches.push({ kind: 'doubled', detail: `${said} was asked ${questions} times` })
  if (status === 'pending' && decisions > 0)
    breaches.push({ kind: 'wrong', detail: `${said} was decided all the same` })
  const due = status === null ? transactions <= 1 : transactions === Number(MOVES.has(status))
  if (!due) breaches.push({ kind: 'wrong', detail: `${said} moved points ${transactions} times` })
  return breaches
}
