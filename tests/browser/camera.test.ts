import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestCustomer, TestTenant } from '../harness/tenant.ts'
import { openStage, type Stage } from './console.ts'
import { cameraArguments, filmCode, filmNothing } from './fake-camera.ts'
import { shows, type Window } from './window.ts'

let folder: string
let film: string
let stage: Stage
let demo: TestTenant
let john: TestCustomer
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'camera-'))
  film = join(folder, 'code.y4m')
  filmNothing(film)
  stage = await openStage({ chromium: cameraArguments(film) })
  demo = await stage.world.tenant('demo')
  john = await demo.enrol({ name: 'John Doe', points: 275 })
})
afterAll(async () => {
  await stage.close()
  rmSync(folder, { recursive: true })
})

async function openTill(permissions: string[] = ['camera']): Promise<Window> {
  return stage.open({ tenant: demo, as: 'terminal' }, 'phone-loyalty-pos', { permissions })
}

const scan = ({ page }: Window) => page.getByRole('button', { name: 'Scan with the camera' }).click()

/** How many tracks of the camera are on, in a page that counts them. */
async function countCameras({ page }: Window): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const tracks: MediaStreamTrack[] = []
    Object.assign(globalThis, { camerasOn: () => tracks.filter(({ readyState }) => readyState === 'live').length })
    const devices = navigator.mediaDevices
    const open = devices.getUserMedia.bind(devices)
    devices.getUserMedia = async (wanted) => {
      const stream = await open(wanted)
      tracks.push(...stream.getTracks())
      return stream
    }
  })
  return () => page.evaluate(() => (globalThis as unknown as { camerasOn(): number }).camerasOn())
}

test('a code that is held before the camera looks the customer up, and the camera is off again', async () => {
  filmCode(film, `tel:${john.phone}`)
  const till = await openTill()
  const camerasOn = await countCameras(till)
  await scan(till)
  await shows(till.page.getByTestId('serve'), 'John Doe')
  await shows(till.page.getByTestId('till-balance'), '275')
  expect(await till.page.getByTestId('camera').count()).toBe(0)
  expect(await camerasOn()).toBe(0)
  expect(till.complaints).toEqual([])
})

test('a code that says something else is told as such, and nobody is looked up', async () => {
  filmCode(film, 'https://example.com/menu')
  const till = await openTill()
  await scan(till)
  await shows(till.toasts, 'This code holds no phone number.')
  await till.page.getByText('Who is it?').waitFor()
})

test('while it sees nothing it says what to do; closed, the camera is off, and the focus is where it was', async () => {
  filmNothing(film)
  const till = await openTill()
  const camerasOn = await countCameras(till)
  await scan(till)
  await till.page.getByText('Hold the code in front of the camera.').waitFor()
  expect(await camerasOn()).toBe(1)
  await till.page.keyboard.press('Escape')
  await till.page.getByTestId('camera').waitFor({ state: 'detached' })
  expect(await camerasOn()).toBe(0)
  const focused = await till.page.evaluate(() => document.activeElement?.textContent)
  expect(focused).toBe('Scan with the camera')
})

test('whoever refuses the camera is told how to allow it, and can try again', async () => {
  filmCode(film, john.phone)
  const till = await openTill([])
  await scan(till)
  await shows(till.page.getByRole('alert'), 'The browser does not let this page use the camera.')
  await till.context.grantPermissions(['camera'])
  await till.page.getByRole('button', { name: 'Try again' }).click()
  await shows(till.page.getByTestId('serve'), 'John Doe')
})

test('a browser without a secure address is told why there is no camera', async () => {
  const till = await openTill()
  await till.page.evaluate(() => Object.defineProperty(navigator, 'mediaDevices', { value: undefined }))
  await scan(till)
  await shows(till.page.getByRole('alert'), 'open the console by https')
})
