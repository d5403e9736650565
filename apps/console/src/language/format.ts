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

export function createFormat(locale: string): Format {
  const number = new Intl.NumberFormat(locale)
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' })
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' })
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
  const unit = (name: 'second' | 'minute') =>
    new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'narrow' })
  const [inSeconds, inMinutes] = [unit('second'), unit('minute')]
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' })
  return {
    number: (value) => number.format(value),
    signed: (value) => `${value > 0 ? '+' : value < 0 ? '\u2212' : ''}${number.format(Math.abs(value))}`,
    date: (iso) => date.format(new Date(iso)),
    time: (at) => time.format(at),
    dateTime: (iso) => dateTime.format(new Date(iso)),
    ago(atMs, nowMs) {
      // A clock that is behind the server's must not speak of the future.
      const ageMs = Math.max(0, nowMs - atMs)
      const step = STEPS.find(({ below }) => ageMs < below)
      if (!step) return date.format(new Date(atMs))
      return relative.format(-Math.floor(ageMs / step.ms), step.unit)
    },
    duration: (seconds) => (seconds <= 60 ? inSeconds.format(seconds) : inMinutes.format(Math.ceil(seconds / 60))),
  }
}
