import type { Page } from 'playwright-core'
import { until } from '../harness/until.ts'
import { gapsMs, recordFrames, type Frame } from './frames.ts'

/** How smoothly a list was scrolled, from its first movement to its last. */
export type Scrolling = {
  readonly framesPerSecond: number
  readonly longestFrameMs: number
}

/** Goes on to the end until every row of the customers page is read; there are so many. */
export async function readToEnd(page: Page, rows: number): Promise<void> {
  const table = page.getByRole('table')
  const hasAll = async () => (await table.getAttribute('aria-rowcount')) === String(rows + 1) // and the header
  await until(
    async () => {
      await table.evaluate((element) => element.scrollTo({ top: element.scrollHeight }))
      return hasAll()
    },
    `a table of ${rows} rows`,
    60_000,
  )
}

/** Ids of the customers whose rows are wholly in sight; waits until there are some, as after a jump. */
export function customersInSight(page: Page): Promise<string[]> {
  const table = page.getByRole('table')
  return until(async () => {
    const ids = await table.evaluate(idsInSight)
    return ids.length > 0 ? ids : null
  }, 'rows in sight')
}

/** Scrolls the customers as a finger on a wheel does, and looks at each frame. Downwards when `distancePx` is positive. */
export async function scrollCustomers(page: Page, distancePx: number, pxPerSecond: number): Promise<Scrolling> {
  const table = page.getByRole('table')
  const box = (await table.boundingBox())!
  const devtools = await page.context().newCDPSession(page)
  const frames = await recordFrames(page)
  await devtools.send('Input.synthesizeScrollGesture', {
    x: box.x + box.width / 2,
    y: box.y + box.height / 2,
    yDistance: -distancePx,
    speed: pxPerSecond,
    gestureSourceType: 'mouse',
    preventFling: true,
  })
  await devtools.detach()
  return smoothness(await frames())
}

function smoothness(frames: readonly Frame[]): Scrolling {
  const hasMoved = (frame: Frame, index: number) => index > 0 && frame.scrollTop !== frames[index - 1]!.scrollTop
  const moving = frames.slice(frames.findIndex(hasMoved), frames.findLastIndex(hasMoved) + 1)
  if (moving.length < 2) throw new Error(`nothing has moved in ${frames.length} frames`)
  const elapsedMs = moving.at(-1)!.atMs - moving[0]!.atMs
  return { framesPerSecond: ((moving.length - 1) * 1000) / elapsedMs, longestFrameMs: Math.max(...gapsMs(moving)) }
}

/** Runs in the page. */
function idsInSight(table: Element): string[] {
  const header = table.querySelector('[role=columnheader]')!.getBoundingClientRect()
  const { bottom } = table.getBoundingClientRect()
  const rows = [...table.querySelectorAll<HTMLElement>('[data-customer]')].filter((row) => {
    const place = row.getBoundingClientRect()
    return place.top >= header.bottom && place.bottom <= bottom
  })
  return rows.map((row) => row.dataset['customer']!)
}
