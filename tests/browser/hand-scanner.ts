import type { Page } from 'playwright-core'

/** Between two keys, as the devices do it. */
const BETWEEN_KEYS_SECONDS = 0.005

/**
 * Types a code as a hand scanner does, into whatever has the focus: keys of a keyboard, faster than anybody, and Enter. The times are
 * those of the keys, however long the machine takes to handle them.
 */
export async function scanByHand(page: Page, code: string): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  const keys = [...code.split(''), '\r']
  const startedAt = Date.now() / 1000 - keys.length * BETWEEN_KEYS_SECONDS
  for (const [index, text] of keys.entries()) {
    const key = text === '\r' ? 'Enter' : text
    const timestamp = startedAt + index * BETWEEN_KEYS_SECONDS
    await devtools.send('Input.dispatchKeyEvent', { type: 'keyDown', key, text, timestamp })
    await devtools.send('Input.dispatchKeyEvent', { type: 'keyUp', key, timestamp })
  }
  await devtools.detach()
}
