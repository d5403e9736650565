import { join } from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { PASSWORD, type TestCustomer, type TestTenant } from '../harness/tenant.ts'
import { openWorld, type World } from '../harness/world.ts'
import { launchChromium } from '../harness/chromium.ts'

/** Who sits at a window. */
type Visitor = { tenant: TestTenant; as: 'owner' | 'admin' | 'cashier' | 'terminal' }

/** A browser window (or a tab) that shows the console. */
export type Window = {
  readonly page: Page
  readonly context: BrowserContext
  /** Everything that the page complained about: exceptions, errors of the console, what its policy refused. */
  readonly complaints: readonly string[]
  /** The row of a customer on the customers page. */
  row(customer: TestCustomer): Locator
  balance(customer: TestCustomer): Locator
  readonly badge: Locator
  readonly toasts: Locator
}

/** Everything real, and browsers that look at it. */
export type Stage = {
  readonly world: World
  readonly browser: Browser
  /**
   * Opens a window of its own (cookies, storage and all) and signs in; lands on `path` of the tenant. It is closed when the
   * test is over; when that has failed, a picture of it is left in `.screenshots`.
   */
  open(visitor: Visitor, path?: string, options?: BrowserContextOptions): Promise<Window>
  /** Opens another tab beside a window, and signs in there. */
  tab(beside: Window, visitor: Visitor, path?: string): Promise<Window>
  close(): Promise<void>
}

const PICTURES = join(import.meta.dirname, '..', '..', '.screenshots')

export type StageOptions = {
  /** Arguments for what a test wants of the browser. */
  readonly chromium?: readonly string[]
  /** Settings of the API. */
  readonly api?: Record<string, string>
}

export async function openStage({ chromium = [], api = {} }: StageOptions = {}): Promise<Stage> {
  const [world, browser] = await Promise.all([openWorld(() => api), launchChromium(chromium)])

  async function show(context: BrowserContext, { tenant, as }: Visitor, path: string): Promise<Window> {
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => {
      // What the network does is said by the tests that cut it.
      if (message.type() === 'error' && !/Failed to load resource|WebSocket/.test(message.text())) {
        complaints.push(message.text())
      }
    })
    await page.goto(`${world.api.url}/${tenant.id}/admin/${path}`)
    if (as === 'terminal') {
      await page.getByText('Terminal', { exact: true }).click()
      await page.locator('[name=key]').fill(tenant.terminalKey)
    } else {
      await page.getByLabel('Business').fill(tenant.id)
      await page.getByLabel('Email').fill(`${as}@${tenant.id}.test`)
      await page.locator('[name=password]').fill(PASSWORD)
    }
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByTestId('live-badge').waitFor()
    const row = (customer: TestCustomer) => page.locator(`[data-customer="${customer.id}"]`)
    return {
      page,
      context,
      complaints,
      row,
      balance: (customer) => row(customer).getByTestId('balance'),
      badge: page.getByTestId('live-badge'),
      toasts: page.getByTestId('toasts'),
    }
  }

  return {
    world,
    browser,
    async open(visitor, path = 'customers', options = {}) {
      const context = await browser.newContext({
        locale: 'en-GB',
        viewport: { width: 1280, height: 800 },
        reducedMotion: 'reduce',
        ...options,
      })
      closeAfterTest(context)
      return show(context, visitor, path)
    },
    tab: (beside, visitor, path = 'customers') => show(beside.context, visitor, path),
    async close() {
      await browser.close()
      await world.close()
    },
  }
}

/** Whoever looks for why a test has failed sees what its windows showed. */
function closeAfterTest(context: BrowserContext): void {
  onTestFinished(async ({ task }) => {
    for (const [index, page] of task.result?.state === 'fail' ? context.pages().entries() : []) {
      const name = `${task.name.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 60)}-${Date.now()}-${index}.png`
      await page.screenshot({ path: join(PICTURES, 'failed', name), timeout: 5_000 }).catch(() => undefined) // it may be gone
    }
    await context.close()
  })
}

/** Waits until a locator shows a text; says what it showed instead. */
export async function shows(locator: Locator, text: string | RegExp, limitMs = 10_000): Promise<void> {
  const deadline = performance.now() + limitMs
  let last = ''
  while (performance.now() < deadline) {
    last = (await locator.allInnerTexts()).join('\n')
    if (typeof text === 'string' ? last.includes(text) : text.test(last)) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`${String(locator)} did not show ${String(text)} within ${limitMs} ms, but ${JSON.stringify(last)}`)
}
