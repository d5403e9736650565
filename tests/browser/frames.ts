import type { Page } from 'playwright-core'

/** One frame of a page: when it began, by the page's clock, and how far its table was scrolled. */
export type Frame = { readonly atMs: number; readonly scrollTop: number }

/** Notes each frame from now on, until what it resolves to is called. */
export async function recordFrames(page: Page): Promise<() => Promise<Frame[]>> {
  await page.getByRole('table').evaluate(startRecording)
  return () => page.evaluate(() => (globalThis as unknown as { takeFrames: () => Frame[] }).takeFrames())
}

/** From each frame to the next. */
export const gapsMs = (frames: readonly Frame[]): number[] =>
  frames.slice(1).map(({ atMs }, index) => atMs - frames[index]!.atMs)

/** Runs in the page. */
function startRecording(table: Element): void {
  const frames: Frame[] = []
  let recording = true
  const record = (atMs: number) => {
    frames.push({ atMs, scrollTop: table.scrollTop })
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
