import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { reasonOf, signIn, type Session } from '../api-session.ts'
import type { Shop } from './shop.ts'

export type TillsOptions = {
  readonly apiUrl: string
  readonly shop: Shop
  /** Redemptions a second, of all tills together. */
  readonly rate: number
}

/** Tills that redeem one point after the other and never ask twice: what is not answered as it should be has failed. */
export type Tills = {
  readonly redeemed: number
  readonly failed: number
  /** Why, each reason once. */
  readonly failures: readonly string[]
  /** The longest that a till has waited for an answer since this was asked last. */
  takeLongestWaitMs(): number
  /** Resolves when the last answer is there. */
  stop(): Promise<void>
}

const FAILURES_KEPT = 20

/** Starts one till for each key of the shop. Each waits for its answer before it asks again, as a cashier does. */
export async function startTills({ apiUrl, shop, rate }: TillsOptions): Promise<Tills> {
  const sessions = await Promise.all(shop.tillKeys.map((key) => signIn(apiUrl, { kind: 'terminal', key })))
  const intervalMs = (1000 * sessions.length) / rate
  const counts = { redeemed: 0, failed: 0 }
  const failures: string[] = []
  let longestWaitMs = 0
  let running = true
  const tills = sessions.map(serve)
  return {
    get redeemed() {
      return counts.redeemed
    },
    get failed() {
      return counts.failed
    },
    failures,
    takeLongestWaitMs() {
      const taken = longestWaitMs
      longestWaitMs = 0
      return taken
    },
    async stop() {
      running = false
      await Promise.all(tills)
    },
  }

  async function serve(session: Session, till: number): Promise<void> {
    // Not all of them in the same moment.
    let next = performance.now() + (intervalMs * till) / sessions.length
    for (let turn = till; running; turn++) {
      await sleep(Math.max(0, next - performance.now()))
      const since = performance.now()
      await redeem(session, shop.customerIds[turn % shop.customerIds.length]!)
      longestWaitMs = Math.max(longestWaitMs, performance.now() - since)
      next = Math.max(next + intervalMs, performance.now())
    }
  }

  async function redeem(session: Session, customerId: string): Promise<void> {
    try {
      const answer = await session.ask({
        method: 'POST',
        path: '/api/customer/loyalty/redeem',
        headers: { 'idempotency-key': randomUUID() },
        body: { customerId, points: 1 },
      })
      if (answer.status === 201) counts.redeemed++
      else fail(reasonOf(answer))
    } catch (error) {
      fail((error as Error).message)
    }
  }

  function fail(reason: string): void {
    counts.failed++
    if (failures.length < FAILURES_KEPT && !failures.includes(reason)) failures.push(reason)
  }
}
