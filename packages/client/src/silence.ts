import type { Clock } from './clock.ts'

/** Tells when a socket that looks alive is not: a half-open connection, a frozen tab, a machine that slept. */
export type SilenceWatch = {
  /** Counts the silence from now. */
  start(): void
  stop(): void
  /** Something came through. False when the silence before it was too long already: then `onSilent` has been called. */
  heard(): boolean
  /** Looks at the clock now, for whoever cannot wait for the timer. */
  check(): void
}

/**
 * Calls `onSilent`, once a start, when nothing was heard for `limitMs`. The wall clock is asked at each look, because
 * timers stand still while a machine sleeps; a clock that was set back counts as silence, because then the age of the last
 * word is not known.
 */
export function createSilenceWatch(clock: Clock, limitMs: number, onSilent: () => void): SilenceWatch {
  let heardAtMs: number | null = null
  let cancelTimer: (() => void) | null = null

  function check(): boolean {
    if (heardAtMs === null) return false
    const silentMs = clock.now() - heardAtMs
    if (silentMs >= 0 && silentMs <= limitMs) return true
    stop()
    onSilent()
    return false
  }

  function look(): void {
    if (check() && heardAtMs !== null) cancelTimer = clock.after(heardAtMs + limitMs + 1 - clock.now(), look)
  }

  function stop(): void {
    heardAtMs = null
    cancelTimer?.()
  }

  return {
    start() {
      stop()
      heardAtMs = clock.now()
      look()
    },
    stop,
    heard() {
      if (!check()) return false
      heardAtMs = clock.now()
      return true
    },
    check: () => void check(),
  }
}
