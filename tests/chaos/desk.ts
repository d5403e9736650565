import { randomUUID } from 'node:crypto'
import { Random } from '../../scripts/random.ts'
import type { Answer } from './answer.ts'
import { createCustomer } from './customer.ts'
import type { EngagementBook, Request } from './engagement-book.ts'
import { createPersistence } from './persistence.ts'
import { createShift, type Shift } from './shift.ts'
import type { Telephone } from './telephone.ts'

export type DeskOptions = {
  readonly apiUrl: string
  readonly tenant: string
  readonly getToken: () => Promise<string>
  /** Customers who come by. */
  readonly telephones: readonly Telephone[]
  /** A token of somebody who was asked to enrol. */
  readonly tokenOf: (customerId: string) => Promise<string>
  readonly book: EngagementBook
  readonly seed: number
}

/** Somebody of the business who scans customers' codes, adjusts their points, and enrols new ones; sends until answered. */
export type Desk = Shift & { readonly answeredAtMs: number }

const THINK_MS = { min: 60, max: 180 }
const FINAL = [201, 404, 409, 422]
const chances = { twiceAtOnce: 0.1, again: 0.15 }
/** Each is a customer more on every list. */
const ENROLLED_MAX = 200

export function openDesk({ apiUrl, tenant, getToken, tokenOf, telephones, book, seed }: DeskOptions): Desk {
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
  let enrolled = 0

  async function step(): Promise<void> {
    const request = await nextRequest()
    if (request) await ask(request)
    await persistence.pause(THINK_MS)
  }

  /** Whoever was asked to enrol answers then and there. */
  async function hearNewcomer({ text }: Answer): Promise<void> {
    const { customerId } = JSON.parse(text) as { customerId: string }
    const getTheirToken = () => tokenOf(customerId)
    const newcomer = createCustomer({ apiUrl, getToken: getTheirToken, book, random, closing: closing.signal })
    await newcomer.decideAll()
  }

  async function ask(request: Request): Promise<void> {
    const answers = await persistence.repeat({ method: 'POST', ...request }, chances)
    for (const answer of answers) book.answer(request, answer)
    const done = answers.find(({ status }) => status === 201)
    if (done && request.kind === 'enrolment') await hearNewcomer(done)
  }

  /** Null when there is nothing to scan right now. */
  async function nextRequest(): Promise<Request | null> {
    const key = randomUUID()
    const customer = random.pick(telephones)
    const request = (kind: Request['kind'], path: string, body: object) => ({
      key,
      tenant,
      kind,
      path: `/api/admin/${path}`,
      body: JSON.stringify(body),
    })
    const kind = random.weighted({ scan: 50, adjustment: 35, enrolment: 15 })
    if (kind === 'scan') {
      const qr = await customer.showQr()
      const points = random.chance(0.5) ? { points: random.int(1, 20) } : {}
      return qr === null ? null : request('scan', 'qr-scans', { qr, ...points })
    }
    if (kind === 'adjustment' || enrolled === ENROLLED_MAX) {
      const points = random.int(1, 30) * random.pick([1, 1, -1])
      return request('adjustment', 'adjustments', { customerId: customer.customerId, points, reason: 'By hand' })
    }
    const phone = `+44730651${seed % 10}${String(enrolled++).padStart(3, '0')}`
    return request('enrolment', 'enrolments', { phone, name: `Newcomer ${enrolled}` })
  }

  return {
    ...createShift(step, closing),
    get answeredAtMs() {
      return persistence.answeredAtMs
    },
  }
}
