import type { Clock } from '../src/clock.ts'

/** A clock that stands still until it is told to go on. */
export type VirtualClock = Clock & {
  /** Lets time pass: every timer runs at its moment, and what it sets off in promises is over before the next one. */
  advance(byMs: number, afterEach?: () => void): Promise<void>
  /** The wall clock jumps and no timer moves: what a machine sees that wakes from sleep, or whose clock was set. */
  jump(byMs: number): void
  /** Time that has really passed. */
  readonly elapsedMs: number
  /** Timers that are set. */
  readonly pending: number
}

type Timer = { readonly atMs: number; readonly run: () => void }

export function createVirtualClock(): VirtualClock {
  const timers: Timer[] = []
  let elapsedMs = 0
  let wallMs = Date.UTC(2026, 10, 21)

  function moveTo(atMs: number): void {
    wallMs += atMs - elapsedMs
    elapsedMs = atMs
  }

  return {
    now: () => wallMs,
    after(delayMs, run) {
      const timer = { atMs: elapsedMs + Math.max(0, delayMs), run }
      // Stable: of timers with the same moment, the one that was set first runs first.
      const behind = timers.findIndex(({ atMs }) => atMs > timer.atMs)
      timers.splice(behind === -1 ? timers.length : behind, 0, timer)
      return () => {
        const index = timers.indexOf(timer)
        if (index !== -1) timers.splice(index, 1)
      }
    },
    async advance(byMs, afterEach) {
      const endMs = elapsedMs + byMs
      await settlePromises()
      for (let next = timers[0]; next !== undefined && next.atMs <= endMs; next = timers[0]) {
        timers.shift()
        moveTo(next.atMs)
        next.run()
        await settlePromises()
        afterEach?.()
      }
      moveTo(endMs)
      afterEach?.()
    },
    jump(byMs) {
      wallMs += byMs
    },
    get elapsedMs() {
      return elapsedMs
    },
    get pending() {
      return timers.length
    },
  }
}

/** Every promise that can settle without a timer has, when the event loop comes round. */
export function settlePromises(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
