/** Numbers and times as one language writes them. */
export type Format = {
  number(value: number): string
  /** With its sign, a real minus: −75, +10, 0. */
  signed(value: number): string
  date(iso: string): string
  time(at: Date): string
  dateTime(iso: string): string
  /** How long ago: "now", "3 min. ago", "yesterday". */
  ago(atMs: number, nowMs: number): string
  /** A time to wait: "42s", "3m". Minutes are rounded up. */
  duration(seconds: number): string
}

const STEPS = [
  { unit: 'second', ms: 1_000, below: 60_000 },
  { unit: 'minute', ms: 60_000, below: 3_600_000 },
  { unit: 'hour', ms: 3_600_000, below: 86_400_000 },
  { unit: 'day', ms: 86_400_000, below: 7 * 86_400_000 },
] as const

/** Each of the browser's formats is made when it is first needed: the first of its kind takes milliseconds, when a page begins. */
export function createFormat(locale: string): Format {
  const number = once(() => new Intl.NumberFormat(locale))
  const time = (options: Intl.DateTimeFormatOptions) => {
    const format = once(() => new Intl.DateTimeFormat(locale, options))
    return (at: Date) => format().format(at)
  }
  const date = time({ dateStyle: 'medium' })
  const dateTime = time({ dateStyle: 'medium', timeStyle: 'short' })
  const count = (unit: 'second' | 'minute') =>
    once(() => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'narrow' }))
  const [seconds, minutes] = [count('second'), count('minute')]
  const relative = once(() => new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' }))
  return {
    number: (value) => number().format(value),
    signed: (value) => `${value > 0 ? '+' : value < 0 ? '\u2212' : ''}${number().format(Math.abs(value))}`,
    date: (iso) => date(new Date(iso)),
    time: time({ timeStyle: 'medium' }),
    dateTime: (iso) => dateTime(new Date(iso)),
    ago(atMs, nowMs) {
      // A clock that is behind the server's must not speak of the future.
      const ageMs = Math.max(0, nowMs - atMs)
      const step = STEPS.find(({ below }) => ageMs < below)
      if (!step) return date(new Date(atMs))
      return relative().format(-Math.floor(ageMs / step.ms), step.unit)
    },
    duration: (value) => (value <= 60 ? seconds().format(value) : minutes().format(Math.ceil(value / 60))),
  }
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}
