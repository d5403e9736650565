import type { Toast } from './toast-queue.ts'

/** What is said aloud: a text, or how many changes there were. */
export type Said = Pick<Toast, 'text' | 'more'>

/** So long a sentence takes, about. */
const PAUSE_MS = 5_000

/**
 * Says toasts aloud, no faster than somebody can listen: news that come during the pause after others are counted, and said in
 * one sentence at its end. What answers the listener's own doing is said at once.
 *
 * @param later as `setTimeout`
 */
export function createTeller(
  say: (said: Said) => void,
  later: (then: () => void, ms: number) => unknown = setTimeout,
): (toast: Pick<Toast, 'text' | 'tone'>) => void {
  let isPausing = false
  let waiting: readonly string[] = []

  function pause(): void {
    isPausing = true
    later(end, PAUSE_MS)
  }

  function end(): void {
    isPausing = false
    const [text = '', ...others] = waiting
    if (waiting.length === 0) return
    waiting = []
    say({ text, more: others.length === 0 ? 0 : others.length + 1 })
    pause()
  }

  return ({ text, tone }) => {
    if (tone !== 'news') return say({ text, more: 0 })
    if (isPausing) {
      waiting = [...waiting, text]
      return
    }
    say({ text, more: 0 })
    pause()
  }
}
