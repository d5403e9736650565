import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']

/** A rule that does not hold, and the beginnings of the elements that break it. */
export type Violation = { readonly rule: string; readonly at: readonly string[] }

/**
 * What violates WCAG 2.2 AA on a page, as far as axe can tell. The engine comes once to each document, and only what is wrong
 * leaves it: a whole result tells every element of every rule that holds, and takes longer to carry than to find.
 */
export async function findViolations(page: Page): Promise<Violation[]> {
  // It looks into no frame; the console has none.
  expect(page.frames()).toHaveLength(1)
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source)
  return page.evaluate(judge, WCAG)
}

/** Runs in the page. */
async function judge(runOnly: string[]): Promise<Violation[]> {
  const engine = (globalThis as unknown as { axe: typeof axe }).axe
  const { violations } = await engine.run(document, { runOnly, resultTypes: ['violations'] })
  return violations.map(({ id, nodes }) => ({ rule: id, at: nodes.map(({ html }) => html.slice(0, 160)) }))
}
