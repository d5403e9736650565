import { fullJitterMs, spreadMs, type Backoff, type Random } from './backoff.ts'
import type { Clock } from './clock.ts'
import { asClientError, LoyaltyClientError } from './errors.ts'

/**
 * Decides when to catch up over REST; one catch-up runs at a time.
 *
 * | state    | means                                        | left by                                              |
 * |----------|----------------------------------------------|------------------------------------------------------|
 * | idle     | nothing is owed, and nobody polls            | need, now → running; repeat → interval               |
 * | interval | nothing is owed; the next poll is timed      | timer, need, now → running; stop repeating → idle    |
 * | running  | a catch-up is under way                      | its end → running again, backoff, interval or idle   |
 * | backoff  | the last one failed or was not enough        | timer, now, an urgent need → running                 |
 * | resting  | the API asked to be left alone (Retry-After) | timer, now → running                                 |
 *
 * A need that is stated while a catch-up runs is remembered: what was read before it may not hold what it is about.
 */
export type Poller = {
  /** Whether a catch-up is owed: a need was stated, and none that began after it has succeeded yet. */
  readonly pending: boolean
  /**
   * A catch-up is owed. It begins at once, unless the last ones failed or were not enough: then at the pace of the back-off.
   * `urgent` needs do not wait for that, and must be paced by whoever states them.
   */
  need(urgency?: 'paced' | 'urgent'): void
  /** One catch-up that begins now or right after the one under way. Rejects with the reason when it fails. */
  now(): Promise<void>
  /** Polls once in so many intervals, 0: no more. `firstInMs` replaces the first wait. */
  repeat(intervals: number, firstInMs?: number): void
  /** Ends everything; resolves when nothing runs any more. The poller may be used again afterwards. */
  stop(): Promise<void>
}

export type PollerOptions = {
  readonly clock: Clock
  readonly random: Random
  readonly intervalMs: number
  /** Catches up; answers whether that was enough, false when something is still known to be missing. */
  readonly catchUp: (signal: AbortSignal) => Promise<boolean>
  readonly onAnswered: () => void
  readonly onFailed: (error: LoyaltyClientError) => void
}

const BACKOFF_BASE_MS = 1_000

export function createPoller(options: PollerOptions): Poller {
  const { clock, random, intervalMs } = options
  const backoff: Backoff = { baseMs: BACKOFF_BASE_MS, capMs: intervalMs }
  let pending = false
  /** Between polls; 0: nobody polls. */
  let intervals = 0
  let running: { readonly abort: AbortController; readonly ended: Promise<void> } | null = null
  let neededAgain = false
  let timer: { readonly for: 'interval' | 'backoff' | 'rest'; cancel(): void } | null = null
  /** Catch-ups in a row that failed or were not enough. */
  let attempts = 0
  let callers: { resolve(): void; reject(error: LoyaltyClientError): void }[] = []

  function begin(): void {
    cancelTimer()
    neededAgain = false
    const abort = new AbortController()
    running = { abort, ended: run(abort.signal) }
  }

  async function run(signal: AbortSignal): Promise<void> {
    const served = callers
    callers = []
    let failure: LoyaltyClientError | null = null
    let enough = false
    try {
      enough = await options.catchUp(signal)
    } catch (thrown) {
      failure = asClientError(thrown, 'bad-answer')
    }
    if (signal.aborted) {
      for (const caller of served) caller.reject(new LoyaltyClientError('stopped', 'the client was stopped'))
      return
    }
    running = null
    if (failure === null) pending = !enough || neededAgain
    attempts = failure !== null || pending ? attempts + 1 : 0
    if (failure === null) options.onAnswered()
    else options.onFailed(failure)
    for (const caller of served) {
      if (failure === null) caller.resolve()
      else caller.reject(failure)
    }
    // A callback may have begun the next one already, or stopped everything and started again. It may also have begun the
    // next interval: whoever asked while this one ran does not wait for that.
    if (running === null && (timer === null || callers.length > 0)) plan(failure)
  }

  function plan(failure: LoyaltyClientError | null): void {
    if (callers.length > 0) return begin()
    if (!pending && intervals === 0) return
    // Not enough, for the first time: something happened while it ran, so look again at once.
    if (failure === null && attempts === 1) return begin()
    if (attempts === 0) return waitForPoll()
    const backoffMs = fullJitterMs(attempts - 1, backoff, random)
    const restMs = failure?.retryAfterMs ?? 0
    if (restMs > backoffMs) wait('rest', restMs)
    else wait('backoff', backoffMs)
  }

  function waitForPoll(delayMs = spreadMs(intervalMs * intervals, random)): void {
    wait('interval', delayMs)
  }

  function wait(purpose: 'interval' | 'backoff' | 'rest', delayMs: number): void {
    cancelTimer()
    timer = { for: purpose, cancel: clock.after(delayMs, begin) }
  }

  function cancelTimer(): void {
    timer?.cancel()
    timer = null
  }

  return {
    get pending() {
      return pending
    },
    need(urgency = 'paced') {
      pending = true
      if (running) neededAgain = true
      else if (timer === null || timer.for === 'interval' || (timer.for === 'backoff' && urgency === 'urgent')) begin()
    },
    now() {
      const answer = new Promise<void>((resolve, reject) => callers.push({ resolve, reject }))
      if (!running) begin()
      return answer
    },
    repeat(times, firstInMs) {
      intervals = times
      if (times === 0 && !pending) cancelTimer()
      if (times > 0 && !running && timer === null) waitForPoll(firstInMs)
    },
    async stop() {
      const last = running
      running = null
      pending = false
      intervals = 0
      attempts = 0
      cancelTimer()
      last?.abort.abort()
      for (const caller of callers.splice(0)) caller.reject(new LoyaltyClientError('stopped', 'the client was stopped'))
      await last?.ended
    },
  }
}
