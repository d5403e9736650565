import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestTenant } from '../harness/tenant.ts'
import { openStage, type Stage } from './console.ts'
import { shows } from './window.ts'

let stage: Stage
let demo: TestTenant
beforeAll(async () => {
  stage = await openStage()
  demo = await stage.world.tenant('demo')
  await demo.enrol({ name: 'John Doe', phone: '+447306506797', points: 275 })
})
afterAll(() => stage.close())

test('L17 a new terminal’s key is shown once and signs it in; once revoked, its till closes at once and its calls fail', async () => {
  const office = await stage.open({ tenant: demo, as: 'owner' }, 'terminals')
  const { page } = office
  await page.getByRole('button', { name: 'New terminal' }).click()
  await page.getByLabel('Name').fill('Till 2')
  await page.getByRole('dialog').getByRole('button', { name: 'New terminal' }).click()
  const key = await page.getByTestId('terminal-key').innerText()
  expect(key).toMatch(/^ltk_[A-Za-z0-9_-]{43}$/)

  // Escape and a click beside it must not lose what nobody can show again.
  await page.keyboard.press('Escape')
  await page.mouse.click(5, 5)
  await page.getByTestId('terminal-key').waitFor()
  await page.getByRole('button', { name: 'I have kept it' }).click()
  await page.getByTestId('terminal-key').waitFor({ state: 'detached' })
  expect(await page.content()).not.toContain(key)
  await shows(page.getByTestId('terminals'), 'Till 2')

  const till = await stage.open({ tenant: { ...demo, terminalKey: key }, as: 'terminal' }, 'phone-loyalty-pos')
  await shows(till.badge, 'Live')
  const token = await stage.world.api.signIn({ ...demo, terminalKey: key }, 'terminal')
  const lookup = () => stage.world.api.call('GET', '/api/loyalty/phone-lookup?phone=%2B447306506797', { token })
  expect((await lookup()).status).toBe(200)
  const sockets = () => stage.world.realtime!.metric('connections{kind="tenant"}')
  const connected = await sockets()

  await page.getByRole('button', { name: 'Revoke Till 2' }).click()
  await shows(page.getByRole('dialog'), 'cannot be undone')
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(await sockets()).toBe(connected)

  await page.getByRole('button', { name: 'Revoke Till 2' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await shows(page.locator('[data-name="Till 2"]'), 'Revoked')
  await expect.poll(sockets, { timeout: 5_000 }).toBe(connected - 1)
  // The till closes by itself: nobody who stands at it goes on with what it showed.
  await till.page.getByRole('button', { name: 'Sign in' }).waitFor({ timeout: 5_000 })
  expect(await till.page.getByTestId('live-badge').count()).toBe(0)
  expect((await lookup()).status).toBe(401)
  expect((await stage.world.api.call('POST', '/api/auth/terminal', { body: { key } })).status).toBe(401)
  await till.page.goto(`${stage.world.api.url}/demo/admin/phone-loyalty-pos`)
  await till.page.getByRole('button', { name: 'Sign in' }).waitFor()
  expect(office.complaints).toEqual([])
})

test('somebody who is taken on can sign in, and is out once revoked; an admin manages cashiers only', async () => {
  const office = await stage.open({ tenant: demo, as: 'owner' }, 'terminals')
  const { page } = office
  await page.getByRole('button', { name: 'Add somebody' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('Nadia New')
  await dialog.getByLabel('Email').fill('admin@demo.test')
  await dialog.locator('[name=password]').fill('long-enough-1')
  await dialog.getByRole('button', { name: 'Add somebody' }).click()
  // The address is taken: said in the dialog, which stays as it was filled in.
  await shows(dialog.getByRole('alert'), 'admin@demo.test already')
  await dialog.getByLabel('Email').fill('nadia@demo.test')
  await dialog.getByRole('button', { name: 'Add somebody' }).click()
  await shows(page.getByTestId('staff'), 'nadia@demo.test')

  const signIn = () =>
    stage.world.api.call('POST', '/api/auth/login', {
      body: { tenant: 'demo', email: 'nadia@demo.test', password: 'long-enough-1' },
    })
  expect((await signIn()).status).toBe(200)
  await page.getByRole('button', { name: 'Revoke Nadia New' }).click()
  await dialog.getByRole('button', { name: 'Revoke' }).click()
  await shows(page.locator('[data-name="Nadia New"]'), 'Revoked')
  expect((await signIn()).status).toBe(401)
  expect(await page.getByRole('button', { name: 'Revoke Olive Owner' }).count()).toBe(0)

  const admin = await stage.open({ tenant: demo, as: 'admin' }, 'terminals')
  await admin.page.getByRole('button', { name: 'Revoke Cleo Cashier' }).waitFor()
  expect(await admin.page.getByRole('button', { name: 'Revoke Olive Owner' }).count()).toBe(0)
  expect([...office.complaints, ...admin.complaints]).toEqual([])
})

test('Realtime health tries every channel, tells which is broken, and draws how long events take', async () => {
  const john = await demo.enrol({ name: 'Jane Roe', points: 100 })
  const { page, badge, complaints } = await stage.open({ tenant: demo, as: 'owner' }, 'health')
  await shows(badge, 'Live')
  await shows(page.getByTestId('channels'), '7 of 7 work', 30_000)

  const till = await stage.world.api.signIn(demo, 'terminal')
  for (let count = 0; count < 5; count++) await stage.world.redeem(till, john.id, 1)
  await expect.poll(() => page.getByTestId('latency').locator('circle').count()).toBe(5)
  await shows(page.getByTestId('latency'), /median \d+ ms/)

  await stage.world.stopRealtime()
  await page.getByRole('button', { name: 'Try again' }).click()
  await shows(page.getByTestId('channels'), '4 of 7 work', 40_000)
  expect(await page.locator('[data-check=socket]').getAttribute('data-ok')).toBe('false')
  expect(await page.locator('[data-check=rest]').getAttribute('data-ok')).toBe('true')
  await stage.world.startRealtime()
  await shows(page.getByTestId('connection'), 'Live', 30_000)
  expect(complaints).toEqual([])
})
