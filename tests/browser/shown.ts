import type { Page } from 'playwright-core'

/** What a page showed at a moment: the state of its badge, and the balance of one customer. */
export type Shown = { readonly atMs: number; readonly state: string; readonly balance: string }

/**
 * Notes what the page shows of a customer whenever it is something else, beginning with now; times are of the wall clock.
 * The answer, called later, gives all of it.
 */
export async function recordShown(page: Page, customer: { readonly id: string }): Promise<() => Promise<Shown[]>> {
  await page.evaluate(startRecording, customer.id)
  return () => page.evaluate(() => (globalThis as unknown as { shown: Shown[] }).shown)
}

/** Runs in the page. */
function startRecording(customerId: string): void {
  const shown: Shown[] = []
  Object.assign(globalThis, { shown })
  const note = () => {
    const state = document.querySelector<HTMLElement>('[data-testid="live-badge"]')?.dataset['state'] ?? 'no badge'
    const balance =
      document.querySelector(`[data-customer="${customerId}"] [data-testid="balance"]`)?.textContent ?? 'no balance'
    const last = shown.at(-1)
    if (last?.state !== state || last.balance !== balance) shown.push({ atMs: Date.now(), state, balance })
  }
  note()
  new MutationObserver(note).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
  })
}
