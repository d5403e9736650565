import type { BrowserContext } from 'playwright-core'

/** How long a changed balance took to be seen. */
export type Paint = {
  /** From the socket's message in the page to the end of the frame that shows it. */
  readonly messageToFrameMs: number
  /** From the change in the database, to the millisecond. */
  readonly changeToFrameMs: number
}

/**
 * Notes how long balances take to be seen, in every page that the context opens from now on.
 *
 * @returns grows with each `loyalty_updated` about a row in sight; of several about one row, the last that was shown
 */
export async function watchPaints(context: BrowserContext): Promise<readonly Paint[]> {
  const paints: Paint[] = []
  await context.exposeBinding('notePaint', (_page, paint: Paint) => void paints.push(paint))
  await context.addInitScript(watchBalances)
  return paints
}

/** Runs in the page, before anything of its own. */
function watchBalances(): void {
  const { notePaint } = globalThis as unknown as { notePaint: (paint: Paint) => void }
  /** Balances that the socket has told and no frame has shown, by customer. */
  const awaited = new Map<string, { balance: number; heardAtMs: number; changedAtMs: number }>()

  function hear(message: string): void {
    const start = message.indexOf('["loyalty_updated",')
    if (start === -1) return
    const [, { timestamp, data }] = JSON.parse(message.slice(start))
    const heard = { balance: data.newBalance, heardAtMs: performance.now(), changedAtMs: Date.parse(timestamp) }
    awaited.set(data.customerId, heard)
  }

  globalThis.WebSocket = class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols)
      // The first listener there is: the page's own come after it.
      this.addEventListener('message', ({ data }) => typeof data === 'string' && hear(data))
    }
  }

  new MutationObserver(() => {
    for (const [customer, { balance, heardAtMs, changedAtMs }] of awaited) {
      const cell = document.querySelector(`[data-customer="${customer}"] [data-testid="balance"]`)
      if (Number(cell?.textContent?.replaceAll(/\D/g, '') || Number.NaN) !== balance) continue
      awaited.delete(customer)
      afterFrame(() =>
        notePaint({ messageToFrameMs: performance.now() - heardAtMs, changeToFrameMs: Date.now() - changedAtMs }),
      )
    }
  }).observe(document, { subtree: true, childList: true, characterData: true })

  /** A task that was posted in the frame's callback comes when the frame has been drawn. */
  function afterFrame(done: () => void): void {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.addEventListener('message', done)
      port1.start()
      port2.postMessage(null)
    })
  }
}
