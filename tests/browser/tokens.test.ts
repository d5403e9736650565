import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestTenant } from '../harness/tenant.ts'
import { openStage, type Stage } from './console.ts'
import { recordShown } from './shown.ts'
import { shows } from './window.ts'

const TOKEN_SECONDS = 5
const BETWEEN_CHANGES_MS = 500

let stage: Stage
let demo: TestTenant
beforeAll(async () => {
  stage = await openStage({
    api: { AUTH_TOKEN_SECONDS: String(TOKEN_SECONDS), SIGN_IN_LIMIT_PER_MINUTE: '1000' },
  })
  demo = await stage.world.tenant('demo')
})
afterAll(() => stage.close())

test('L17 tokens that end while a page is open are replaced, and nobody notices: it stays Live and misses nothing', async () => {
  const ada = await demo.enrol({ name: 'Ada Lovelace', points: 100 })
  const office = await stage.open({ tenant: demo, as: 'owner' }, 'customers?search=Ada')
  await shows(office.badge, 'Live')
  await shows(office.balance(ada), '100')
  const shown = await recordShown(office.page, ada)

  const end = performance.now() + 3 * TOKEN_SECONDS * 1000
  let balance = 100
  while (performance.now() < end) {
    // It signs in each time: its tokens last no longer.
    const till = await stage.world.api.signIn(demo, 'terminal')
    await stage.world.redeem(till, ada.id, 1)
    await shows(office.balance(ada), String(--balance))
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_CHANGES_MS))
  }
  const seen = await shown()
  expect(new Set(seen.map(({ state }) => state))).toEqual(new Set(['live']))
  expect(seen.map(({ balance: each }) => Number(each))).toEqual(
    Array.from({ length: 101 - balance }, (_, i) => 100 - i),
  )
  expect(office.complaints).toEqual([])
})
