import type { Clock } from '@loyalty-live/client'
import type { OwnTime } from './own-time.ts'

/**
 * The SDK waits as long as a person at a screen would want it to: 12 s until it calls a socket dead, 15 s between polls. For
 * its clock eight seconds go by in one, and everything that it decides stays in proportion.
 */
const CLOCK_SPEED = 8

export function createFastClock(time: Pick<OwnTime, 'now'>): Clock {
  const now = () => time.now() * CLOCK_SPEED

  return {
    now,
    after(delayMs, run) {
      const dueMs = now() + delayMs
      let timer: NodeJS.Timeout
      // The wall may be ahead of the process.
      const look = () => {
        const leftMs = dueMs - now()
        if (leftMs <= 0) run()
        else timer = setTimeout(look, leftMs / CLOCK_SPEED)
      }
      timer = setTimeout(look, delayMs / CLOCK_SPEED)
      return () => clearTimeout(timer)
    },
  }
}
