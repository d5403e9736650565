import { randomUUID } from 'node:crypto'
import { reasonOf, type Answer, type Request, type Session } from '../api-session.ts'
import type { Random } from '../random.ts'
import { sendUntilAnswered } from './send.ts'
import type { Outcome, Tally } from './tally.ts'

export type TillStep = 'redeem' | 'add' | 'overspend' | 'repeat' | 'reverse'

export type Till = {
  /** Serves one customer. @throws Error that says what was answered and should not have been */
  serve(step: TillStep, phone: string): Promise<Outcome>
  /** Scans a code, under a key. @throws Error like `serve` */
  scan(qr: string, key: string): Promise<Outcome>
}

export type TillOptions = { session: Session; random: Random; tally: Tally }

type Card = { programId: string; balance: number }
type Sent = { request: Request; answer: Answer }

const POINTS_MAX = 1_000_000
const REWARD = 25
const REWARDS_MAX = 10
/** So many transactions are remembered to be taken back later. */
const REMEMBERED_MAX = 50

/** A till with somebody at it: looks the customer up, then does what they want. */
export function createTill({ session, random, tally }: TillOptions): Till {
  let last: Sent | null = null
  const transactions: string[] = []

  async function serve(step: TillStep, phone: string): Promise<Outcome> {
    if (step === 'repeat') return last === null ? serve('add', phone) : repeat(last)
    if (step === 'reverse') return reverse(phone)
    const card = await lookUp(phone)
    switch (step) {
      case 'redeem':
        return redeem(phone, card)
      case 'add':
        return change(phone, card, 'add', random.int(1, 40) * 5, ['program-inactive'])
      case 'overspend':
        return change(phone, card, 'redeem', Math.min(card.balance + POINTS_MAX / 2, POINTS_MAX), [
          'insufficient-points',
        ])
      default:
        return step satisfies never
    }
  }

  /** Rewards cost round numbers. Another till may be quicker: then the card holds less than the look-up said. */
  function redeem(phone: string, card: Card): Promise<Outcome> {
    const affordable = Math.min(Math.floor(card.balance / REWARD), REWARDS_MAX)
    if (affordable < 1) return serve('add', phone)
    return change(phone, card, 'redeem', REWARD * random.int(1, affordable), ['insufficient-points'])
  }

  async function lookUp(phone: string): Promise<Card> {
    const typed = encodeURIComponent(typePhone(random, phone))
    const request: Request = { method: 'GET', path: `/api/loyalty/phone-lookup?phone=${typed}` }
    const answer = await sendUntilAnswered(session, request, random, tally)
    const [card] = (answer.body['cards'] as Card[] | undefined) ?? []
    if (answer.status !== 200 || !card) throw unexpected(request, answer)
    return card
  }

  function change(
    phone: string,
    { programId }: Card,
    action: 'redeem' | 'add',
    points: number,
    mayRefuse: readonly string[],
  ): Promise<Outcome> {
    const orderId = `S-${random.int(100_000, 999_999)}`
    const body = { phone, action, points, programId, orderId }
    return send('/api/loyalty/phone-lookup', body, mayRefuse)
  }

  function reverse(phone: string): Promise<Outcome> {
    const [transaction] = transactions.splice(random.int(0, transactions.length - 1), 1)
    if (transaction === undefined) return serve('add', phone)
    const body = { reason: 'Rung up on the wrong card' }
    return send(`/api/loyalty/transactions/${transaction}/reverse`, body, ['insufficient-points'])
  }

  async function send(path: string, body: unknown, mayRefuse: readonly string[]): Promise<Outcome> {
    const request: Request = { method: 'POST', path, body, headers: { 'idempotency-key': randomUUID() } }
    const since = performance.now()
    const answer = await sendUntilAnswered(session, request, random, tally)
    tally.took(performance.now() - since)
    last = { request, answer }
    if (answer.status === 201) {
      if (!path.endsWith('/reverse')) remember(answer.body['transactionId'] as string)
      return 'done'
    }
    if (answer.status === 422 && mayRefuse.includes(String(answer.body['code']))) return 'refused'
    throw unexpected(request, answer)
  }

  /** What a till does that never saw the answer: the same request again must get the same answer, byte for byte. */
  async function repeat({ request, answer }: Sent): Promise<Outcome> {
    const again = await sendUntilAnswered(session, request, random, tally)
    const same = again.status === answer.status && again.text === answer.text
    if (!same || again.headers.get('idempotency-replayed') !== 'true') {
      throw new Error(`a repeat was not answered as the first time: ${answer.text} → ${again.text}`)
    }
    return 'done'
  }

  async function scan(qr: string, key: string): Promise<Outcome> {
    const headers = { 'idempotency-key': key }
    const request: Request = { method: 'POST', path: '/api/admin/qr-scans', body: { qr }, headers }
    const answer = await sendUntilAnswered(session, request, random, tally)
    if (answer.status === 201) return 'done'
    // It took so long that another code is shown by now.
    if (answer.body['code'] === 'qr-expired') return 'refused'
    throw unexpected(request, answer)
  }

  function remember(transaction: string): void {
    transactions.push(transaction)
    if (transactions.length > REMEMBERED_MAX) transactions.shift()
  }

  return { serve, scan }
}

export function unexpected({ method, path }: Request, answer: Answer): Error {
  return new Error(`${method} ${path} was answered ${reasonOf(answer)}`)
}

/** However people type a number that they read from a card. */
function typePhone(random: Random, phone: string): string {
  const digits = phone.slice(1)
  return random.pick([
    phone,
    `+${digits.slice(0, 2)} ${digits.slice(2, 6)} ${digits.slice(6)}`,
    `+${digits.slice(0, -6)}-${digits.slice(-6, -3)}-${digits.slice(-3)}`,
  ])
}
