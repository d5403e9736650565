import type { Page } from 'playwright-core'
import { until } from '../harness/until.ts'

/** How smoothly a list was scrolled, from its first movement to its last. */
export type Scrolling = {
  readonly framesPerSecond: number
  readonly longestFrameMs: number
}

type Frame = { readonly atMs: number; readonly top: number }

/** Goes on to the end until every row of the customers page is read; there are so many. */
export async function readToEnd(page: Page, rows: number): Promise<void> {
  const table = page.getByRole('table')
  const hasAll = async () => (await table.getAttribute('aria-rowcount')) === String(rows + 1) // and the header
  await until(
    async () => {
      await table.evaluate((element) => element.scrollTo({ top: element.scrollHeight }))
      return hasAll()
    },
    60_000,
    `a table of ${rows} rows`,
  )
}

/** Ids of the customers whose rows are wholly in sight. */
export function customersInSight(page: Page): Promise<string[]> {
  return page.getByRole('table').evaluate((table) => {
    const header = table.querySelector('[role=columnheader]')!.getBoundingClientRect()
    const { bottom } = table.getBoundingClientRect()
    const rows = [...table.querySelectorAll<HTMLElement>('[data-customer]')].filter((row) => {
      const place = row.getBoundingClientRect()
      return place.top >= header.bottom && place.bottom <= bottom
    })
    return rows.map((row) => row.dataset['customer']!)
  })
}

/** Scrolls the customers as a finger on a wheel does, and looks at each frame. Downwards when `distancePx` is positive. */
export async function scrollCustomers(page: Page, distancePx: number, pxPerSecond: number): Promise<Scrolling> {
  const table = page.getByRole('table')
  const box = (await table.boundingBox())!
  const devtools = await page.context().newCDPSession(page)
  await table.evaluate(recordFrames)
  await devtools.send('Input.synthesizeScrollGesture', {
    x: box.x + box.width / 2,
    y: box.y + box.height / 2,
    yDistance: -distancePx,
    speed: pxPerSecond,
    gestureSourceType: 'mouse',
    preventFling: true,
  })
  await devtools.detach()
  return smoothness(await page.evaluate(() => (globalThis as unknown as { takeFrames: () => Frame[] }).takeFrames()))
}

/** Runs in the page: where the table stood in each frame, until it is asked for. */
function recordFrames(table: Element): void {
  const frames: Frame[] = []
  let recording = true
  const record = (atMs: number) => {
    frames.push({ atMs, top: table.scrollTop })
    if (recording) requestAnimationFrame(record)
  }
  requestAnimationFrame(record)
  Object.assign(globalThis, {
    takeFrames() {
      recording = false
      return frames
    },
  })
}

function smoothness(frames: readonly Frame[]): Scrolling {
  const hasMoved = (frame: Frame, index: number) => index > 0 && frame.top !== frames[index - 1]!.top
  const moving = frames.slice(frames.findIndex(hasMoved), frames.findLastIndex(hasMoved) + 1)
  if (moving.length < 2) throw new Error(`nothing has moved in ${frames.length} frames`)
  const gaps = moving.slice(1).map(({ atMs }, index) => atMs - moving[index]!.atMs)
  const elapsedMs = gaps.reduce((sum, gap) => sum + gap, 0)
  return { framesPerSecond: (gaps.length * 1000) / elapsedMs, longestFrameMs: Math.max(...gaps) }
}
