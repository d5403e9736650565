import { expect, test } from 'vitest'
import { keepRunning, type Running } from './keep-running.ts'

/** A part that the test ends, and time that passes when the test says so. */
function makeStage(outcomes: readonly ('works' | 'fails')[] = []) {
  const said: string[] = []
  const pauses: number[] = []
  const running: { end: (how: string) => void; stopped: boolean }[] = []
  let nowMs = 0
  let starts = 0
  let paused: (() => void) | null = null
  const kept = keepRunning({
    name: 'part',
    say: (message) => said.push(message),
    now: () => nowMs,
    pause: (ms, signal) => {
      pauses.push(ms)
      return new Promise((resolve) => {
        paused = resolve
        signal.addEventListener('abort', () => resolve())
      })
    },
    async start(): Promise<Running> {
      if ((outcomes[starts++] ?? 'works') === 'fails') throw new Error('no luck')
      const { promise: ended, resolve: end } = Promise.withResolvers<string>()
      const part = { end, stopped: false }
      running.push(part)
      return {
        pid: 1,
        ended,
        async stop() {
          part.stopped = true
          end('SIGTERM')
        },
      }
    },
  })
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return {
    kept,
    said,
    pauses,
    running,
    get starts() {
      return starts
    },
    settle,
    async endAfter(ms: number, how: string) {
      nowMs += ms
      running.at(-1)!.end(how)
      await settle()
    },
    async passPause() {
      paused!()
      await settle()
    },
  }
}

test('a part that works is left alone, and stopped when it is no longer wanted', async () => {
  const stage = makeStage()
  await stage.kept.ready
  expect(stage.starts).toBe(1)
  await stage.kept.stop()
  expect(stage.running[0]!.stopped).toBe(true)
  expect(stage.said).toEqual([])
})

test('a part that does not start the first time is given up, with its reason', async () => {
  const stage = makeStage(['fails'])
  await expect(stage.kept.ready).rejects.toThrow('no luck')
  expect(stage.starts).toBe(1)
  expect(stage.pauses).toEqual([])
  await stage.kept.stop()
})

test('a part that ends starts again after 5 s, and ever later when it keeps ending, up to a minute', async () => {
  const stage = makeStage()
  await stage.kept.ready
  for (let time = 0; time < 6; time++) {
    await stage.endAfter(100, 'SIGKILL')
    await stage.passPause()
  }
  expect(stage.pauses).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000])
  expect(stage.said[0]).toBe('part ended (SIGKILL); it starts again in 5 s')
  expect(stage.starts).toBe(7)
  await stage.kept.stop()
})

test('after a minute of health the pause is short again', async () => {
  const stage = makeStage()
  await stage.kept.ready
  await stage.endAfter(100, 'exit code 1')
  await stage.passPause()
  await stage.endAfter(60_001, 'exit code 1')
  expect(stage.pauses).toEqual([5_000, 5_000])
  await stage.kept.stop()
})

test('a part that does not start again is tried again', async () => {
  const stage = makeStage(['works', 'fails', 'works'])
  await stage.kept.ready
  await stage.endAfter(100, 'SIGSEGV')
  await stage.passPause()
  expect(stage.said.at(-1)).toBe('part did not start (no luck); it starts again in 10 s')
  await stage.passPause()
  expect(stage.running).toHaveLength(2)
  await stage.kept.stop()
  expect(stage.running[1]!.stopped).toBe(true)
})

test('stopping during a pause ends it, and nothing starts any more', async () => {
  const stage = makeStage()
  await stage.kept.ready
  await stage.endAfter(100, 'SIGKILL')
  await stage.kept.stop()
  expect(stage.starts).toBe(1)
})
