import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chargeEvent } from '../harness/providers/paystack.ts'
import { postPaystack } from '../harness/providers/setup.ts'
import type { TestTenant } from '../harness/tenant.ts'
import { openStageWithProviders, type StageWithProviders } from './providers.ts'
import { shows, type Window } from './window.ts'

let shop: StageWithProviders
let harbour: TestTenant
beforeAll(async () => {
  shop = await openStageWithProviders()
  harbour = await shop.tenant('harbour')
})
afterAll(() => shop.close())

const list = ({ page }: Window) => page.getByTestId('payments')
const dialog = ({ page }: Window) => page.getByTestId('payment-dialog')

async function openPayments(path = 'payments', as: 'owner' | 'admin' = 'owner'): Promise<Window> {
  const window = await shop.stage.open({ tenant: harbour, as }, path)
  await shows(window.badge, 'Live')
  return window
}

test('P2 P6 an M-Pesa push from the page: the dialog waits, and says it when it is paid, or was not', async () => {
  const customer = await harbour.enrol({ name: 'Wanjiku Pays', phone: '+254708374149', points: 0 })
  const till = await openPayments()
  const floor = await openPayments('payments', 'admin')
  const start = async (amount: string) => {
    await till.page.getByRole('button', { name: 'New payment' }).click()
    const form = till.page.getByTestId('take-payment')
    await form.getByPlaceholder('Name or phone').fill('wanji')
    await till.page.getByRole('option', { name: /Wanjiku Pays/ }).click()
    await form
      .getByRole('textbox', { name: 'Way of paying' })
      .or(form.getByRole('combobox', { name: 'Way of paying' }))
      .click()
    await till.page.getByRole('listbox').getByRole('option', { name: 'M-Pesa' }).click()
    await form.getByLabel('Phone that is asked').fill('0708 374 149')
    await form.getByLabel('Amount').fill(`${amount}.50`)
    await shows(form.getByRole('alert'), 'M-Pesa takes whole shillings only.')
    await form.getByLabel('Amount').fill(amount)
    await form.getByRole('button', { name: 'Start' }).click()
    await shows(till.page.getByTestId('payment-waiting'), 'The phone asks for the PIN')
  }

  await start('1250')
  await shows(list(floor), /Wanjiku Pays[^]*M-Pesa[^]*KES 1,250.00[^]*Waiting/)
  await shop.providers.mpesa.callBack(shop.providers.mpesa.pushes.at(-1)!, { at: new Date() })
  await shows(till.page.getByTestId('payment-paid'), /Paid: KES 1,250[^]*\+12 points/)
  await shows(list(floor), /KES 1,250.00[^]*\+12 points[^]*Paid/)
  await till.page.getByRole('button', { name: 'Done' }).click()

  await start('300')
  await shop.providers.mpesa.callBack(shop.providers.mpesa.pushes.at(-1)!, { code: 1032 })
  await shows(till.page.getByTestId('payment-failed'), 'Request cancelled by user')
  await till.page.getByRole('button', { name: 'Done' }).click()
  await floor.page.getByLabel('State').selectOption('failed')
  await shows(list(floor), /1 payment[^]*KES 300.00[^]*Failed/)

  // In the dialog of the customer, both.
  await floor.page.getByRole('button', { name: 'Open Wanjiku Pays' }).click()
  await shows(floor.page.getByTestId('customer-payments'), /KES 300.00[^]*Failed[^]*KES 1,250.00[^]*Paid/)
  expect(customer.phone).toBe('+254708374149')
  expect([...till.complaints, ...floor.complaints]).toEqual([])
})

