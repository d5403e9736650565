import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { chargeEvent, PAYSTACK_KEY, signPaystack } from '../../tests/harness/providers/paystack.ts'
import { until } from '../../tests/harness/until.ts'
import { tenantId } from '../database/population.ts'
import { createDurations } from '../run/statistics.ts'
import { isLive, type Desk } from './desk.ts'

/** An open dashboard of today, and how to pay. */
export type OpenDashboard = {
  readonly page: Page
  /** When each number of payments was first in a frame, by the wall clock. */
  readonly seen: ReadonlyMap<number, number>
}

/** Callbacks of payments, one after the other, with an open dashboard. */
export type Takings = {
  readonly callbackToFigureP50Ms: number
  readonly callbackToFigureP95Ms: number
}

/** A dashboard reads its figures once a second at most: a payment that comes sooner waits for the one before. */
const APART_MS = 1_100

/** Sets Paystack up for the business, and opens its dashboard. */
export async function openDashboard(desk: Desk): Promise<OpenDashboard> {
  await desk.asOwner('PUT', '/api/admin/payment-providers/paystack', { secretKey: PAYSTACK_KEY })
  const seen = new Map<number, number>()
  const context = await desk.newContext()
  await context.exposeBinding('noteFigure', (_page, payments: number, atMs: number) => {
    if (!seen.has(payments)) seen.set(payments, atMs)
  })
  await context.addInitScript(watchFigure)
  const { page } = await desk.signIn(context, 'dashboard?period=today')
  await isLive(page)
  await until(() => seen.size > 0, 'the number of payments')
  return { page, seen }
}

export async function measureTakings(desk: Desk, { seen }: OpenDashboard, payments: number): Promise<Takings> {
  const durations = createDurations()
  for (let payment = 0; payment < payments; payment++) {
    await sleep(APART_MS)
    const next = Math.max(...seen.keys()) + 1
    const sentAtMs = Date.now()
    await callBack(desk.apiUrl)
    durations.add((await until(() => seen.get(next), `payment ${next} on the dashboard`)) - sentAtMs)
  }
  return {
    callbackToFigureP50Ms: durations.quantile(0.5),
    callbackToFigureP95Ms: durations.quantile(0.95),
  }
}

/** What Paystack sends when somebody has paid, signed. */
async function callBack(apiUrl: string): Promise<void> {
  const reference = crypto.randomUUID()
  const body = JSON.stringify(chargeEvent({ reference, amount: 10_000, paid_at: new Date().toISOString() }))
  const headers = { 'content-type': 'application/json', 'x-paystack-signature': signPaystack(body) }
  const answer = await fetch(`${apiUrl}/api/webhooks/paystack/${tenantId(0)}`, { method: 'POST', headers, body })
  if (answer.status !== 200) throw new Error(`a callback was answered ${answer.status} ${await answer.text()}`)
}

/** Runs in the page, before anything of its own: notes the end of each frame that shows another number of payments. */
function watchFigure(): void {
  const { noteFigure } = globalThis as unknown as { noteFigure: (payments: number, atMs: number) => void }
  let last = ''
  new MutationObserver(() => {
    const shown = document.querySelector('[data-testid="payments-figure"]')?.textContent ?? ''
    if (shown === last) return
    last = shown
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      // A task that was posted in the frame's callback comes when the frame has been drawn.
      port1.addEventListener('message', () => noteFigure(Number(shown.replaceAll(/\D/g, '')), Date.now()))
      port1.start()
      port2.postMessage(null)
    })
  }).observe(document, { subtree: true, childList: true, characterData: true })
}
