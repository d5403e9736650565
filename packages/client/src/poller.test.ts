import { describe, expect, test } from 'vitest'
import { createVirtualClock, settlePromises } from '../test/virtual-clock.ts'
import { LoyaltyClientError } from './errors.ts'
import { createPoller } from './poller.ts'

type Answer = { resolve(enough: boolean): void; reject(error: Error): void; readonly signal: AbortSignal }

/** A poller whose catch-ups the test answers; jitter is the middle of its range. */
function setUp({ random = () => 0.5 }: { random?: () => number } = {}) {
  const clock = createVirtualClock()
  const runs: Answer[] = []
  const told: string[] = []
  const afterAnswer: (() => void)[] = []
  const poller = createPoller({
    clock,
    random,
    intervalMs: 15_000,
    catchUp: (signal) => new Promise((resolve, reject) => runs.push({ resolve, reject, signal })),
    onAnswered() {
      told.push('answered')
      afterAnswer.shift()?.()
    },
    onFailed: (error) => void told.push(error.code),
  })
  return {
    clock,
    poller,
    told,
    afterAnswer,
    get runs() {
      return runs.length
    },
    async answer(enough = true) {
      runs.at(-1)!.resolve(enough)
      await settlePromises()
    },
    async fail(error = new LoyaltyClientError('network-failed', 'no')) {
      runs.at(-1)!.reject(error)
      await settlePromises()
    },
    lastSignal: () => runs.at(-1)!.signal,
  }
}

describe('poller', () => {
  test('a need begins a catch-up at once, and is served when that succeeds', async () => {
    const it = setUp()
    it.poller.need()
    expect(it.runs).toBe(1)
    expect(it.poller.pending).toBe(true)
    await it.answer()
    expect(it.poller.pending).toBe(false)
    expect(it.told).toEqual(['answered'])
    await it.clock.advance(60_000)
    expect(it.runs).toBe(1)
  })

  test('one catch-up runs at a time; a need that comes meanwhile is served by another right after it', async () => {
    const it = setUp()
    it.poller.need()
    it.poller.need()
    it.poller.need()
    expect(it.runs).toBe(1)
    await it.answer()
    expect(it.poller.pending).toBe(true)
    expect(it.runs).toBe(2)
    await it.answer()
    expect(it.poller.pending).toBe(false)
    expect(it.runs).toBe(2)
  })

  test('a catch-up that was not enough is repeated at once, then at the pace of the back-off, not of the needs', async () => {
    const it = setUp()
    it.poller.need()
    await it.answer(false)
    expect(it.runs).toBe(2)
    await it.answer(false)
    it.poller.need()
    it.poller.need()
    expect(it.runs).toBe(2)
    await it.clock.advance(1_000)
    expect(it.runs).toBe(3)
  })

  test('repeats a failure with full jitter, doubling up to the interval', async () => {
    const it = setUp({ random: () => 0.999_999 })
    it.poller.need()
    for (const [index, delayMs] of [1_000, 2_000, 4_000, 8_000, 15_000, 15_000].entries()) {
      await it.fail()
      await it.clock.advance(delayMs - 10)
      expect(it.runs).toBe(index + 1)
      await it.clock.advance(10)
      expect(it.runs).toBe(index + 2)
    }
    expect(it.poller.pending).toBe(true)
  })

  test('an urgent need does not wait for the back-off', async () => {
    const it = setUp()
    it.poller.need()
    await it.fail()
    it.poller.need()
    expect(it.runs).toBe(1)
    it.poller.need('urgent')
    expect(it.runs).toBe(2)
  })

  test('leaves the API alone for as long as it asks, whatever is needed; a person who asks is not held up', async () => {
    const it = setUp()
    it.poller.need()
    await it.fail(new LoyaltyClientError('api-unavailable', 'busy', { retryAfterMs: 30_000 }))
    it.poller.need('urgent')
    await it.clock.advance(29_990)
    expect(it.runs).toBe(1)
    await it.clock.advance(10)
    expect(it.runs).toBe(2)

    await it.fail(new LoyaltyClientError('api-unavailable', 'busy', { retryAfterMs: 30_000 }))
    const asked = it.poller.now()
    expect(it.runs).toBe(3)
    await it.answer()
    await asked
  })

  test.each([
    [0, 12_000],
    [0.5, 15_000],
    [0.999_999, 18_000],
  ])('polls at an interval that is spread around 15 s (random %d: %d ms)', async (random, delayMs) => {
    const it = setUp({ random: () => random })
    it.poller.repeat(1)
    for (const run of [1, 2, 3]) {
      await it.clock.advance(delayMs - 1)
      expect(it.runs).toBe(run - 1)
      await it.clock.advance(1)
      expect(it.runs).toBe(run)
      await it.answer()
    }
    expect(it.poller.pending).toBe(false)
    it.poller.repeat(0)
    await it.clock.advance(60_000)
    expect(it.runs).toBe(3)
    expect(it.clock.pending).toBe(0)
  })

  test('the first poll may come sooner than the interval', async () => {
    const it = setUp()
    it.poller.repeat(1, 2_000)
    await it.clock.advance(2_000)
    expect(it.runs).toBe(1)
  })

  test('now() settles with a catch-up that began after it was asked for', async () => {
    const it = setUp()
    it.poller.need()
    let settled = false
    const asked = it.poller.now().then(() => (settled = true))
    await it.answer()
    expect(settled).toBe(false)
    expect(it.runs).toBe(2)
    await it.answer()
    await asked
    expect(settled).toBe(true)
  })

  test('now() while one runs comes right after it, also when its answer begins an interval', async () => {
    const it = setUp()
    it.poller.need()
    const asked = it.poller.now()
    it.afterAnswer.push(() => it.poller.repeat(4))
    await it.answer()
    expect(it.runs).toBe(2)
    expect(it.clock.pending).toBe(0)
    await it.answer()
    await asked
  })

  test('now() rejects with the reason, and what nobody needs is not repeated', async () => {
    const it = setUp()
    const asked = it.poller.now()
    const failed = expect(asked).rejects.toMatchObject({ code: 'network-failed' })
    await it.fail()
    await failed
    await it.clock.advance(60_000)
    expect(it.runs).toBe(1)
  })

  test('a need that arises from the answer itself begins one catch-up, and no timer beside it', async () => {
    const it = setUp()
    it.poller.repeat(1, 10)
    it.afterAnswer.push(() => it.poller.need('urgent'))
    await it.clock.advance(10)
    await it.answer()
    expect(it.runs).toBe(2)
    expect(it.clock.pending).toBe(0)
  })

  test('stop() aborts the one under way, refuses its callers, and tells nobody', async () => {
    const it = setUp()
    it.poller.repeat(1)
    const asked = it.poller.now()
    const refused = expect(asked).rejects.toMatchObject({ code: 'stopped' })
    const stopped = it.poller.stop()
    expect(it.lastSignal().aborted).toBe(true)
    await it.answer()
    await stopped
    await refused
    expect(it.told).toEqual([])
    expect(it.poller.pending).toBe(false)
    expect(it.clock.pending).toBe(0)
  })

  test('a catch-up that ends after stop() and another start changes nothing', async () => {
    const it = setUp()
    it.poller.need()
    const { answer } = it
    void it.poller.stop()
    it.poller.repeat(1)
    await answer()
    expect(it.told).toEqual([])
    expect(it.clock.pending).toBe(1)
  })
})
