import type { Clock } from './clock.ts'
import { LoyaltyClientError } from './errors.ts'

/**
 * Runs `work` for at most `limitMs`, then rejects with `timed-out`; with `stopped` as soon as `signal` aborts. Work begins in
 * a turn of its own, so that it never calls back into a caller that is in the middle of something. Work that ignores the
 * signal it is given is left behind: its late answer goes nowhere.
 */
export function withLimit<T>(
  limit: { clock: Clock; limitMs: number; what: string; signal?: AbortSignal | undefined },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { clock, limitMs, what, signal } = limit
  const inner = new AbortController()
  return new Promise<T>((resolve, reject) => {
    const giveUp = (error: LoyaltyClientError) => {
      release()
      reject(error)
      inner.abort(error)
    }
    const stop = () => giveUp(new LoyaltyClientError('stopped', `the client was stopped while ${what}`))
    const cancelTimer = clock.after(limitMs, () =>
      giveUp(new LoyaltyClientError('timed-out', `${what} took longer than ${limitMs} ms`)),
    )
    const release = () => {
      cancelTimer()
      signal?.removeEventListener('abort', stop)
    }
    if (signal?.aborted) return stop()
    signal?.addEventListener('abort', stop)
    Promise.resolve(inner.signal).then(work).finally(release).then(resolve, reject)
  })
}
