import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestTenant } from '../harness/tenant.ts'
import { openCustomerStage, type Business, type CustomerStage } from './customer-window.ts'
import { shows } from './window.ts'

let stage: CustomerStage
let harbour: TestTenant
let till: Business
beforeAll(async () => {
  stage = await openCustomerStage()
  harbour = await stage.world.tenant('harbour')
  till = await stage.as(harbour, 'terminal')
})
afterAll(() => stage.close())

test('E7 the code on the screen is taken once; it is replaced at once, and again by itself when its time is over', async () => {
  const { phone } = await harbour.enrol({ points: 10 })
  const window = await stage.customer(phone, { path: 'qr' })
  await shows(window.badge, 'Live')
  const first = await window.qr()
  expect(await till.scan(first)).toMatchObject({ status: 201 })
  expect(await till.scan(first)).toMatchObject({ status: 409, body: { code: 'qr-used' } })
  await shows(window.page.getByTestId('scanned'), 'Scanned by Tenant harbour')
  await window.page.getByTestId('scanned').waitFor({ state: 'detached' })

  const second = await window.qr()
  expect(second).not.toBe(first)
  await expect.poll(() => window.qr(), { timeout: 40_000, interval: 1_000 }).not.toBe(second)
  expect(await till.scan(await window.qr())).toMatchObject({ status: 201 })
  expect(window.complaints).toEqual([])
})

test('after a sleep without a network no code of before is shown; the next one counts, although the clock here is wrong', async () => {
  const { phone } = await harbour.enrol({ points: 10 })
  const window = await stage.customer(phone)
  const { page } = window
  await page.clock.install()
  await window.go('QR code')
  await page.getByTestId('qr').waitFor()

  await page.route('**/api/me/qr', (route) => route.abort())
  await page.clock.fastForward('05:00')
  await shows(page.getByTestId('plate'), 'No connection')
  expect(await page.getByTestId('qr').count()).toBe(0)

  await page.unroute('**/api/me/qr')
  await page.clock.runFor(5_000)
  await page.getByTestId('qr').waitFor()
  expect(await till.scan(await window.qr())).toMatchObject({ status: 201 })
})

test('while nobody looks there is no code, and nobody asks for one', async () => {
  const { phone } = await harbour.enrol({ points: 10 })
  const window = await stage.customer(phone, { path: 'qr' })
  const { page } = window
  const first = await window.qr()
  await page.evaluate(pretendToBe, 'hidden' as const)
  await page.getByTestId('qr').waitFor({ state: 'detached' })
  let asked = 0
  page.on('request', (request) => void (asked += Number(request.url().endsWith('/api/me/qr'))))
  await page.clock.install()
  await page.clock.runFor(60_000)
  expect(asked).toBe(0)
  await page.evaluate(pretendToBe, 'visible' as const)
  await page.getByTestId('qr').waitFor()
  expect(await window.qr()).not.toBe(first)
})

/** Runs in the page. A browser without a screen hides nothing by itself. */
function pretendToBe(state: DocumentVisibilityState): void {
  Object.defineProperty(document, 'visibilityState', { value: state, configurable: true })
  document.dispatchEvent(new Event('visibilitychange'))
}
