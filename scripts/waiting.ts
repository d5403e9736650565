import { setTimeout as sleep } from 'node:timers/promises'

export type WaitOptions = {
  /** What is waited for, for the message; a function, when it should say how far it came. */
  readonly what: string | (() => string)
  readonly limitMs: number
  /** Aborted: nobody waits any more. Default: whoever waits, waits. */
  readonly stopping?: AbortSignal
}

const STEP_MS = 20

/** Waits until a condition holds. @throws Error that names it when it does not within the limit, or the signal's reason */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  { what, limitMs, stopping }: WaitOptions,
): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!(await condition())) {
    stopping?.throwIfAborted()
    if (performance.now() > deadline) {
      throw new Error(`not within ${limitMs / 1000} s: ${typeof what === 'string' ? what : what()}`)
    }
    await sleep(STEP_MS)
  }
}
