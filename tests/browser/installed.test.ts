import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { TestTenant } from '../harness/tenant.ts'
import { openStage, type Stage } from './console.ts'
import { openPage, shows, type Window } from './window.ts'

const POLL = { timeout: 10_000 }
const DIST = join(import.meta.dirname, '..', '..', 'apps', 'console', 'dist')

let folder: string
let stage: Stage
let demo: TestTenant
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'installed-'))
  stage = await openStage({ api: { CONSOLE_FOLDER: folder }, wholeBrowser: true })
  demo = await stage.world.tenant('demo')
})
beforeEach(deployBuilt)
afterAll(async () => {
  await stage.close()
  rmSync(folder, { recursive: true })
})

/** A window whose worker is at work. */
async function openInstalled(path?: string): Promise<Window> {
  const window = await stage.open({ tenant: demo, as: 'owner' }, path)
  await window.page.evaluate(() => navigator.serviceWorker.ready)
  await window.page.waitForFunction(() => navigator.serviceWorker.controller !== null)
  return window
}

/** Where customers sign in, in a window of its own. */
async function openCustomers(): Promise<Pick<Window, 'page' | 'context'>> {
  const context = await stage.browser.newContext({ locale: 'en-GB' })
  const { page } = await openPage(context)
  await page.goto(`${stage.world.api.url}/cards`)
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
  return { page, context }
}

const versionOf = (page: Page) => page.locator('meta[name=console-version]').getAttribute('content')

/** What was built, and nothing else. */
function deployBuilt(): void {
  rmSync(join(folder, 'assets'), { recursive: true, force: true })
  cpSync(DIST, folder, { recursive: true })
}

/** Puts another version of the console in the place of this one: every file has another name, and those of before are gone. */
function deploy(version: string): void {
  const before = /"console-version" content="([^"]+)"/.exec(readFileSync(join(folder, 'index.html'), 'utf8'))![1]!
  const assets = join(folder, 'assets')
  for (const name of readdirSync(assets)) if (/\.(br|gz)$/.test(name)) rmSync(join(assets, name))
  const rename = (text: string) =>
    text.replaceAll(/-([\w-]{8})\.(js|css)/g, (_all, hash: string, kind: string) => {
      return `-${version}${hash.slice(version.length)}.${kind}`
    })
  for (const name of readdirSync(assets)) {
    if (!/\.(js|css)$/.test(name)) continue
    writeFileSync(join(assets, name), rename(readFileSync(join(assets, name), 'utf8')))
    renameSync(join(assets, name), join(assets, rename(name)))
  }
  for (const name of ['index.html', 'customer.html', 'worker.js']) {
    const file = join(folder, name)
    writeFileSync(file, rename(readFileSync(file, 'utf8')).replaceAll(before, version))
    utimesSync(file, new Date(), new Date(Date.now() + 60_000))
  }
}

const cachesOf = (page: Page) => page.evaluate(() => caches.keys())

/** Whether no worker is on its way. */
const isSettled = (page: Page) =>
  page.evaluate(async () => {
    const { installing, waiting, active } = await navigator.serviceWorker.ready
    return installing === null && waiting === null && active?.state === 'activated'
  })

const assetsOf = (page: Page) =>
  page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map(({ name }) => new URL(name).pathname)
      .filter((path) => /^\/assets\/.*\.(js|css)$/.test(path)),
  )

test.each(['of the business', 'of customers'])(
  'Chromium finds nothing that keeps the side %s from being installed',
  async (side) => {
    const { page, context } = await (side === 'of customers' ? openCustomers() : openInstalled())
    const devtools = await context.newCDPSession(page)
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors')
    // A window without a profile of its own, as tests have them, is the one thing that is in the way.
    expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual([])
    const { url, errors, data } = await devtools.send('Page.getAppManifest')
    expect(errors).toEqual([])
    expect(url).toMatch(/\/assets\/manifest-.*\.webmanifest$/)
    const icons = (JSON.parse(data!) as { icons: { src: string; sizes: string }[] }).icons
    for (const { src, sizes } of icons) {
      const { width, height } = await page.evaluate(async (path) => {
        const bitmap = await createImageBitmap(await (await fetch(path)).blob())
        return { width: bitmap.width, height: bitmap.height }
      }, src)
      expect(`${width}x${height}`).toBe(sizes)
    }
    await context.close()
  },
)

