/** What has just happened to a customer, or to another record, for the moment during which the screen marks it. */
type Mark = {
  /** Signed points; null when it was something else. */
  readonly points: number | null
  /** Tells two marks of one record apart. */
  readonly number: number
}

export type RecentChanges = {
  mark(id: string, points: number | null): void
  of(id: string): Mark | null
  subscribe(listener: () => void): () => void
}

/** Long enough to be found with the eyes, short enough that a mark always means "just now". */
const MARK_MS = 6_000
/** More than fit on a screen are not looked at one by one. */
const MARKS_MAX = 200

/** Remembers for a moment who has changed; the oldest are forgotten first when many do at once. */
export function createRecentChanges(): RecentChanges {
  const marks = new Map<string, Mark>()
  const listeners = new Set<() => void>()
  let count = 0

  function tell(): void {
    for (const listener of listeners) listener()
  }

  return {
    mark(id, points) {
      const mark: Mark = { points, number: ++count }
      marks.delete(id) // moves it to the end: a Map keeps the order of insertion
      marks.set(id, mark)
      const oldest = marks.keys().next()
      if (marks.size > MARKS_MAX && !oldest.done) marks.delete(oldest.value)
      setTimeout(() => {
        if (marks.get(id) !== mark) return
        marks.delete(id)
        tell()
      }, MARK_MS)
      tell()
    },
    of: (id) => marks.get(id) ?? null,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