test('P3 recorded by hand, then partly given back: both windows follow, and the points with them', async () => {
  const customer = await harbour.enrol({ name: 'Ruth Refund', points: 0 })
  const office = await openPayments()
  await office.page.getByRole('button', { name: 'New payment' }).click()
  const form = office.page.getByTestId('take-payment')
  await form.getByLabel('Amount').fill('1000')
  await form.getByPlaceholder('Name or phone').fill('ruth')
  await office.page.getByRole('option', { name: /Ruth Refund/ }).click()
  await form.getByLabel('Note').fill('Table 4')
  await form.getByRole('button', { name: 'Record' }).click()
  await shows(list(office), /Ruth Refund[^]*Cash[^]*KES 1,000.00[^]*\+10 points[^]*Paid/)

  const customers = await openPayments('customers', 'admin')
  await office.page.getByRole('button', { name: 'Open the payment of KES 1,000 by Ruth Refund' }).click()
  await shows(dialog(office), /Table 4/)
  await dialog(office).getByRole('button', { name: 'Record a refund' }).click()
  await dialog(office).getByLabel('How much goes back').fill('400')
  await dialog(office).getByLabel('Reason').fill('cold soup')
  await dialog(office).getByRole('button', { name: 'Record KES 400 given back' }).click()
  await shows(dialog(office), /Partly refunded[^]*KES 400.00 · Given back · cold soup/)
  await shows(customers.balance(customer), /^6$/)
  expect([...office.complaints, ...customers.complaints]).toEqual([])
})

test('P7 a callback that never came: asked from the dialog, the provider settles it; what it sent is there to read', async () => {
  const started = await shop.asOwner(harbour, 'POST', 'payments/paystack', {
    amountMinor: 40_000,
    email: 'p@example.com',
  })
  const office = await openPayments(`payments?payment=${started['id']}`)
  await shows(dialog(office), /KES 400.00[^]*Waiting/)
  await dialog(office).getByRole('button', { name: 'Ask the provider now' }).click()
  await shows(office.toasts, 'The provider knows no more than before')
  shop.providers.paystack.transactions.get(started['providerReference'])!.status = 'success'
  await dialog(office).getByRole('button', { name: 'Ask the provider now' }).click()
  await shows(dialog(office), /KES 400.00[^]*Paid/)

  // It comes after all: it changes nothing, and is kept.
  await shop.paystackTells(harbour, { reference: started['providerReference'], amount: 40_000 })
  await office.page.reload()
  await dialog(office).locator('summary').first().click()
  await shows(dialog(office).getByTestId('raw-callback'), `"reference": "${started['providerReference']}"`)
  expect(office.complaints).toEqual([])
})

test('P5 forged callbacks are counted on the page, and change nothing', async () => {
  const office = await openPayments()
  await shows(office.page.getByTestId('refusals'), 'None so far')
  for (let count = 0; count < 3; count++) {
    const forged = chargeEvent({ reference: `forged-${randomUUID()}`, amount: 999_900 })
    expect((await postPaystack(shop.stage.world.api, 'harbour', forged, 'sk_test_wrong')).status).toBe(401)
  }
  // Counts are written every two seconds, and asked for every ten.
  await shows(office.page.getByTestId('refusals'), /Paystack · Signature is wrong[^]*3 times/, 25_000)
  expect((await list(office).innerText()).includes('9,999')).toBe(false)
  expect(office.complaints).toEqual([])
})

test('the owner sets a provider up, tries it with a test callback, and changes its key; an admin sees none of it', async () => {
  const corner = await shop.stage.world.tenant('corner')
  const { page, toasts, complaints } = await shop.stage.open({ tenant: corner, as: 'owner' }, 'payments')
  const providers = page.getByTestId('providers')
  await shows(providers, /Paystack\s+Not set up/)
  await page.getByRole('button', { name: 'Set up: Paystack' }).click()
  await page.getByLabel('Secret key').first().fill('sk_test_first1234')
  await page.getByTestId('provider-dialog').getByRole('button', { name: 'Save' }).click()
  await shows(providers, /Paystack\s+Ready[^]*\/api\/webhooks\/paystack\/corner/)
  await page.getByRole('button', { name: 'Send a test callback: Paystack' }).click()
  await shows(toasts, 'A test callback of Paystack was accepted')

  await page.getByRole('button', { name: 'Change Paystack' }).click()
  await shows(page.getByTestId('provider-dialog'), 'ends in 1234')
  await page.getByLabel('Secret key').first().fill('sk_test_second5678')
  await page.getByTestId('provider-dialog').getByRole('button', { name: 'Save' }).click()
  await page.getByTestId('provider-dialog').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Change Paystack' }).click()
  await shows(page.getByTestId('provider-dialog'), 'ends in 5678')

  const admin = await shop.stage.open({ tenant: corner, as: 'admin' }, 'payments')
  await shows(admin.page.getByTestId('payments'), 'No payments yet')
  expect(await admin.page.getByTestId('providers').count()).toBe(0)
  expect([...complaints, ...admin.complaints]).toEqual([])
})
