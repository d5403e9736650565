import { NoAnswer, Refusal, type RequestOptions } from '../api/http.ts'
import type { PointsChange } from '../api/shapes.ts'
import type { PointsRequest } from './points-request.ts'

/**
 *   idle     nothing was asked for                      send → sending
 *   sending  under way, first time or again             answered → done or refused; no answer → unknown
 *   unknown  it may have happened, it may not           after a pause, or askAgain → sending; leave → idle
 *   done, refused  the answer is known                  send → sending; clear → idle
 */
export type Sending<Answer = PointsChange> =
  | { readonly state: 'idle' }
  | { readonly state: 'sending' | 'unknown'; readonly request: PointsRequest }
  | { readonly state: 'done'; readonly request: PointsRequest; readonly change: Answer }
  | { readonly state: 'refused'; readonly request: PointsRequest; readonly error: unknown }

export type PointsSender<Answer = PointsChange> = {
  readonly sending: Sending<Answer>
  subscribe(listener: () => void): () => void
  /** Sends a new request. Of no effect while the answer to the last one is not known: a double click is one change. */
  send(request: PointsRequest): void
  /** Does not wait for the pause. */
  askAgain(): void
  /** Forgets the answer; while it is not known, stops asking for it. */
  clear(): void
}

export type SenderOptions<Answer = PointsChange> = {
  ask: <T>(path: string, options: Omit<RequestOptions, 'token'>) => Promise<T>
  onDone?: (change: Answer) => void
  /** Test seams. */
  newKey?: () => string
  after?: (delayMs: number, run: () => void) => () => void
}

const PAUSE_MS = 1_000
const PAUSE_MAX_MS = 8_000

/**
 * Sends changes of points so that none happens twice: one idempotency key for one intention, the same again until the
 * answer is known. The server answers a key it has seen with its first answer.
 */
export function createPointsSender<Answer = PointsChange>(options: SenderOptions<Answer>): PointsSender<Answer> {
  const { ask, onDone, newKey = randomKey, after = afterTimeout } = options
  const listeners = new Set<() => void>()
  let sending: Sending<Answer> = { state: 'idle' }
  let key = ''
  let pauseMs = PAUSE_MS
  let cancelPause: (() => void) | null = null

  function become(next: Sending<Answer>): void {
    sending = next
    for (const listener of listeners) listener()
  }

  async function attempt(request: PointsRequest): Promise<void> {
    const mine = key
    cancelPause?.()
    cancelPause = null
    become({ state: 'sending', request })
    try {
      const change = await ask<Answer>(request.path, {
        method: 'POST',
        body: request.body,
        headers: { 'idempotency-key': mine },
      })
      if (mine !== key) return
      become({ state: 'done', request, change })
      onDone?.(change)
    } catch (error) {
      if (mine !== key) return
      if (error instanceof NoAnswer) return pause(request)
      if (error instanceof Refusal) return become({ state: 'refused', request, error })
      // Signed out in the middle: nobody can ask any more, but neither does anybody know.
      become({ state: 'unknown', request })
    }
  }

  function pause(request: PointsRequest): void {
    become({ state: 'unknown', request })
    cancelPause = after(pauseMs, () => void attempt(request))
    pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS)
  }

  return {
    get sending() {
      return sending
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    send(request) {
      if (sending.state === 'sending' || sending.state === 'unknown') return
      key = newKey()
      pauseMs = PAUSE_MS
      void attempt(request)
    },
    askAgain() {
      if (sending.state === 'unknown') void attempt(sending.request)
    },
    clear() {
      cancelPause?.()
      cancelPause = null
      key = ''
      become({ state: 'idle' })
    },
  }
}

/** crypto.randomUUID exists on secure origins only; a till may reach its shop's server over plain http. */
function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

function afterTimeout(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs)
  return () => clearTimeout(timer)
}
