import type { BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { decodeQR } from 'qr/decode.js'
import { expect } from 'vitest'
import { newKey, type Answer } from '../harness/api.ts'
import { startCodeWebhook, type CodeWebhook } from '../harness/code-webhook.ts'
import type { TestTenant } from '../harness/tenant.ts'
import { until } from '../harness/until.ts'
import { closeAfterTest, openStage, type Stage } from './console.ts'
import { openPage, type Window } from './window.ts'

/** A customer's window: signed in with a code that came to their phone. */
type CustomerWindow = Pick<Window, 'page' | 'context' | 'complaints'> & {
  readonly badge: Locator
  readonly notices: Locator
  /** How many are unread, as the tab bar says; nothing when none is. */
  readonly unread: Locator
  /** What waits for an answer, above the page. */
  readonly asked: Locator
  card(cardId: string): Locator
  balance(cardId: string): Locator
  /** Rows of the notifications page, of a kind. */
  news(kind: string): Locator
  go(tab: 'Cards' | 'QR code' | 'Notifications'): Promise<void>
  /** What the code on the screen says. */
  qr(): Promise<string>
}

/** A stage with businesses, tills that scan, and customers. */
export type CustomerStage = Stage & {
  readonly webhook: CodeWebhook
  /** Opens a window of its own and signs in with the phone; `name` is of somebody new. Lands on `path`. */
  customer(phone: string, more?: CustomerOptions): Promise<CustomerWindow>
  /** Another window of somebody who has one. */
  beside(context: BrowserContext, phone: string): Promise<CustomerWindow>
  /** Asks the API as staff or a till of a tenant. */
  as(tenant: TestTenant, role: 'owner' | 'terminal'): Promise<Business>
}

type CustomerOptions = { path?: string; name?: string; options?: BrowserContextOptions }

/** What a business does, by the real API. */
export type Business = {
  scan(qr: string): Promise<Answer>
  points(phone: string, action: 'add' | 'redeem', points: number): Promise<Answer>
  post(path: string, body: object): Promise<Answer>
}

/** A phone held upright, without animations, in British English. */
export const PHONE: BrowserContextOptions = {
  locale: 'en-GB',
  viewport: { width: 375, height: 812 },
  hasTouch: true,
  isMobile: true,
  deviceScaleFactor: 2,
  reducedMotion: 'reduce',
}

export async function openCustomerStage(): Promise<CustomerStage> {
  const webhook = await startCodeWebhook()
  const stage = await openStage({ api: { ...webhook.env, SIGN_IN_LIMIT_PER_MINUTE: '1000' } })
  const { api } = stage.world

  async function open(context: BrowserContext, phone: string, path: string, name?: string): Promise<CustomerWindow> {
    const { page, complaints } = await openPage(context)
    await page.goto(`${api.url}/cards/sign-in`)
    await page.getByLabel('Phone number').fill(phone)
    const before = webhook.codesFor(phone).length
    await page.getByRole('button', { name: 'Send me a code' }).click()
    const code = await until(() => webhook.codesFor(phone)[before], 'a code')
    if (name !== undefined) {
      await page.getByText('New here?').click()
      await page.getByLabel('Your name').fill(name)
    }
    await page.getByLabel('Code').fill(code)
    if (name !== undefined) await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByTestId('live-badge').waitFor()
    const tabs = page.getByRole('navigation')
    const go: CustomerWindow['go'] = (tab) => tabs.getByRole('link', { name: tab }).click()
    if (path !== 'cards') await go(path === 'qr' ? 'QR code' : 'Notifications')
    const card = (cardId: string) => page.locator(`[data-card="${cardId}"]`)
    return {
      page,
      context,
      complaints,
      badge: page.getByTestId('live-badge'),
      notices: page.getByTestId('notices'),
      unread: page.getByTestId('unread'),
      asked: page.getByTestId('pending-requests'),
      card,
      balance: (cardId) => card(cardId).getByTestId('balance'),
      news: (kind) => page.locator(`[data-kind="${kind}"]`),
      go,
      qr: () => readCode(page),
    }
  }

  return {
    ...stage,
    webhook,
    async customer(phone, { path = 'cards', name, options = {} } = {}) {
      const context = await stage.browser.newContext({ ...PHONE, ...options })
      closeAfterTest(context)
      return open(context, phone, path, name)
    },
    beside: (context, phone) => open(context, phone, 'cards'),
    async as(tenant, role) {
      const token = await api.signIn(tenant, role)
      const post = (path: string, body: object) => api.call('POST', path, { token, headers: newKey(), body })
      const done = async (path: string, body: object) => {
        const answer = await post(path, body)
        expect(answer.status, JSON.stringify(answer.body)).toBe(201)
        return answer
      }
      return {
        scan: (qr) => post('/api/admin/qr-scans', { qr }),
        points: (phone, action, points) => done('/api/loyalty/phone-lookup', { phone, action, points }),
        post: (path, body) => done(`/api/admin/${path}`, body),
      }
    },
    async close() {
      await stage.close()
      await webhook.close()
    },
  }
}

/** Reads the code from a picture of the screen, as a till's camera would. */
async function readCode(page: Page): Promise<string> {
  const picture = await page.getByTestId('qr').screenshot({ scale: 'css' })
  const { width, height, rgba } = await page.evaluate(toPixels, picture.toString('base64'))
  return decodeQR({ width, height, data: Buffer.from(rgba, 'base64') })
}

/** Runs in the page: what is in a PNG, four bytes to a pixel. */
async function toPixels(png: string): Promise<{ width: number; height: number; rgba: string }> {
  const image = Object.assign(new Image(), { src: `data:image/png;base64,${png}` })
  await image.decode()
  const { width, height } = image
  const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d')!
  context.drawImage(image, 0, 0)
  const { data } = context.getImageData(0, 0, width, height)
  return { width, height, rgba: new Uint8Array(data).toBase64() }
}
