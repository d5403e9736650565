/**
 * Time as this process gets to live it.
 *
 * Clients, tills and proxies share one thread, and a socket takes a dozen of its turns to open. Where the machine is too busy a
 * turn takes a quarter of a second: all clients give up before they are let in, begin again, and keep each other from it for as
 * long as the load lasts. No limit says anything then but that the machine is busy. So limits count a turn as `TURN_MAX_MS` at
 * most; where there is time to spare, that is the wall clock.
 */
export type OwnTime = {
  /** Milliseconds of it. Never more than have gone by on the wall. */
  now(): number
  /** How many milliseconds on the wall one of these takes just now; 1 where there is time to spare. */
  slowness(): number
  close(): void
}

const LOOK_MS = 10
const TURN_MAX_MS = 20
const RECENT_MS = 2_000

/** @param wallMs performance.now, or what a test says instead */
export function openOwnTime(wallMs: () => number = () => performance.now()): OwnTime {
  let lookedAtMs = wallMs()
  let ownMs = 0
  // What went by of late, the newest weighing most.
  let recentWallMs = RECENT_MS
  let recentOwnMs = RECENT_MS

  const sinceLookMs = () => Math.min(wallMs() - lookedAtMs, TURN_MAX_MS)

  // Once a turn at most, which is what makes a turn count as one.
  function look(): void {
    const passedMs = wallMs() - lookedAtMs
    const countedMs = sinceLookMs()
    const kept = Math.exp(-passedMs / RECENT_MS)
    recentWallMs = recentWallMs * kept + passedMs
    recentOwnMs = recentOwnMs * kept + countedMs
    ownMs += countedMs
    lookedAtMs += passedMs
  }

  const timer = setInterval(look, LOOK_MS).unref()

  return {
    now: () => ownMs + sinceLookMs(),
    slowness: () => recentWallMs / recentOwnMs,
    close: () => clearInterval(timer),
  }
}
