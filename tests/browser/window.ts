import type { BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core'

/** How somebody signs in. */
export type Credentials =
  | { readonly tenant: string; readonly email: string; readonly password: string }
  | { readonly tenant: string; readonly key: string }

/** A browser window (or a tab) that shows the console. */
export type Window = {
  readonly page: Page
  readonly context: BrowserContext
  /** Everything that the page complained about: exceptions, errors of the console, what its policy refused. */
  readonly complaints: readonly string[]
  /** The row of a customer on the customers page. */
  row(customer: { readonly id: string }): Locator
  balance(customer: { readonly id: string }): Locator
  readonly badge: Locator
  readonly toasts: Locator
}

/** A desktop without animations, in British English, so that what is shown can be told. */
export const DESKTOP: BrowserContextOptions = {
  locale: 'en-GB',
  viewport: { width: 1280, height: 800 },
  reducedMotion: 'reduce',
}

/** Opens a page of the tenant and signs in as a person does; the page then shows it. */
export async function openWindow(
  context: BrowserContext,
  apiUrl: string,
  credentials: Credentials,
  path: string,
): Promise<Window> {
  const { page, complaints } = await openPage(context)
  await page.goto(`${apiUrl}/${credentials.tenant}/admin/${path}`)
  await signIn(page, credentials)
  await page.getByTestId('live-badge').waitFor()
  const row = ({ id }: { readonly id: string }) => page.locator(`[data-customer="${id}"]`)
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

/** An empty page that notes everything it complains about: exceptions, errors of the console, what its policy refused. */
export async function openPage(context: BrowserContext): Promise<Pick<Window, 'page' | 'complaints'>> {
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
  return { page, complaints }
}

async function signIn(page: Page, credentials: Credentials): Promise<void> {
  if ('key' in credentials) {
    await page.getByText('Terminal', { exact: true }).click()
    await page.locator('[name=key]').fill(credentials.key)
  } else {
    await page.getByLabel('Business').fill(credentials.tenant)
    await page.getByLabel('Email').fill(credentials.email)
    await page.locator('[name=password]').fill(credentials.password)
  }
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** Waits until a locator shows a text, whether its spaces may break or not; says what it showed instead. */
export async function shows(locator: Locator, text: string | RegExp, limitMs = 10_000): Promise<void> {
  const deadline = performance.now() + limitMs
  let last = ''
  while (performance.now() < deadline) {
    last = (await locator.allInnerTexts()).join('\n').replaceAll(/[\u00A0\u202F]/g, ' ')
    if (typeof text === 'string' ? last.includes(text) : text.test(last)) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`${String(locator)} did not show ${String(text)} within ${limitMs} ms, but ${JSON.stringify(last)}`)
}
