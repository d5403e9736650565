/**
 * Waits until a condition holds, asking often, and gives what it gave. Never a sleep for luck.
 *
 * @param what for the message: what was waited for; a function, when it should say how far it came
 * @param nowMs whose time the limit is in
 * @throws Error when it does not hold within the limit
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  what: string | (() => string) = 'the condition',
  limitMs = 10_000,
  nowMs: () => number = () => performance.now(),
): Promise<NonNullable<T>> {
  const deadline = nowMs() + limitMs
  for (;;) {
    const value = await condition()
    if (value) return value
    if (nowMs() > deadline) {
      throw new Error(`waited ${limitMs} ms in vain for ${typeof what === 'string' ? what : what()}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
