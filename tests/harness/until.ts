/** Waits until a condition holds, asking often; fails when it does not within the limit. Never a sleep for luck. */
export async function until<T>(
  condition: () => T | Promise<T>,
  limitMs = 10_000,
  what = 'the condition',
): Promise<NonNullable<T>> {
  const deadline = performance.now() + limitMs
  for (;;) {
    const value = await condition()
    if (value) return value
    if (performance.now() > deadline) throw new Error(`${what} did not hold within ${limitMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
