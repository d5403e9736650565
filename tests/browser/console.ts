import { join } from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { launchChromium, launchShell } from '../harness/chromium.ts'
import { PASSWORD, type TestTenant } from '../harness/tenant.ts'
import { openWorld, type World } from '../harness/world.ts'
import { DESKTOP, openWindow, type Credentials, type Window } from './window.ts'

/** Who sits at a window. */
type Visitor = {
  tenant: Pick<TestTenant, 'id' | 'terminalKey'>
  as: 'owner' | 'admin' | 'cashier' | 'terminal'
}

/** Everything real, and browsers that look at it. */
export type Stage = {
  readonly world: World
  readonly browser: Browser
  /**
   * Opens a window of its own (cookies, storage and all) and signs in; lands on `path` of the tenant. It is closed when the
   * test is over; when that has failed, a picture of it is left in `.screenshots/failed`.
   */
  open(visitor: Visitor, path?: string, options?: BrowserContextOptions): Promise<Window>
  /** Opens another tab beside a window, and signs in there. */
  tab(beside: Window, visitor: Visitor, path?: string): Promise<Window>
  close(): Promise<void>
}

const FAILED = join(import.meta.dirname, '..', '..', '.screenshots', 'failed')

export type StageOptions = {
  /** Settings of the API, beside those of tests. */
  readonly api?: Record<string, string>
  /** What only a whole browser knows, such as how a page is installed. Default false: its shell is faster. */
  readonly wholeBrowser?: boolean
}

export async function openStage({ api = {}, wholeBrowser = false }: StageOptions = {}): Promise<Stage> {
  const [world, browser] = await Promise.all([openWorld(() => api), wholeBrowser ? launchChromium() : launchShell()])
  return {
    world,
    browser,
    async open(visitor, path = 'customers', options = {}) {
      const context = await browser.newContext({ ...DESKTOP, ...options })
      closeAfterTest(context)
      return openWindow(context, world.api.url, credentialsOf(visitor), path)
    },
    tab: (beside, visitor, path = 'customers') =>
      openWindow(beside.context, world.api.url, credentialsOf(visitor), path),
    async close() {
      await browser.close()
      await world.close()
    },
  }
}

function credentialsOf({ tenant, as }: Visitor): Credentials {
  if (as === 'terminal') return { tenant: tenant.id, key: tenant.terminalKey }
  return { tenant: tenant.id, email: `${as}@${tenant.id}.test`, password: PASSWORD }
}

/** Whoever looks for why a test has failed sees what its windows showed. */
export function closeAfterTest(context: BrowserContext): void {
  onTestFinished(async ({ task }) => {
    for (const [index, page] of task.result?.state === 'fail' ? context.pages().entries() : []) {
      const name = `${task.name.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 60)}-${Date.now()}-${index}.png`
      await page.screenshot({ path: join(FAILED, name), timeout: 5_000 }).catch(() => undefined) // it may be gone
    }
    await context.close()
  })
}
