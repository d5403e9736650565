import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'
import { unpackChromium } from './packed-chromium.ts'

/** Where systems keep it. Not Ubuntu's /usr/bin/chromium-browser, which only says that it is somewhere else. */
const PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** Root has no sandbox in a container; there is nothing but our own pages to be protected from. */
const ARGS = ['--no-sandbox', '--disable-gpu', '--no-zygote']

/**
 * A real Chromium: the one at $E2E_CHROMIUM, else one that is installed, else the one that npm brought.
 *
 * @throws Error that says what to install, where npm brings none
 */
export async function launchChromium(): Promise<Browser> {
  const installed = process.env['E2E_CHROMIUM'] ?? PATHS.find((path) => existsSync(path))
  if (installed !== undefined) return chromium.launch({ executablePath: installed, args: ARGS })
  const { executablePath, env } = await unpackChromium()
  return chromium.launch({ executablePath, env: { ...process.env, ...env }, args: ARGS })
}
