import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestCustomer, TestTenant } from '../harness/tenant.ts'
import { openStage, type Stage } from './console.ts'
import { placeCamera, type View } from './fake-camera.ts'
import { shows, type Window } from './window.ts'

let stage: Stage
let demo: TestTenant
let john: TestCustomer
beforeAll(async () => {
  stage = await openStage()
  demo = await stage.world.tenant('demo')
  john = await demo.enrol({ name: 'John Doe', points: 275 })
})
afterAll(() => stage.close())

async function openTill(view: View) {
  const till = await stage.open({ tenant: demo, as: 'terminal' }, 'phone-loyalty-pos')
  return { ...till, camera: await placeCamera(till.page, view) }
}

const scan = ({ page }: Window) => page.getByRole('button', { name: 'Scan with the camera' }).click()

test('a code that is held before the camera looks the customer up, and the camera is off again', async () => {
  const till = await openTill(`tel:${john.phone}`)
  await scan(till)
  await shows(till.page.getByTestId('serve'), 'John Doe')
  await shows(till.page.getByTestId('till-balance'), '275')
  expect(await till.page.getByTestId('camera').count()).toBe(0)
  expect(await till.camera.tracksOn()).toBe(0)
  expect(till.complaints).toEqual([])
})

test('a code that says something else is told as such, and nobody is looked up', async () => {
  const till = await openTill('https://example.com/menu')
  await scan(till)
  await shows(till.toasts, 'This is neither a customer’s code nor a phone number.')
  await till.page.getByText('Who is it?').waitFor()
})

test('while it sees nothing it says what to do; closed, the camera is off, and the focus is where it was', async () => {
  const till = await openTill(null)
  await scan(till)
  await till.page.getByText('Hold the code in front of the camera.').waitFor()
  expect(await till.camera.tracksOn()).toBe(1)
  await till.page.keyboard.press('Escape')
  await till.page.getByTestId('camera').waitFor({ state: 'detached' })
  expect(await till.camera.tracksOn()).toBe(0)
  const focused = await till.page.evaluate(() => document.activeElement?.textContent)
  expect(focused).toBe('Scan with the camera')
})

test('whoever refuses the camera is told how to allow it, and can try again', async () => {
  const till = await openTill(john.phone)
  await till.camera.allow(false)
  await scan(till)
  await shows(till.page.getByRole('alert'), 'The browser does not let this page use the camera.')
  await till.camera.allow(true)
  await till.page.getByRole('button', { name: 'Try again' }).click()
  await shows(till.page.getByTestId('serve'), 'John Doe')
})

test('a browser without a secure address is told why there is no camera', async () => {
  const till = await stage.open({ tenant: demo, as: 'terminal' }, 'phone-loyalty-pos')
  await till.page.evaluate(() => Object.defineProperty(navigator, 'mediaDevices', { value: undefined }))
  await scan(till)
  await shows(till.page.getByRole('alert'), 'open the console by https')
})
