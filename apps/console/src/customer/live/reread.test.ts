import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createReread } from './reread.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('the first event is followed at once; those that come within a second, together', async () => {
  const read = vi.fn(async () => undefined)
  const reread = createReread(read)
  for (let events = 0; events < 50; events++) {
    reread.soon()
    await vi.advanceTimersByTimeAsync(10)
  }
  expect(read).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(read).toHaveBeenCalledTimes(2)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(read).toHaveBeenCalledTimes(2)
})

test('an event during a read is owed another: what was read may not hold it', async () => {
  let finish = () => {}
  const read = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)))
  const reread = createReread(read)
  reread.soon()
  reread.soon()
  finish()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(read).toHaveBeenCalledTimes(2)
})

test('a read that fails is tried until it works', async () => {
  const read = vi.fn<() => Promise<void>>().mockRejectedValueOnce(new Error('no network')).mockResolvedValue()
  createReread(read).soon()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(read).toHaveBeenCalledTimes(2)
})

test('stopped, it reads no more, also when a read was under way', async () => {
  const read = vi.fn().mockRejectedValue(new Error('stopped'))
  const reread = createReread(read)
  reread.soon()
  reread.stop()
  await vi.advanceTimersByTimeAsync(60_000)
  reread.soon()
  expect(read).toHaveBeenCalledTimes(1)
})
