import { setTimeout as sleep } from 'node:timers/promises'
import { isContention, isUnavailable } from '../db/connect.ts'
import { ApiError } from '../errors.ts'
import type { CommittedEvent } from '../stream/committed-event.ts'
import type { Change, ChangeResult } from './apply.ts'

const BATCH_MAX = 250
const ATTEMPTS = 3
const RETRY_MAX_MS = 200
/** A till does not wait longer; what has not been sent by then is not sent any more. */
const WAIT_MAX_MS = 10_000

/** Applies a batch in one transaction; throws when the whole of it failed. */
export type ApplyBatch = (changes: readonly Change[]) => Promise<{ results: ChangeResult[]; events: CommittedEvent[] }>

export type LanesOptions = {
  apply: ApplyBatch
  /** Told of every commit, in order within a tenant. */
  onCommitted: (events: readonly CommittedEvent[]) => void
  lanes: number
  /** Changes that may wait in all lanes together. */
  queueMax: number
  random?: () => number
  now?: () => number
}

type Waiting = {
  readonly change: Change
  readonly deadline: number
  readonly resolve: (result: ChangeResult) => void
  readonly reject: (error: unknown) => void
}

/**
 * Group commit: many changes, one transaction.
 *
 * A tenant always uses the same lane. A lane has one call under way; what arrives meanwhile is the next batch. So a lone
 * change waits for nobody, and under load the cost of a commit is shared by all who wait for it, with no timer to tune.
 *
 * A lane: idle → calling → (more arrived → calling) → idle. Two changes under one idempotency key never share a call: the
 * second finds the first one's answer in the database, also when both arrive at once. When a whole call fails, its
 * changes are tried again where that can help (a deadlock, a lost connection: each has a key, so nothing applies twice),
 * and else one by one, so that a faulty one does not fail its neighbours.
 */
export class Lanes {
  readonly #options: Required<LanesOptions>
  readonly #lanes: { queue: Waiting[]; running: boolean }[]
  readonly #idle = new Set<() => void>()
  #waiting = 0
  batches = 0

  constructor(options: LanesOptions) {
    this.#options = { random: Math.random, now: () => performance.now(), ...options }
    this.#lanes = Array.from({ length: options.lanes }, () => ({ queue: [], running: false }))
  }

  /** How many changes wait or are being applied. */
  get waiting(): number {
    return this.#waiting
  }

  /**
   * Applies one change. Resolves after its commit.
   *
   * @throws ApiError overloaded when the queue is full or the change waited too long, database-unavailable when the
   *   database does not answer; then the change may have been applied all the same, and the same key tells
   */
  apply(change: Change): Promise<ChangeResult> {
    if (this.#waiting >= this.#options.queueMax) {
      return Promise.reject(
        new ApiError('overloaded', 'more changes are waiting than can be applied in time; try again'),
      )
    }
    this.#waiting++
    const lane = this.#lanes[laneOf(change.tenant, this.#lanes.length)]!
    const { promise, resolve, reject } = Promise.withResolvers<ChangeResult>()
    lane.queue.push({ change, deadline: this.#options.now() + WAIT_MAX_MS, resolve, reject })
    if (!lane.running) {
      lane.running = true
      queueMicrotask(() => void this.#run(lane))
    }
    return promise.finally(() => this.#settled())
  }

  /** Resolves when nothing waits any more. */
  async drain(): Promise<void> {
    if (this.#waiting > 0) await new Promise<void>((resolve) => this.#idle.add(resolve))
  }

  #settled(): void {
    if (--this.#waiting > 0) return
    for (const resolve of this.#idle) resolve()
    this.#idle.clear()
  }

  async #run(lane: { queue: Waiting[]; running: boolean }): Promise<void> {
    while (lane.queue.length > 0) {
      const batch = this.#takeBatch(lane)
      if (batch.length > 0) await this.#applyBatch(batch)
    }
    lane.running = false
  }

  /** The next changes in order of arrival. One whose key is already in the batch stays in the queue, for the next. */
  #takeBatch(lane: { queue: Waiting[] }): Waiting[] {
    const now = this.#options.now()
    const keys = new Set<string>()
    const batch: Waiting[] = []
    const rest: Waiting[] = []
    for (const waiting of lane.queue) {
      const { tenant, actor, key } = waiting.change
      const id = key === null ? null : `${tenant} ${actor.id} ${key}`
      if (waiting.deadline < now) {
        waiting.reject(new ApiError('overloaded', 'the change waited too long and was not applied; try again'))
      } else if (batch.length === BATCH_MAX || (id !== null && keys.has(id))) {
        rest.push(waiting)
      } else {
        if (id !== null) keys.add(id)
        batch.push(waiting)
      }
    }
    lane.queue = rest
    return batch
  }

  async #applyBatch(batch: readonly Waiting[]): Promise<void> {
    const changes = batch.map(({ change }) => change)
    for (let attempt = 1; ; attempt++) {
      try {
        this.batches++
        const { results, events } = await this.#options.apply(changes)
        if (events.length > 0) this.#options.onCommitted(events)
        for (const [index, { resolve }] of batch.entries()) resolve(results[index]!)
        return
      } catch (error) {
        const again = isContention(error) || isUnavailable(error)
        if (again && attempt < ATTEMPTS) {
          await sleep(this.#options.random() * RETRY_MAX_MS)
        } else if (!again && batch.length > 1) {
          for (const waiting of batch) await this.#applyBatch([waiting])
          return
        } else {
          for (const { reject } of batch) reject(error)
          return
        }
      }
    }
  }
}

/** FNV-1a: spreads short slugs well, and is the same in every process. */
function laneOf(tenant: string, lanes: number): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < tenant.length; index++) {
    hash = Math.imul(hash ^ tenant.charCodeAt(index), 0x01000193)
  }
  return (hash >>> 0) % lanes
}
