export type Toast = {
  readonly number: number
  readonly text: string
  readonly tone: 'news' | 'good' | 'bad'
  /** How many changes it stands for, beyond those that have a toast of their own. */
  readonly more: number
}

export type ToastQueue = {
  readonly toasts: readonly Toast[]
  subscribe(listener: () => void): () => void
  show(toast: Pick<Toast, 'text' | 'tone'>): void
  dismiss(number: number): void
}

const SHOWN_MS = 6_000
const SHOWN_MAX = 4
/** News beyond these within a second is counted, not told: nobody reads a burst. */
const NEWS_PER_SECOND = 3

/** The toasts on the screen; never more than a few, however much happens. */
export function createToastQueue(): ToastQueue {
  const listeners = new Set<() => void>()
  let toasts: readonly Toast[] = []
  let count = 0
  let recent: number[] = []

  function become(next: readonly Toast[]): void {
    toasts = next
    for (const listener of listeners) listener()
  }

  function put(toast: Omit<Toast, 'number'>): void {
    const number = ++count
    become([...toasts, { ...toast, number }].slice(-SHOWN_MAX))
    setTimeout(() => dismiss(number), SHOWN_MS)
  }

  function dismiss(number: number): void {
    if (toasts.some((toast) => toast.number === number)) become(toasts.filter((toast) => toast.number !== number))
  }

  return {
    get toasts() {
      return toasts
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    show(toast) {
      if (toast.tone !== 'news') return put({ ...toast, more: 0 })
      const now = performance.now()
      recent = recent.filter((at) => now - at < 1_000)
      if (recent.length < NEWS_PER_SECOND) {
        recent.push(now)
        return put({ ...toast, more: 0 })
      }
      const counter = toasts.find(({ more }) => more > 0)
      if (!counter) return put({ text: '', tone: 'news', more: 1 })
      become(toasts.map((other) => (other === counter ? { ...other, more: other.more + 1 } : other)))
    },
    dismiss,
  }
}
