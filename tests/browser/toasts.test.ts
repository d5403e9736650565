import { afterAll, beforeAll, expect, test } from 'vitest'
import { newKey } from '../harness/api.ts'
import type { TestCustomer, TestTenant } from '../harness/tenant.ts'
import { openStage, type Stage } from './console.ts'
import { collectTold } from './told.ts'
import { shows } from './window.ts'

let stage: Stage
let demo: TestTenant
let people: TestCustomer[]
let till: string
beforeAll(async () => {
  stage = await openStage()
  demo = await stage.world.tenant('demo')
  people = await Promise.all(
    Array.from({ length: 30 }, (_, index) => demo.enrol({ name: `Guest ${index}`, points: 900 })),
  )
  till = await stage.world.api.signIn(demo, 'terminal')
})
afterAll(() => stage.close())

const redeem = ({ id: customerId }: TestCustomer, points: number) =>
  stage.world.api.call('POST', '/api/customer/loyalty/redeem', {
    token: till,
    headers: newKey(),
    body: { customerId, points },
  })

test('on a phone, toasts lie where no row is, neither of the page nor of a dialog', async () => {
  const window = await stage.open({ tenant: demo, as: 'owner' }, 'customers', {
    viewport: { width: 375, height: 667 },
    hasTouch: true,
    isMobile: true,
  })
  const { page, toasts } = window
  await shows(window.badge, 'Live')
  const topOfToasts = async () => {
    const boxes = await Promise.all((await toasts.locator('> *').all()).map((toast) => toast.boundingBox()))
    return Math.min(...boxes.map((box) => box!.y))
  }
  /** Where what scrolls in it ends. */
  const bottomOf = (selector: string) =>
    page
      .locator(selector)
      .last()
      .evaluate((element) => element.getBoundingClientRect().top + element.clientTop + element.clientHeight)

  await Promise.all(people.slice(0, 3).map((guest) => redeem(guest, 1)))
  await expect.poll(() => toasts.locator('> *').count()).toBe(3)
  expect(await topOfToasts()).toBeGreaterThanOrEqual(await bottomOf('main section'))

  await page.getByRole('button', { name: 'Open Guest 0', exact: true }).click()
  await page.getByRole('dialog').getByText('Redeemed').first().waitFor()
  await redeem(people[1]!, 2)
  await shows(toasts, '−2')
  expect(await topOfToasts()).toBeGreaterThanOrEqual(await bottomOf('[role=dialog]'))
  expect(window.complaints).toEqual([])
})

test('a burst is said aloud in two sentences, however many changes it had', async () => {
  const window = await stage.open({ tenant: demo, as: 'owner' })
  await shows(window.badge, 'Live')
  const said = await collectTold(window.page.getByTestId('said'))
  await Promise.all(people.map((guest) => redeem(guest, 3)))
  await expect.poll(said).toEqual([expect.stringMatching(/^Guest \d+ −3 by Till 1$/), '29 more changes'])
  expect(window.complaints).toEqual([])
})
