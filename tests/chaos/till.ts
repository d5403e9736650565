import { randomUUID } from 'node:crypto'
import { Random } from '../../scripts/random.ts'
import type { Answer } from './answer.ts'
import type { LedgerBook, Operation } from './ledger-book.ts'
import { createPersistence } from './persistence.ts'
import { createShift, type Shift } from './shift.ts'

export type TillOptions = {
  readonly apiUrl: string
  readonly tenant: string
  /** What it signs in with. */
  readonly terminalKey: string
  /** Phones of the customers who come to it. */
  readonly phones: readonly string[]
  readonly book: LedgerBook
  readonly seed: number
}

/** A till that does not give up: it sends a request under its key until it has an answer. */
export type Till = Shift & {
  /** When it was last given a final answer, in milliseconds of performance.now(). */
  readonly answeredAtMs: number
  /** Forgets what it did: a restored backup may not hold it. */
  forget(): void
}

const THINK_MS = { min: 20, max: 70 }
const SIGN_IN_LIMIT_MS = 2_000
/** Applied, or refused for good: by the rules of the ledger, or because the request itself is not as it should be. */
const FINAL = [201, 409, 422]
/** Answered changes that it may repeat or take back later. */
const REMEMBERED_MAX = 50

const chances = {
  twiceAtOnce: 0.05,
  again: 0.1,
  /** Sends a request again that was answered some time ago. */
  muchLater: 0.05,
}

export function openTill({ apiUrl, tenant, terminalKey, phones, book, seed }: TillOptions): Till {
  const random = new Random(seed)
  const closing = new AbortController()
  const persistence = createPersistence({
    apiUrl,
    signIn,
    random,
    closing: closing.signal,
    final: FINAL,
    report: (breach) => book.report(breach),
  })
  let remembered: { operation: Operation; answer: Answer }[] = []

  async function step(): Promise<void> {
    if (remembered.length > 0 && random.chance(chances.muchLater)) {
      const { operation, answer } = random.pick(remembered)
      const again = await persistence.perform({ method: 'POST', ...operation })
      if (again) book.compare(operation, answer, again)
    } else await change(nextOperation())
    await persistence.pause(THINK_MS)
  }

  async function change(operation: Operation): Promise<void> {
    book.begin(operation)
    const answers = await persistence.repeat({ method: 'POST', ...operation }, chances)
    for (const answer of answers) book.answer(operation, answer)
    const [answer] = answers
    if (answer) remembered = [...remembered, { operation, answer }].slice(-REMEMBERED_MAX)
  }

  function nextOperation(): Operation {
    const key = randomUUID()
    const kind = random.weighted({ redeem: 55, add: 35, reverse: 10 })
    const done = remembered.filter(({ operation, answer }) => answer.status === 201 && operation.reverses === null)
    if (kind === 'reverse' && done.length > 0) {
      const { transactionId } = JSON.parse(random.pick(done).answer.text) as { transactionId: string }
      const path = `/api/loyalty/transactions/${transactionId}/reverse`
      return { key, tenant, path, body: '{"reason":"taken back"}', points: null, reverses: transactionId }
    }
    const action = kind === 'redeem' ? 'redeem' : 'add'
    const points = action === 'redeem' ? random.int(1, 60) : random.int(1, 80)
    const body = JSON.stringify({ phone: random.pick(phones), action, points, orderId: key.slice(0, 8) })
    const signed = action === 'redeem' ? -points : points
    return { key, tenant, path: '/api/loyalty/phone-lookup', body, points: signed, reverses: null }
  }

  async function signIn(): Promise<string> {
    const response = await fetch(`${apiUrl}/api/auth/terminal`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key: terminalKey }),
      signal: AbortSignal.any([closing.signal, AbortSignal.timeout(SIGN_IN_LIMIT_MS)]),
    })
    if (!response.ok) throw new Error(`sign-in: ${response.status} ${await response.text()}`)
    return ((await response.json()) as { token: string }).token
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
