/** What a clock on the wall of a place shows, to the minute: 2026-11-21T14:30. */
export type WallTime = string

/** What the clocks of a place show at a moment. */
export function wallTimeAt(at: Date, timeZone: string): WallTime {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  )
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? ''
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`
}

/**
 * The moment at which the clocks of a place show this. When they show it twice, as an hour is put back, the first of the two; when
 * they never do, as an hour is skipped, the moment that is so long after the change.
 */
export function momentOf(wallTime: WallTime, timeZone: string): Date {
  const asUtc = Date.parse(`${wallTime}Z`)
  // The offset of the place is that of a day before or of a day after, whichever side of a change this is.
  const offsets = [asUtc - DAY_MS, asUtc + DAY_MS].map((near) => offsetMs(near, timeZone))
  const moments = offsets.map((offset) => asUtc - offset)
  const shown = moments.filter((moment) => wallTimeAt(new Date(moment), timeZone) === wallTime)
  return new Date(shown.length > 0 ? Math.min(...shown) : moments[0]!)
}

/** The day of the calendar that is so many days later. */
export function daysLater(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10)
}

const DAY_MS = 86_400_000

const offsetMs = (atMs: number, timeZone: string) =>
  Date.parse(`${wallTimeAt(new Date(atMs), timeZone)}Z`) - Math.floor(atMs / 60_000) * 60_000

/** Making one takes a hundred times as long as using it. */
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })
  formats.set(timeZone, made)
  return made
}
