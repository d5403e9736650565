import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'
import { hasPackedChromium, unpackChromium } from './packed-chromium.ts'

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
 * A real Chromium, windows and all: the one at $E2E_CHROMIUM, else one that is installed, else the shell that npm brings.
 *
 * @throws Error that says what to install, where there is none
 */
export async function launchChromium(): Promise<Browser> {
  const executablePath = process.env['E2E_CHROMIUM'] ?? PATHS.find((path) => existsSync(path))
  return executablePath === undefined ? launchPacked() : chromium.launch({ executablePath, args: ARGS })
}

/**
 * What shows pages of a real Chromium, without the windows around them: nobody sees those, and each is a second of work. The
 * one that npm brings, so that it is the same everywhere; a whole Chromium where npm brings none, or $E2E_CHROMIUM names one.
 *
 * @throws Error that says what to install, where there is none
 */
export async function launchShell(): Promise<Browser> {
  return hasPackedChromium() && process.env['E2E_CHROMIUM'] === undefined ? launchPacked() : launchChromium()
}

async function launchPacked(): Promise<Browser> {
  const { executablePath, env } = await unpackChromium()
  return chromium.launch({ executablePath, env: { ...process.env, ...env }, args: ARGS })
}
