import { setTimeout as sleep } from 'node:timers/promises'

export type WaitOptions = {
  /** What is waited for, for the message. */
  readonly what: string
  readonly limitMs: number
  /** Aborted: nobody waits any more. */
  readonly stopping: AbortSignal
}

const STEP_MS = 25

/** Waits until a condition holds. @throws Error that names it when it does not within the limit, or the signal's reason */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  { what, limitMs, stopping }: WaitOptions,
): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!(await condition())) {
    stopping.throwIfAborted()
    if (performance.now() > deadline) throw new Error(`not within ${limitMs / 1000} s: ${what}`)
    await sleep(STEP_MS)
  }
}
