import type { BrowserContext, Page } from 'playwright-core'

/** What the browser itself reports about a page. */
export type Observations = {
  /** The longest that it could not answer anybody; 0 when nothing took 50 ms. */
  readonly longestTaskMs: number
  /** How much moved that nobody had asked to move: the score of Cumulative Layout Shift. Toasts make room for others. */
  readonly layoutShift: number
}

/** https://wicg.github.io/layout-instability/, which TypeScript does not know. */
type LayoutShift = PerformanceEntry & {
  readonly value: number
  readonly sources: readonly { readonly node: Node | null }[]
}

type Observing = { takeObservations: () => Observations }

/** Observes every page that the context opens from now on. */
export const observe = (context: BrowserContext): Promise<unknown> => context.addInitScript(collect)

/** What was observed since the page was opened, or since this was last asked. */
export const takeObservations = (page: Page): Promise<Observations> =>
  page.evaluate(() => (globalThis as unknown as Observing).takeObservations())

/** Runs in the page, before anything of its own. */
function collect(): void {
  let longestTaskMs = 0
  let layoutShift = 0
  const tasks = new PerformanceObserver((list) => noteTasks(list.getEntries()))
  const shifts = new PerformanceObserver((list) => noteShifts(list.getEntries()))
  tasks.observe({ type: 'longtask', buffered: true })
  shifts.observe({ type: 'layout-shift', buffered: true })

  function noteTasks(entries: readonly PerformanceEntry[]): void {
    for (const { duration } of entries) longestTaskMs = Math.max(longestTaskMs, duration)
  }

  function noteShifts(entries: readonly PerformanceEntry[]): void {
    for (const { value, sources } of entries as readonly LayoutShift[]) {
      if (sources.some(({ node }) => isMoved(node))) layoutShift += value
    }
  }

  /** A text by itself has only become wider or narrower, with its end where it was. */
  const isMoved = (node: Node | null) => node instanceof Element && !node.closest('[data-testid="toasts"]')

  const observing: Observing = {
    takeObservations() {
      noteTasks(tasks.takeRecords())
      noteShifts(shifts.takeRecords())
      const taken = { longestTaskMs, layoutShift }
      longestTaskMs = layoutShift = 0
      return taken
    },
  }
  Object.assign(globalThis, observing)
}
