import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../scripts/random.ts'
import type { Answer } from './answer.ts'
import type { Breach } from './breach.ts'

/** A request that is sent byte for byte the same each time. */
type Wish = {
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly path: string
  readonly body?: string
  /** Its idempotency key, where it has one. */
  readonly key?: string
  /** What proves who sends it, of those who do not sign in. */
  readonly headers?: Readonly<Record<string, string>>
}

type RepeatChances = {
  /** Sends the request twice at once: a double tap. */
  readonly twiceAtOnce: number
  /** Sends it once more, right after the answer. */
  readonly again: number
}

export type PersistenceOptions = {
  readonly apiUrl: string
  /** Null for who does not sign in. */
  readonly signIn: (() => Promise<string>) | null
  readonly random: Random
  readonly closing: AbortSignal
  /** Statuses after which nobody asks again. */
  readonly final: readonly number[]
  /** How often what was not answered is let be; 0.03 by default. */
  readonly walkAway?: number
  readonly report: (breach: Breach) => void
}

/** Somebody who does not give up: asks until there is an answer. */
export type Persistence = {
  /** When a final answer was given last, in milliseconds of performance.now(). */
  readonly answeredAtMs: number
  /** Sends until there is a final answer. Null when they walked away, or it was closed. */
  perform(wish: Wish): Promise<Answer | null>
  /** The same, now and then more than once. Gives all answers. */
  repeat(wish: Wish, chances: RepeatChances): Promise<Answer[]>
  pause(range: { readonly min: number; readonly max: number }): Promise<void>
}

const ANSWER_LIMIT_MS = 2_000
const RETRY_MS = { min: 40, max: 160 }

export function createPersistence(options: PersistenceOptions): Persistence {
  const { apiUrl, signIn, random, closing, final, walkAway = 0.03, report } = options
  let token: string | null = null
  let answeredAtMs = 0

  async function perform(wish: Wish): Promise<Answer | null> {
    while (!closing.aborted) {
      const answer = await send(wish).catch(() => null) // cut off, refused or too late: nobody knows what became of it
      if (answer && final.includes(answer.status)) {
        answeredAtMs = performance.now()
        return answer
      }
      const mustSignIn = answer?.status === 401 && signIn !== null
      if (answer && !mustSignIn && !isPromised(answer))
        report({ kind: 'unpromised', detail: `${wish.path} was answered ${answer.status} ${answer.text}` })
      if (mustSignIn) token = null
      else if (random.chance(walkAway)) return null
      else await pause(RETRY_MS)
    }
    return null
  }

  async function repeat(wish: Wish, { twiceAtOnce, again }: RepeatChances): Promise<Answer[]> {
    const times = random.chance(twiceAtOnce) ? 2 : 1
    const answers = await Promise.all(Array.from({ length: times }, () => perform(wish)))
    if (random.chance(again)) answers.push(await perform(wish))
    return answers.filter((answer) => answer !== null)
  }

  async function send({ method, path, body, key, headers }: Wish): Promise<Answer> {
    if (signIn) token ??= await signIn()
    const response = await fetch(`${apiUrl}${path}`, {
      method,
      headers: {
        ...headers,
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.any([closing, AbortSignal.timeout(ANSWER_LIMIT_MS)]),
    })
    return { status: response.status, text: await response.text() }
  }

  async function pause({ min, max }: { min: number; max: number }): Promise<void> {
    await sleep(random.int(min, max), undefined, { signal: closing }).catch(() => undefined) // closed: loops end
  }

  return {
    get answeredAtMs() {
      return answeredAtMs
    },
    perform,
    repeat,
    pause,
  }
}

/** What everybody is told to expect when something is out of order: try again. */
function isPromised({ status, text }: Answer): boolean {
  if (status === 429) return true
  return status === 503 && /"code":"(database-unavailable|overloaded)"/.test(text)
}
