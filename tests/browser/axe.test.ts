import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { launchShell } from '../harness/chromium.ts'
import { findViolations } from './axe.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchShell()
})
afterAll(() => browser.close())

const pageOf = (body: string) =>
  `<!doctype html><html lang="en"><title>A page</title><meta name="color-scheme" content="light dark"><main>${body}</main></html>`

const FAINT = `<style>@media (prefers-color-scheme: dark) { p { color: #333; background: #222 } }</style><p>Hardly there</p>`

test('what is wrong is found, in the scheme where it is, in each document that a window shows', async () => {
  const page = await browser.newPage()
  const rules = async () => (await findViolations(page)).map(({ rule }) => rule)
  await page.setContent(pageOf('<h1>All is well</h1>'))
  expect(await findViolations(page)).toEqual([])
  await page.setContent(pageOf(FAINT))
  expect(await rules()).toEqual([])
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await findViolations(page)).toEqual([{ rule: 'color-contrast', at: ['<p>Hardly there</p>'] }])
  await page.goto('data:text/html,<title>Another</title><img src="x">')
  expect((await rules()).toSorted()).toEqual(['html-has-lang', 'image-alt'])
})
