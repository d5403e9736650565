import type { CardState } from '../harness/shown-cards.ts'
import { compareAnswers, type Answer } from './answer.ts'
import type { Breach } from './breach.ts'
import { sameCard } from './reconcile.ts'

/** One change that a till wants, under one key for ever. */
export type Operation = {
  readonly key: string
  readonly tenant: string
  readonly path: string
  /** Sent byte for byte the same each time. */
  readonly body: string
  /** Signed; null when it takes something back. */
  readonly points: number | null
  /** The transaction that it takes back. */
  readonly reverses: string | null
}

/** A ledger entry, as PostgreSQL holds it. */
export type Entry = CardState & {
  readonly id: string
  readonly tenant: string
  readonly cardId: string
  readonly seq: number
  readonly type: string
  readonly points: number
  readonly reverses: string | null
  /** Null for what no till asked for. */
  readonly key: string | null
  /** Whether a scan, an enrolment, an adjustment, a payment or a refund says that it moved these points. */
  readonly engaged: boolean
}

/**
 * An operation, as the tills know it.
 *
 * | state     | means                                                  | in the ledger        |
 * |-----------|--------------------------------------------------------|----------------------|
 * | ambiguous | no answer yet; its till may have walked away           | at most once         |
 * | applied   | 201                                                    | exactly once, as said |
 * | refused   | a refusal that the same key gets for ever              | never                |
 */
type Known = { readonly operation: Operation; answer: Answer | null; entries: number; readonly begunInCheck: number }

/** An ambiguous operation may still be on its way in a process that was frozen; by then it has been dropped. */
const AMBIGUOUS_CHECKS_MAX = 20

/**
 * What the tills were told, to hold the ledger against: everything acknowledged is in it exactly once and says what the answer
 * said, everything refused is not, what is ambiguous is at most once; and every card is the sum of its entries, from the
 * state it had when the book was opened.
 */
export class LedgerBook {
  readonly #known = new Map<string, Known>()
  readonly #found: Breach[] = []
  #cards: Map<string, CardState>
  #checks = 0
  /** Answers that were told for the first time. */
  answered = 0
  /** Answers that were compared with an earlier one under the same key. */
  compared = 0

  constructor(cards: ReadonlyMap<string, CardState>) {
    this.#cards = new Map(cards)
  }

  begin(operation: Operation): void {
    this.#known.set(operation.key, { operation, answer: null, entries: 0, begunInCheck: this.#checks })
  }

  /** Takes a final answer down; a later one under the same key must be the same, byte for byte. */
  answer(operation: Operation, answer: Answer): void {
    const known = this.#known.get(operation.key)
    if (!known) return // forgotten with what a restored backup does not hold
    if (known.answer === null) {
      known.answer = answer
      this.answered++
      return
    }
    this.compared++
    this.compare(operation, known.answer, answer)
  }

  /** The same request again, however much later. */
  compare({ key }: Operation, first: Answer, again: Answer): void {
    this.#found.push(...compareAnswers(key, first, again))
  }

  report(breach: Breach): void {
    this.#found.push(breach)
  }

  /** Starts anew from a database that was restored: keys used after the backup are forgotten, as their points are. */
  restart(cards: ReadonlyMap<string, CardState>): void {
    this.#known.clear()
    this.#cards = new Map(cards)
  }

  /**
   * Holds the entries since the last check, in stream order of each tenant, and the cards against the book. What is settled is
   * then forgotten, so that a run of any length fits in memory.
   */
  check(entries: readonly Entry[], cards: ReadonlyMap<string, CardState>): Breach[] {
    this.#checks++
    const breaches = [...this.#found.splice(0), ...entries.flatMap((entry) => this.#takeEntry(entry))]
    for (const [key, known] of this.#known) {
      if (known.answer?.status === 201 && known.entries === 0)
        breaches.push({
          kind: 'lost',
          detail: `key ${key} was acknowledged, and is not in the ledger: ${known.answer.text}`,
        })
      const settled = known.answer !== null || known.entries > 0
      if (settled || this.#checks - known.begunInCheck > AMBIGUOUS_CHECKS_MAX) this.#known.delete(key)
    }
    for (const [id, card] of cards) {
      const expected = this.#cards.get(id)
      if (!expected || !sameCard(expected, card))
        breaches.push({
          kind: 'wrong',
          detail: `card ${id} is ${JSON.stringify(card)}, its entries make ${JSON.stringify(expected)}`,
        })
    }
    this.#cards = new Map(cards)
    return breaches
  }

  #takeEntry(entry: Entry): Breach[] {
    const said = `entry ${entry.id} of ${entry.tenant} (${entry.type} ${entry.points})`
    const card = after(this.#cards.get(entry.cardId), entry)
    this.#cards.set(entry.cardId, card)
    const breaches: Breach[] = sameCard(card, entry)
      ? []
      : [{ kind: 'wrong', detail: `${said} says ${JSON.stringify(stateOf(entry))}, it makes ${JSON.stringify(card)}` }]
    if (entry.engaged) return breaches
    const known = entry.key === null ? undefined : this.#known.get(entry.key)
    if (!known) return [...breaches, { kind: 'wrong', detail: `nobody asked for ${said}, key ${entry.key}` }]
    known.entries++
    if (known.entries > 1) breaches.push({ kind: 'doubled', detail: `key ${entry.key} moved points twice: ${said}` })
    if (known.answer && !isAnswerFor(known.answer, entry))
      breaches.push({ kind: 'wrong', detail: `${said} was answered ${known.answer.status} ${known.answer.text}` })
    const { points, reverses } = known.operation
    if (reverses !== entry.reverses || (points !== null && points !== entry.points))
      breaches.push({ kind: 'wrong', detail: `${said} is not what was asked for: ${known.operation.body}` })
    return breaches
  }
}

/** What an entry makes of its card: of a redemption, and of one that is taken back, `redeemed` moves; else `earned`. */
function after(card: CardState | undefined, { type, points, earned }: Entry): CardState {
  const before = card ?? { balance: 0, earned: 0, redeemed: 0, version: 0 }
  // Which of the two a reversal moves depends on what it reverses; that it is one of them, and by how much, is checked here.
  const earns = type === 'reverse' ? earned === before.earned + points : type !== 'redeem'
  return {
    balance: before.balance + points,
    earned: before.earned + (earns ? points : 0),
    redeemed: before.redeemed - (earns ? 0 : points),
    version: before.version + 1,
  }
}

function stateOf({ balance, earned, redeemed, version }: CardState): CardState {
  return { balance, earned, redeemed, version }
}

function isAnswerFor({ status, text }: Answer, entry: Entry): boolean {
  if (status !== 201) return false
  const said = JSON.parse(text) as Record<string, unknown>
  return (
    said['transactionId'] === entry.id &&
    said['cardId'] === entry.cardId &&
    said['pointsChange'] === entry.points &&
    said['balance'] === entry.balance &&
    said['earned'] === entry.earned &&
    said['redeemed'] === entry.redeemed &&
    said['cardVersion'] === entry.version &&
    String(said['cursor']).endsWith(`:${entry.seq}`)
  )
}