test('without a server, a start says so and shows no points; when the server is back, so is the page, by itself', async () => {
  const anna = await demo.enrol({ name: 'Anna Offline', points: 654_321 })
  const { page, context, balance } = await openInstalled('customers?search=Anna')
  await shows(balance(anna), '654,321')
  await context.setOffline(true)
  await page.reload()
  await shows(page.locator('h1'), 'No connection to the server')
  expect(await page.content()).not.toMatch(/Anna|654/)
  await context.setOffline(false)
  await balance(anna).filter({ hasText: '654,321' }).waitFor()
  await context.close()
})

test('what the API says never comes from the worker, with or without a network', async () => {
  const { page, context } = await openInstalled()
  const fromWorker: string[] = []
  page.on('response', (response) => {
    if (response.fromServiceWorker()) fromWorker.push(new URL(response.url()).pathname)
  })
  await page.reload()
  await page.getByRole('searchbox').waitFor()
  expect(fromWorker.filter((path) => path.startsWith('/assets/')).length).toBeGreaterThan(0)
  expect(fromWorker.filter((path) => path.startsWith('/api/'))).toEqual([])
  await context.setOffline(true)
  const answer = page.evaluate(() => fetch('/api/admin/customers').then(({ status }) => status))
  await expect(answer).rejects.toThrow('Failed to fetch')
  await context.close()
})

test('a new version is offered; a page of the old one goes on with its own files until then, and a reload has only new ones', async () => {
  const window = await openInstalled()
  const { page, context } = window
  const before = await versionOf(page)
  deploy('newer-')
  await page.evaluate(async () => (await navigator.serviceWorker.ready).update())
  await shows(page.getByRole('status').filter({ hasText: 'There is a new version.' }), 'Reload to update')

  // This page was never opened here, and neither the server nor the browser's own cache has its file any longer.
  await (await context.newCDPSession(page)).send('Network.clearBrowserCache')
  await page.getByRole('link', { name: 'Activity' }).click()
  await page.getByRole('heading', { level: 1, name: 'Activity' }).waitFor()
  expect(await versionOf(page)).toBe(before)
  expect((await assetsOf(page)).filter((path) => path.includes('-newer-'))).toEqual([])

  await page.getByRole('button', { name: 'Reload to update' }).click()
  await page.waitForFunction(
    (old) => document.querySelector('meta[name=console-version]')?.getAttribute('content') !== old,
    before,
  )
  await page.getByRole('heading', { level: 1, name: 'Activity' }).waitFor()
  const assets = await assetsOf(page)
  expect(assets.length).toBeGreaterThan(0)
  expect(assets.filter((path) => !path.includes('-newer-'))).toEqual([])
  expect(await page.getByText('There is a new version.').count()).toBe(0)
  expect(window.complaints).toEqual([])
  await context.close()
})

test('of three versions, the files of the last two are kept', async () => {
  const { page, context } = await openInstalled()
  for (const version of ['second', 'third-']) {
    deployBuilt()
    deploy(version)
    await page.evaluate(async () => (await navigator.serviceWorker.ready).update())
    await expect.poll(() => isSettled(page), POLL).toBe(true)
  }
  await expect.poll(() => cachesOf(page), POLL).toEqual(['shell-second', 'shell-third-'])
  await context.close()
})

test('a customer’s phone keeps the files of the customers’ side only, and those of the office when somebody goes there', async () => {
  const { page, context } = await openCustomers()
  const kept = () => page.evaluate(keptFiles)
  await expect.poll(async () => (await kept()).length, POLL).toBeGreaterThan(0)
  const files = await kept()
  expect(files.filter((path) => /\/(customer|qr-page|de)-/.test(path)).length).toBeGreaterThan(2)
  expect(files.filter((path) => /\/(index|customers-page|till-page)-/.test(path))).toEqual([])
  await page.goto(stage.world.api.url)
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
  await expect.poll(async () => (await kept()).some((path) => path.includes('/till-page-')), POLL).toBe(true)
  await context.close()
})

/** Runs in the page. */
async function keptFiles(): Promise<string[]> {
  const caching = (await caches.keys()).map(async (name) => (await caches.open(name)).keys())
  return (await Promise.all(caching)).flat().map(({ url }) => new URL(url).pathname)
}
