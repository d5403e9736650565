import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { findViolations } from './axe.ts'

/** Every page in both schemes, on a desktop and on a phone, for a person to look at. */
const FOLDER = join(import.meta.dirname, '..', '..', '.screenshots')

/**
 * Takes a picture of what a page shows in each scheme, one after the other: an open page follows the system's. Nothing in it violates
 * WCAG 2.2 AA, as far as axe can tell, and it is not wider than the screen.
 *
 * @param name of the pictures
 * @param prepare comes before each
 */
export async function judgeLooks(
  page: Page,
  name: string,
  prepare: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await prepare()
    await page.evaluate(settle)
    await page.screenshot({ path: join(FOLDER, `${name}-${colorScheme}.png`) })
    expect(await findViolations(page)).toEqual([])
  }
  const sideways = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(sideways).toBeLessThanOrEqual(0)
}

/** Until the scheme is drawn and nothing moves any more; what moves for ever, as placeholders do, is let be. */
async function settle(): Promise<void> {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))
  const ending = document.getAnimations().filter((moving) => moving.effect?.getTiming().iterations !== Infinity)
  await Promise.allSettled(ending.map(({ finished }) => finished))
}
