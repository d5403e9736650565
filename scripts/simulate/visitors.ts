import { randomUUID } from 'node:crypto'
import { signIn, type Request, type Session } from '../api-session.ts'
import type { ReadCode } from '../codes/desk.ts'
import { makePeople, newcomerPhone } from '../demo/people.ts'
import type { Random } from '../random.ts'
import { sendUntilAnswered } from './send.ts'
import type { Outcome, Tally } from './tally.ts'
import { unexpected, type Till } from './till.ts'

export type VisitorStep = 'scan' | 'newcomer'

/** Customers with telephones of their own. */
export type Visitors = {
  /** One of them, or somebody new, shows a code at a till, and answers what they are asked. */
  visit(step: VisitorStep, till: Till): Promise<Outcome>
  /** Answers what a customer is asked elsewhere, if they are one of these. */
  answer(customerId: string): Promise<void>
}

export type VisitorsOptions = {
  readonly apiUrl: string
  /** Numbers of customers who have been here before. */
  readonly regulars: readonly string[]
  readonly readCode: ReadCode
  readonly random: Random
  readonly tally: Tally
}

type Notification = { readonly id: string; readonly kind: string; readonly status: string | null }

const REGULARS_MAX = 5
const VISITORS_MAX = 100
/** The API sends so many codes a minute for one address, and others sign in too. */
const NEWCOMER_EVERY_MS = 4_000
const ACCEPTS = 0.8

/** Some of the regulars sign in by the codes on their phones. @throws Error when no codes can be had */
export async function openVisitors(options: VisitorsOptions): Promise<Visitors> {
  const { apiUrl, readCode, random, tally } = options
  const visitors: Session[] = []
  let lastNewcomerAt = performance.now()
  for (const phone of random.shuffled(options.regulars).slice(0, REGULARS_MAX)) await welcome(phone, phone)

  async function welcome(phone: string, name: string): Promise<Session> {
    const visitor = await signIn(apiUrl, { kind: 'customer', phone, name, readCode })
    visitors.push(visitor)
    return visitor
  }

  async function newcomer(): Promise<Session> {
    const now = performance.now()
    if (visitors.length >= VISITORS_MAX || now - lastNewcomerAt < NEWCOMER_EVERY_MS) return random.pick(visitors)
    lastNewcomerAt = now
    const [person] = makePeople(random, 1)
    return welcome(
      newcomerPhone(() => random.next()),
      person!.name,
    )
  }

  async function ask(visitor: Session, request: Request, ...statuses: number[]) {
    const answer = await sendUntilAnswered(visitor, request, random, tally)
    if (!statuses.includes(answer.status)) throw unexpected(request, answer)
    return answer
  }

  async function decide(visitor: Session): Promise<void> {
    const { body } = await ask(visitor, { method: 'GET', path: '/api/me/notifications?unread=true' }, 200)
    const open = (body['items'] as Notification[]).filter(({ status }) => status === 'pending')
    for (const { id } of open) {
      const word = random.chance(ACCEPTS) ? 'accept' : 'decline'
      // 409: taken back meanwhile, or answered; 422: more than the card holds.
      const answer = await ask(visitor, { method: 'POST', path: `/api/me/notifications/${id}/${word}` }, 200, 409, 422)
      if (answer.status === 200) tally.saw(word === 'accept' ? 'accepted' : 'declined')
    }
  }

  return {
    async visit(step, till) {
      const visitor = step === 'newcomer' ? await newcomer() : random.pick(visitors)
      const { body } = await ask(visitor, { method: 'GET', path: '/api/me/qr' }, 200)
      const outcome = await till.scan(String(body['qr']), randomUUID())
      if (outcome === 'done') tally.saw('scanned')
      await decide(visitor)
      return outcome
    },
    async answer(customerId) {
      const visitor = visitors.find(({ user }) => user.id === customerId)
      if (visitor) await decide(visitor)
    },
  }
}
