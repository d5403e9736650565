import type { Locator } from 'playwright-core'

/** Notes every toast that comes up in a corner from now on, in order; counting what comes later is left to the caller. */
export async function collectTold(corner: Locator): Promise<() => Promise<string[]>> {
  await corner.evaluate((element) => {
    const told: string[] = []
    Object.assign(globalThis, { told })
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes) for (const node of addedNodes) told.push(node.textContent ?? '')
    }).observe(element, { childList: true })
  })
  return () => corner.page().evaluate(() => (globalThis as unknown as { told: string[] }).told)
}
