import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestTenant } from '../harness/tenant.ts'
import { openStage, type Stage } from './console.ts'
import { shows } from './window.ts'

let stage: Stage
let demo: TestTenant
beforeAll(async () => {
  stage = await openStage()
  demo = await stage.world.tenant('demo')
  for (const [name, points] of [
    ['Ann', 20],
    ['Bob', 300],
    ['Carl', 100],
  ] as const) {
    await demo.enrol({ name, points })
  }
})
afterAll(() => stage.close())

test('the page says how many customers there are, also when one comes; and how many fit a search', async () => {
  const { page, badge } = await stage.open({ tenant: demo, as: 'owner' })
  const note = page.getByTestId('page-note')
  await shows(badge, 'Live')
  await shows(note, '3 in all')
  await demo.enrol({ name: 'Dora', points: 1 })
  await shows(note, '4 in all')
  await page.getByRole('searchbox').fill('a')
  await shows(note, '3 fit')
})

test('on a phone the list is sorted by a menu, and turned round by a button', async () => {
  const { page } = await stage.open({ tenant: demo, as: 'owner' }, 'customers', {
    viewport: { width: 360, height: 760 },
    hasTouch: true,
    isMobile: true,
  })
  const names = page.locator('[data-customer] [data-name]')
  await shows(names.first(), 'Ann')
  await page.getByLabel('Sort by').selectOption('Points')
  await shows(names.first(), 'Bob')
  const descending = page.getByRole('button', { name: 'Descending' })
  expect(await descending.getAttribute('aria-pressed')).toBe('true')
  await descending.tap()
  await page.waitForURL('**order=asc**')
  await shows(names.nth(2), 'Carl')
  expect(await descending.getAttribute('aria-pressed')).toBe('false')
})
