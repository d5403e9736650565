import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Random } from '../../scripts/random.ts'
import type { Answer, LedgerBook, Operation } from './ledger-book.ts'

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

/**
 * A till that does not give up: it sends a request under its key until it has an answer.
 *
 * resting ─work→ working (one change after the other, a little thought between them) ─rest→ resting, once the change in hand
 * is answered. close ends it, whatever it is doing.
 */
export type Till = {
  readonly tenant: string
  /** When it was last given a final answer, in milliseconds of performance.now(). */
  readonly answeredAtMs: number
  work(): void
  rest(): Promise<void>
  /** Forgets what it did: a restored backup may not hold it. */
  forget(): void
  close(): Promise<void>
}

const THINK_MS = { min: 20, max: 70 }
const ANSWER_LIMIT_MS = 2_000
const RETRY_MS = { min: 40, max: 160 }
/** Answered changes that it may repeat or take back later. */
const REMEMBERED_MAX = 50

const chances = {
  /** Sends the request twice at once: a double tap. */
  twiceAtOnce: 0.05,
  /** Asks again right after the answer, and asks again much later. */
  again: 0.1,
  muchLater: 0.05,
  /** Walks away from a change that was not answered. */
  walkAway: 0.03,
}

export function openTill({ apiUrl, tenant, terminalKey, phones, book, seed }: TillOptions): Till {
  const random = new Random(seed)
  const closing = new AbortController()
  let remembered: { operation: Operation; answer: Answer }[] = []
  let token: string | null = null
  let answeredAtMs = 0
  let working = false
  let running: Promise<void> = Promise.resolve()

  async function run(): Promise<void> {
    while (working && !closing.signal.aborted) {
      if (remembered.length > 0 && random.chance(chances.muchLater)) {
        const { operation, answer } = random.pick(remembered)
        const again = await perform(operation)
        if (again) book.compare(operation, answer, again)
      } else await change(nextOperation())
      await pause(THINK_MS)
    }
  }

  async function change(operation: Operation): Promise<void> {
    book.begin(operation)
    const times = random.chance(chances.twiceAtOnce) ? 2 : 1
    const answers = await Promise.all(Array.from({ length: times }, () => perform(operation)))
    if (random.chance(chances.again)) answers.push(await perform(operation))
    for (const answer of answers) if (answer) book.answer(operation, answer)
    const answer = answers.find((each) => each !== null)
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

  /** Sends until there is a final answer. Null when it walked away, or was closed. */
  async function perform(operation: Operation): Promise<Answer | null> {
    while (!closing.signal.aborted) {
      const answer = await send(operation).catch(() => null) // cut off, refused or too late: nobody knows what became of it
      if (answer && isFinal(answer)) {
        answeredAtMs = performance.now()
        return answer
      }
      if (answer && !isPromised(answer))
        book.report({ kind: 'unpromised', detail: `${operation.path} was answered ${answer.status} ${answer.text}` })
      if (answer?.status === 401) token = null
      else if (random.chance(chances.walkAway)) return null
      else await pause(RETRY_MS)
    }
    return null
  }

  async function send({ key, path, body }: Operation): Promise<Answer> {
    token ??= await signIn()
    return post(path, body, { authorization: `Bearer ${token}`, 'idempotency-key': key })
  }

  async function signIn(): Promise<string> {
    const answer = await post('/api/auth/terminal', JSON.stringify({ key: terminalKey }), {})
    if (answer.status !== 200) throw new Error(`sign-in: ${answer.status} ${answer.text}`)
    return (JSON.parse(answer.text) as { token: string }).token
  }

  async function post(path: string, body: string, headers: Record<string, string>): Promise<Answer> {
    const response = await fetch(`${apiUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      signal: AbortSignal.any([closing.signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]),
    })
    return { status: response.status, text: await response.text() }
  }

  async function pause({ min, max }: { min: number; max: number }): Promise<void> {
    await sleep(random.int(min, max), undefined, { signal: closing.signal }).catch(() => undefined) // closed: the loop ends
  }

  return {
    tenant,
    get answeredAtMs() {
      return answeredAtMs
    },
    work() {
      if (working) return
      working = true
      running = running.then(run)
    },
    async rest() {
      working = false
      await running
    },
    forget() {
      remembered = []
    },
    async close() {
      closing.abort()
      await running
    },
  }
}

/** Applied, or refused for good: by the rules of the ledger, or because the request itself is not as it should be. */
function isFinal({ status }: Answer): boolean {
  return status === 201 || status === 409 || status === 422
}

/** What a till is told to expect when something is out of order: sign in again, or try again. */
function isPromised({ status, text }: Answer): boolean {
  if (status === 429 || status === 401) return true
  return status === 503 && /"code":"(database-unavailable|overloaded)"/.test(text)
}
