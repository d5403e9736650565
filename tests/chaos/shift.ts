/**
 * Somebody at work.
 *
 * resting ─work→ working (one thing after the other) ─rest→ resting, once the thing in hand is done. close ends it, whatever
 * it is doing.
 */
export type Shift = {
  work(): void
  rest(): Promise<void>
  close(): Promise<void>
}

/**
 * @param step does one thing, and the thinking before the next
 * @param closing aborted by `close`: steps must end soon after
 */
export function createShift(step: () => Promise<void>, closing: AbortController): Shift {
  let working = false
  let running: Promise<void> = Promise.resolve()

  async function run(): Promise<void> {
    while (working && !closing.signal.aborted) await step()
  }

  return {
    work() {
      if (working) return
      working = true
      running = running.then(run)
    },
    async rest() {
      working = false
      await running
    },
    async close() {
      closing.abort()
      await running
    },
  }
}
