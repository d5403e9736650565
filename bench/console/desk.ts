import { randomUUID } from 'node:crypto'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { buildConsole, isConsoleStale } from '../../scripts/start/console.ts'
import { observe } from '../../tests/browser/observations.ts'
import { DESKTOP, openWindow, shows, type Window } from '../../tests/browser/window.ts'
import { launchChromium } from '../../tests/harness/chromium.ts'
import { generate } from '../database/generate.ts'
import { ownerOf, tenantId, type Population } from '../database/population.ts'
import { openBenchDatabase } from '../database/server.ts'
import { httpRequest } from '../driver/http-connection.ts'
import { openPublisher } from '../driver/publisher.ts'
import { signInOwners, signInTills } from '../driver/sign-in.ts'
import { startPlatform } from '../machine/platform.ts'
import type { Scratch } from '../machine/scratch.ts'

export const population: Population = {
  tenants: 1,
  membersPerTenant: 10_000,
  entriesPerCard: 3,
  // No balance gets another number of digits: the mark beside it would go with its edge.
  openingPoints: 5_000_000,
}

const TILLS = 16

/** One business of 10,000 customers, its tills, and a browser in its office. */
export type Desk = {
  /** A context as a person has it, whose pages are observed. */
  newContext(): Promise<BrowserContext>
  /** Signs in, on a page of the business: the customers page unless another is said. */
  signIn(context: BrowserContext, path?: string): Promise<Window>
  /** Asks the API as the owner. */
  asOwner(method: string, path: string, body: object): Promise<void>
  readonly apiUrl: string
  readonly customersUrl: string
  /** Tills on fresh connections: one that has been idle for long may be closed at any moment. */
  openTills(): Promise<Tills>
}

type Tills = {
  /** Redeems one point; resolves with the answer. */
  redeem(customerId: string): Promise<void>
  close(): void
}

export async function openDesk(scratch: Scratch): Promise<Desk> {
  if (isConsoleStale()) await buildConsole()
  const database = await openBenchDatabase(scratch)
  await generate(database.url, population)
  const { apiPort } = await startPlatform(scratch, database.url)
  const [token] = await signInTills(apiPort, 1)
  const [owner] = await signInOwners(apiPort, 1)
  const browser = await launchChromium()
  scratch.onClose(() => browser.close())
  const apiUrl = `http://127.0.0.1:${apiPort}`
  return {
    newContext: () => newContext(browser),
    signIn: (context, path = 'customers') => openWindow(context, apiUrl, ownerOf(0), path),
    asOwner: (method, path, body) => askAs(owner!, method, `${apiUrl}${path}`, body),
    apiUrl,
    customersUrl: `${apiUrl}/${tenantId(0)}/admin/customers`,
    openTills: () => openTills(apiPort, token!),
  }
}

/** Waits until a page follows the stream. */
export const isLive = (page: Page): Promise<void> => shows(page.getByTestId('live-badge'), 'Live', 30_000)

/** With animations: most people have them. */
async function newContext(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext({ ...DESKTOP, reducedMotion: 'no-preference' })
  await observe(context)
  return context
}

async function askAs(token: string, method: string, url: string, body: object): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const answer = await fetch(url, { method, headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${method} ${url} was answered ${answer.status} ${await answer.text()}`)
}

async function openTills(apiPort: number, token: string): Promise<Tills> {
  const connections = await openPublisher(apiPort, TILLS, 201)
  const headersOf = () => ({
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'idempotency-key': randomUUID(),
  })
  return {
    redeem: (customerId) =>
      connections.publish(
        httpRequest('POST', '/api/customer/loyalty/redeem', headersOf(), JSON.stringify({ customerId, points: 1 })),
      ),
    close: () => connections.close(),
  }
}
