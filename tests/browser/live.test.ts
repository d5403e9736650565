import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestTenant } from '../harness/tenant.ts'
import { openStage, type Stage } from './console.ts'
import { shows } from './window.ts'

let stage: Stage
let demo: TestTenant
let rival: TestTenant
beforeAll(async () => {
  stage = await openStage()
  demo = await stage.world.tenant('demo')
  rival = await stage.world.tenant('rival')
})
afterAll(() => stage.close())

test('L1 L2 L3 75 of 275 points redeemed at the till show on a customers page that is open elsewhere, totals too, without a reload', async () => {
  const john = await demo.enrol({ name: 'John Doe', points: 275 })
  const office = await stage.open({ tenant: demo, as: 'owner' })
  const till = await stage.open({ tenant: demo, as: 'terminal' }, 'phone-loyalty-pos')
  await shows(office.balance(john), '275')
  await shows(office.badge, 'Live')

  await till.page.getByRole('textbox', { name: 'Phone number' }).fill(john.phone)
  await till.page.keyboard.press('Enter')
  await shows(till.page.getByTestId('till-balance'), '275')
  await till.page.getByLabel('Points', { exact: true }).fill('75')
  await till.page.getByLabel('Order').fill('12345')
  await till.page.getByRole('button', { name: 'Redeem 75' }).click()
  await shows(till.page.getByTestId('result-balance'), '200')

  await shows(office.balance(john), '200')
  await shows(office.row(john).locator('[data-column="redeemed"]'), '75')
  await shows(office.row(john).locator('[data-column="earned"]'), '275')
  await shows(office.toasts, 'John Doe −75 by Till 1')
  await shows(office.row(john).getByTestId('delta'), '−75')

  await till.page.getByRole('button', { name: 'Another change' }).click()
  await till.page.getByText('Add', { exact: true }).click()
  await till.page.getByLabel('Points', { exact: true }).fill('30')
  await till.page.getByRole('button', { name: 'Add 30' }).click()
  await shows(office.balance(john), '230')

  await office.page.reload()
  await shows(office.balance(john), '230')
  expect([...office.complaints, ...till.complaints]).toEqual([])
})

test('L4 an open customer dialog moves with the list: balance, sums and ledger', async () => {
  const grace = await demo.enrol({ name: 'Grace Hopper', points: 500 })
  const office = await stage.open({ tenant: demo, as: 'owner' }, 'customers?search=Grace')
  await office.page.getByRole('button', { name: 'Open Grace Hopper' }).click()
  const dialog = office.page.getByRole('dialog')
  await shows(dialog.getByTestId('card-balance'), '500')
  await shows(office.badge, 'Live')
  await dialog.locator('[data-transaction]').waitFor() // the one that enrolled her

  const till = await stage.world.api.signIn(demo, 'terminal')
  const { body } = await stage.world.redeem(till, grace.id, 120)
  await shows(dialog.getByTestId('card-balance'), '380')
  await shows(dialog.locator(`[data-transaction="${body['transactionId']}"]`), '−120')
  expect(await dialog.locator('[data-transaction]').count()).toBe(2)
  await shows(office.balance(grace), '380')
  expect(office.complaints).toEqual([])
})

test('L5 three consoles and two tills of one tenant see every change; a console of the other tenant sees none and gets no frame', async () => {
  const ada = await demo.enrol({ name: 'Ada Lovelace', points: 300 })
  await rival.enrol({ name: 'Rival Customer', points: 300 })
  const consoles = await Promise.all(
    (['owner', 'admin', 'owner'] as const).map((as) => stage.open({ tenant: demo, as }, 'customers?search=Ada')),
  )
  const tills = [
    await stage.open({ tenant: demo, as: 'terminal' }, 'phone-loyalty-pos'),
    await stage.open({ tenant: demo, as: 'cashier' }, 'phone-loyalty-pos'),
  ]
  const other = await stage.open({ tenant: rival, as: 'owner' })
  const frames: string[] = []
  const foreign = await other.context.newCDPSession(other.page)
  await foreign.send('Network.enable')
  foreign.on('Network.webSocketFrameReceived', ({ response }) => frames.push(response.payloadData))

  for (const { page, badge } of tills) {
    await page.getByRole('textbox', { name: 'Phone number' }).fill(ada.phone)
    await page.keyboard.press('Enter')
    await shows(page.getByTestId('till-balance'), '300')
    await shows(badge, 'Live')
  }
  for (const { badge } of [...consoles, other]) await shows(badge, 'Live')

  await tills[0]!.page.getByLabel('Points', { exact: true }).fill('50')
  await tills[0]!.page.getByRole('button', { name: 'Redeem 50' }).click()
  await shows(tills[0]!.page.getByTestId('result-balance'), '250')
  await shows(tills[1]!.page.getByTestId('till-balance'), '250')
  for (const window of consoles) await shows(window.balance(ada), '250')

  // Something of its own shows that the other tenant's wire works, and what came over it until then.
  const token = await stage.world.api.signIn(rival, 'terminal')
  const own = await rival.enrol({ name: 'Own Customer', points: 10 })
  await stage.world.redeem(token, own.id, 1)
  await shows(other.toasts, 'Own Customer')
  expect(frames.some((frame) => frame.includes('Own Customer'))).toBe(true)
  expect(frames.filter((frame) => frame.includes('Ada') || frame.includes(ada.id))).toEqual([])
})

test('L6 200 rapid redemptions of one card by 16 tills: every screen ends on the right balance and never goes back to an older one', async () => {
  const alan = await demo.enrol({ name: 'Alan Turing', points: 151 })
  const office = await stage.open({ tenant: demo, as: 'owner' }, 'customers?search=Alan')
  await shows(office.balance(alan), '151')
  await shows(office.badge, 'Live')
  const cell = office.balance(alan)
  await cell.evaluate((element) => {
    const seen: number[] = []
    Object.assign(globalThis, { seen })
    new MutationObserver(() => seen.push(Number(element.textContent))).observe(element, {
      childList: true,
      characterData: true,
      subtree: true,
    })
  })

  const token = await stage.world.api.signIn(demo, 'terminal')
  // Two balances at least are seen, however many of the rest fall into one frame.
  await stage.world.redeem(token, alan.id, 1)
  await shows(cell, '150')
  const answers: number[] = []
  await Promise.all(
    Array.from({ length: 16 }, async (_, till) => {
      for (let turn = till; turn < 200; turn += 16) answers.push((await stage.world.redeem(token, alan.id, 1)).status)
    }),
  )
  expect(answers.filter((status) => status === 201)).toHaveLength(150)
  expect(answers.filter((status) => status === 422)).toHaveLength(50)
  await shows(cell, /^0$/)
  const seen = await office.page.evaluate(() => (globalThis as unknown as { seen: number[] }).seen)
  expect(seen.length).toBeGreaterThan(1)
  expect(seen).toEqual(seen.toSorted((one, other) => other - one))
  expect(office.complaints).toEqual([])
})
