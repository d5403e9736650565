import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** A real Chromium: $E2E_CHROMIUM, or the one that the system has. `extra`: arguments for what a test wants of it. */
export async function launchChromium(extra: readonly string[] = []): Promise<Browser> {
  const executablePath = process.env['E2E_CHROMIUM'] ?? PATHS.find((path) => existsSync(path))
  if (executablePath === undefined) {
    throw new Error(
      'the browser tests need Chromium: `apt-get install -y --no-install-recommends chromium`, or its path in E2E_CHROMIUM',
    )
  }
  // Root has no sandbox in a container; there is nothing but our own pages to be protected from.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--no-zygote', ...extra] })
}
