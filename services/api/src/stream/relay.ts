import { batchLength } from './broadcaster.ts'
import type { CommittedEvent } from './committed-event.ts'
import type { Deliver } from './deliver.ts'

const QUEUE_MAX = 20_000
const PAUSE_MIN_MS = 100
const PAUSE_MAX_MS = 5_000

export type RelayOptions = {
  deliver: Deliver
  random?: () => number
  now?: () => number
}

/**
 * The fast way from a commit to the realtime server.
 *
 * idle → sending (one POST under way; what is committed meanwhile is the next batch, so there is no timer and a lone event
 * waits for nobody) → idle. When nobody takes a batch → paused, for a full-jitter back-off: the queue is dropped, because
 * the events are in the database and the sweeper sends them in order. The first event after the pause tries again. Nothing
 * here is ever waited for by a request (I7), and the queue is bounded (I9).
 */
export class Relay {
  readonly #options: Required<RelayOptions>
  #queue: CommittedEvent[] = []
  #sending: Promise<void> | null = null
  #failures = 0
  #pausedUntil = 0

  constructor(options: RelayOptions) {
    this.#options = { random: Math.random, now: () => performance.now(), ...options }
  }

  push(events: readonly CommittedEvent[]): void {
    if (this.#options.now() < this.#pausedUntil) return
    if (this.#queue.length + events.length > QUEUE_MAX) return
    this.#queue.push(...events)
    this.#sending ??= this.#send()
  }

  /** How many events wait here. */
  get queued(): number {
    return this.#queue.length
  }

  /** Waits until what was pushed is sent or left to the sweeper. */
  async close(): Promise<void> {
    await this.#sending
  }

  async #send(): Promise<void> {
    // Let the commit's other events arrive first: they are pushed in the same turn.
    await Promise.resolve()
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, batchLength(this.#queue))
      if ((await this.#options.deliver(batch)) === 'delivered') this.#failures = 0
      else this.#pause()
    }
    this.#sending = null
  }

  #pause(): void {
    this.#queue = []
    const limit = Math.min(PAUSE_MAX_MS, PAUSE_MIN_MS * 2 ** this.#failures++)
    this.#pausedUntil = this.#options.now() + this.#options.random() * limit
  }
}
