import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestCustomer, TestTenant } from '../harness/tenant.ts'
import { openStage, type Stage } from './console.ts'
import { shows, type Window } from './window.ts'

let stage: Stage
let demo: TestTenant
beforeAll(async () => {
  stage = await openStage()
  demo = await stage.world.tenant('demo')
})
afterAll(() => stage.close())

async function openForm(as: 'owner' | 'admin', customer: TestCustomer): Promise<Window> {
  const window = await stage.open({ tenant: demo, as }, `customers?customer=${customer.id}`)
  await window.page.getByRole('button', { name: 'Change the name' }).click()
  await shows(window.badge, 'Live')
  return window
}

test('C1 two admins edit one customer: the second hears what the first has made of it, and chooses; nothing is lost', async () => {
  const john = await demo.enrol({ name: 'John Doe', points: 10 })
  const first = await openForm('owner', john)
  const second = await openForm('admin', john)
  await second.page.getByRole('textbox', { name: 'Name' }).fill('John D.')

  // The second is cut off from the stream: what it learns, it learns from the refusal of the API.
  await second.page.route('**/api/events**', (route) => route.abort())
  await stage.world.stopRealtime()
  await first.page.getByRole('textbox', { name: 'Name' }).fill('Johnny Doe')
  await first.page.getByRole('button', { name: 'Save', exact: true }).click()
  await shows(first.page.getByRole('dialog').getByRole('heading', { level: 2 }), 'Johnny Doe')

  await second.page.getByRole('button', { name: 'Save', exact: true }).click()
  await shows(second.page.getByTestId('conflict'), 'The name is “Johnny Doe” by now.')
  expect(await second.page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('John D.')
  expect(await displayName(john)).toBe('Johnny Doe')

  await second.page.unroute('**/api/events**')
  await second.page.getByRole('button', { name: 'Save “John D.” all the same' }).click()
  await shows(second.page.getByRole('dialog').getByRole('heading', { level: 2 }), 'John D.')
  expect(await displayName(john)).toBe('John D.')
  await stage.world.startRealtime()
  expect([...first.complaints, ...second.complaints]).toEqual([])
})

test('C2 a remote change while a form is open is shown, not overwritten: what was typed stays until somebody chooses', async () => {
  const ada = await demo.enrol({ name: 'Ada Byron', points: 10 })
  const first = await openForm('owner', ada)
  const second = await openForm('admin', ada)
  await second.page.getByRole('textbox', { name: 'Name' }).fill('Ada B.')
  await first.page.getByRole('textbox', { name: 'Name' }).fill('Ada Lovelace')
  await first.page.getByRole('button', { name: 'Save', exact: true }).click()

  await shows(second.page.getByTestId('changed-meanwhile'), 'The name is “Ada Lovelace” by now.')
  expect(await second.page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('Ada B.')
  await second.page.getByRole('button', { name: 'Take “Ada Lovelace”' }).click()
  await shows(second.page.getByRole('dialog').getByRole('heading', { level: 2 }), 'Ada Lovelace')
  expect(await displayName(ada)).toBe('Ada Lovelace')
})

test('an entry is reversed from the dialog: the entry stays, its opposite stands above it, the balance is back', async () => {
  const alan = await demo.enrol({ name: 'Alan Turing', points: 90 })
  await stage.world.redeem(await stage.world.api.signIn(demo, 'terminal'), alan.id, 40)
  const { page } = await stage.open({ tenant: demo, as: 'owner' }, `customers?customer=${alan.id}`)
  const dialog = page.getByTestId('customer-dialog').getByRole('dialog')
  await shows(dialog.getByTestId('card-balance'), '50')
  await dialog.getByRole('button', { name: 'Reverse' }).first().click()
  const confirm = page.getByRole('dialog', { name: 'Reverse this entry?' })
  await confirm.getByLabel('Why').fill('wrong customer')
  await confirm.getByRole('button', { name: 'Reverse' }).click()
  await shows(dialog.getByTestId('card-balance'), '90')
  await shows(dialog.locator('[data-undone]'), 'Reversed')
  await shows(dialog.locator('[data-transaction]').first(), 'wrong customer')
})

test('L16 no balance is left in storage, cookies or caches; the page itself is never cached and its assets are for good', async () => {
  const grace = await demo.enrol({ name: 'Grace Hopper', points: 987_654 })
  const { page, context, badge, balance } = await stage.open({ tenant: demo, as: 'owner' }, 'customers?search=Grace')
  await shows(badge, 'Live')
  await shows(balance(grace), '987,654')
  const kept = await page.evaluate(async () => {
    const databases = await indexedDB.databases()
    await navigator.serviceWorker.ready
    const cached = await Promise.all(
      (await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)),
    )
    return {
      local: JSON.stringify(Object.entries(localStorage)),
      session: JSON.stringify(Object.entries(sessionStorage)),
      databases: databases.length,
      cached: cached.flat().map((url) => new URL(url).pathname),
    }
  })
  expect(kept.databases).toBe(0)
  expect(kept.cached.length).toBeGreaterThan(0)
  expect(kept.cached.filter((path) => !/^\/assets\/[^/]+-[\w-]{8}\.(js|css)$/.test(path))).toEqual([])
  expect(kept.local + kept.session).not.toMatch(/987654|Grace|points/)
  expect(await context.cookies()).toEqual([])

  const responses = await page.evaluate(async () => {
    const script = document.querySelector<HTMLScriptElement>('script[src]')!.src
    const html = await fetch(location.href, { headers: { accept: 'text/html' } })
    const asset = await fetch(script)
    return { html: html.headers.get('cache-control'), asset: asset.headers.get('cache-control') }
  })
  expect(responses).toEqual({ html: 'no-store', asset: 'public, max-age=31536000, immutable' })
})

async function displayName(customer: TestCustomer): Promise<unknown> {
  const rows = await stage.world.database.sql('select display_name from members where customer_id = $1', [customer.id])
  return rows[0]?.['display_name']
}
