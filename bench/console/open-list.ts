import type { Page } from 'playwright-core'
import { customersInSight, readToEnd, scrollCustomers, type Scrolling } from '../../tests/browser/customer-table.ts'
import { takeObservations } from '../../tests/browser/observations.ts'
import { watchPaints, type Paint } from '../../tests/browser/paints.ts'
import { until } from '../../tests/harness/until.ts'
import { createDurations } from '../run/statistics.ts'
import { isLive, population, type Desk } from './desk.ts'

/** The customers page with every one of its rows read, live. */
export type OpenList = {
  readonly page: Page
  readonly customers: readonly string[]
  readonly paints: readonly Paint[]
}

/** Changes made one after the other, of customers in sight. */
export type Updates = {
  readonly paintP50Ms: number
  readonly paintP95Ms: number
  readonly changeToFrameP50Ms: number
  readonly changeToFrameP95Ms: number
  readonly layoutShift: number
}

/** By name, near its end: what moves there moves nobody. */
export async function openListByName(desk: Desk): Promise<OpenList> {
  const list = await openList(desk, '')
  await scrollCustomers(list.page, -4_000, 4_000)
  return { ...list, customers: await customersInSight(list.page) }
}

/** By points, at its top, where the fewest are: a change may move anybody, so the list has to be read again. */
export async function openListByPoints(desk: Desk): Promise<OpenList> {
  const list = await openList(desk, '?sort=points&order=asc')
  await list.page.getByRole('table').evaluate((table) => table.scrollTo({ top: 0 }))
  return { ...list, customers: await customersInSight(list.page) }
}

async function openList(desk: Desk, search: string): Promise<Omit<OpenList, 'customers'>> {
  const context = await desk.newContext()
  const paints = await watchPaints(context)
  const { page } = await desk.signIn(context, `customers${search}`)
  await isLive(page)
  await readToEnd(page, population.membersPerTenant)
  return { page, paints }
}

export async function measureUpdates(desk: Desk, list: OpenList, updates: number): Promise<Updates> {
  const { page, paints, customers } = list
  await takeObservations(page)
  const tills = await desk.openTills()
  const begin = paints.length
  for (let update = 0; update < updates; update++) {
    await tills.redeem(customers[update % customers.length]!)
    await until(() => paints.length > begin + update, 'a changed balance on the screen')
  }
  tills.close()
  const { layoutShift } = await takeObservations(page)
  const toFrame = createDurations()
  const fromChange = createDurations()
  for (const { messageToFrameMs, changeToFrameMs } of paints.slice(begin)) {
    toFrame.add(messageToFrameMs)
    fromChange.add(changeToFrameMs)
  }
  return {
    paintP50Ms: toFrame.quantile(0.5),
    paintP95Ms: toFrame.quantile(0.95),
    changeToFrameP50Ms: fromChange.quantile(0.5),
    changeToFrameP95Ms: fromChange.quantile(0.95),
    layoutShift,
  }
}

const SCROLL_PX_PER_SECOND = 8_000

/** Down for so many seconds, and up again. */
export async function measureScrolling({ page }: OpenList, seconds: number): Promise<Scrolling> {
  const distancePx = SCROLL_PX_PER_SECOND * seconds
  const down = await scrollCustomers(page, distancePx, SCROLL_PX_PER_SECOND)
  const up = await scrollCustomers(page, -distancePx, SCROLL_PX_PER_SECOND)
  return {
    framesPerSecond: Math.min(down.framesPerSecond, up.framesPerSecond),
    longestFrameMs: Math.max(down.longestFrameMs, up.longestFrameMs),
  }
}
