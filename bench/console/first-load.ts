import type { BrowserContext, Page } from 'playwright-core'
import { takeObservations } from '../../tests/browser/observations.ts'
import { isLive, type Desk } from './desk.ts'

/** The customers page, opened by somebody who is signed in and has nothing of it in a cache. */
export type FirstLoad = {
  /** Requests until it is live, all of them. */
  readonly requests: number
  /** JavaScript as it travelled. */
  readonly scriptBytes: number
  /** From the navigation to the end of the frame that shows the first customer. */
  readonly firstRowMs: number
  readonly longestTaskMs: number
}

export async function measureFirstLoad(desk: Desk): Promise<FirstLoad> {
  const kept = await signedInStorage(desk)
  const context = await desk.newContext()
  await context.addInitScript((entries) => {
    for (const [name, value] of Object.entries(entries)) sessionStorage.setItem(name, value)
  }, kept)
  const firstRow = await watchFirstRow(context)
  const page = await context.newPage()
  let requests = 0
  page.on('request', () => requests++)
  await page.goto(desk.customersUrl)
  const firstRowMs = await firstRow()
  await isLive(page)
  const { longestTaskMs } = await takeObservations(page)
  const scriptBytes = await sumScripts(page)
  await context.close()
  return { requests, scriptBytes, firstRowMs, longestTaskMs }
}

/** What a browser keeps of a session, taken from one that has signed in. */
async function signedInStorage(desk: Desk): Promise<Record<string, string>> {
  const context = await desk.newContext()
  const { page } = await desk.signIn(context)
  const kept = await page.evaluate(() => Object.fromEntries(Object.entries<string>(sessionStorage)))
  await context.close()
  return kept
}

/** What it resolves to gives, when called, when the first customer was there. */
async function watchFirstRow(context: BrowserContext): Promise<() => Promise<number>> {
  const { promise, resolve } = Promise.withResolvers<number>()
  await context.exposeBinding('noteFirstRow', (_page, atMs: number) => resolve(atMs))
  await context.addInitScript(() => {
    const { noteFirstRow } = globalThis as unknown as { noteFirstRow: (atMs: number) => void }
    const watcher = new MutationObserver(() => {
      if (!document.querySelector('[data-customer]')) return
      watcher.disconnect()
      // The second callback comes when the frame after the first has begun: that one has been drawn.
      requestAnimationFrame(() => requestAnimationFrame(() => noteFirstRow(performance.now())))
    })
    watcher.observe(document, { subtree: true, childList: true })
  })
  return () => promise
}

const sumScripts = (page: Page): Promise<number> =>
  page.evaluate(() =>
    (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
      .filter(({ name }) => new URL(name).pathname.endsWith('.js'))
      .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
  )
