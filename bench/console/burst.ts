import { setTimeout as sleep } from 'node:timers/promises'
import type { Page, Request } from 'playwright-core'
import { gapsMs, recordFrames } from '../../tests/browser/frames.ts'
import { takeObservations } from '../../tests/browser/observations.ts'
import { until } from '../../tests/harness/until.ts'
import { customerId } from '../database/population.ts'
import { population, type Desk } from './desk.ts'
import type { OpenList } from './open-list.ts'

export const BURST_EVENTS = 500
const BATCH = 10
const BATCH_EVERY_MS = (1000 * BATCH) / BURST_EVENTS
/** What is read again because of a burst is asked for by then. */
const REFETCHES_MS = 3000

/** Half a thousand changes in one second, every other one of a customer in sight. */
export type Burst = {
  /** How long it took to make them. */
  readonly elapsedMs: number
  /** From the last answer until every balance in sight is right. */
  readonly settledMs: number
  /** The longest that the screen stood still. */
  readonly longestFrameMs: number
  readonly longestTaskMs: number
  /** Most requests to the API within any second. */
  readonly requestsPerSecond: number
}

export async function measureBurst(desk: Desk, { page, customers }: OpenList): Promise<Burst> {
  const before = await balances(page, customers)
  const wanted = new Map(customers.map((id, index) => [id, before[index]!]))
  const tills = await desk.openTills()
  const requests = watchRequests(page)
  await takeObservations(page)
  const frames = await recordFrames(page)

  const since = performance.now()
  const answers: Promise<void>[] = []
  for (let event = 0; event < BURST_EVENTS; event++) {
    if (event % BATCH === 0) await sleep(Math.max(0, since + (event / BATCH) * BATCH_EVERY_MS - performance.now()))
    const id = event % 2 === 0 ? customers[event % customers.length]! : customerId(event % population.membersPerTenant)
    if (wanted.has(id)) wanted.set(id, wanted.get(id)! - 1)
    const answer = tills.redeem(id)
    answer.catch(() => undefined) // told below, when all have been asked
    answers.push(answer)
  }
  await Promise.all(answers)
  const answeredAt = performance.now()
  tills.close()
  const isRight = async () => (await balances(page, customers)).every((shown, i) => shown === wanted.get(customers[i]!))
  await until(isRight, 'every balance in sight as the ledger has it', 30_000)
  const settledAt = performance.now()
  await sleep(REFETCHES_MS)
  return {
    elapsedMs: answeredAt - since,
    settledMs: settledAt - answeredAt,
    longestFrameMs: Math.max(...gapsMs(await frames())),
    longestTaskMs: (await takeObservations(page)).longestTaskMs,
    requestsPerSecond: mostWithinASecond(requests()),
  }
}

const balances = (page: Page, customers: readonly string[]): Promise<number[]> =>
  page.evaluate(
    (ids) =>
      ids.map((id) => {
        const cell = document.querySelector(`[data-customer="${id}"] [data-testid="balance"]`)
        return Number(cell!.textContent.replaceAll(/\D/g, ''))
      }),
    [...customers],
  )

/** Notes when the page asks the API something, until what it gives is called. */
function watchRequests(page: Page): () => readonly number[] {
  const askedAtMs: number[] = []
  const note = (request: Request) => {
    if (new URL(request.url()).pathname.startsWith('/api/')) askedAtMs.push(performance.now())
  }
  page.on('request', note)
  return () => {
    page.off('request', note)
    return askedAtMs
  }
}

const mostWithinASecond = (atMs: readonly number[]): number =>
  Math.max(0, ...atMs.map((start) => atMs.filter((other) => other >= start && other < start + 1000).length))
