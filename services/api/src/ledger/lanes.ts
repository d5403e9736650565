import { setTimeout as sleep } from 'node:timers/promises'
import { isContention, isUnavailable } from '../db/connect.ts'
import { ApiError } from '../errors.ts'
import type { CommittedEvent } from '../stream/committed-event.ts'
import type { Change, ChangeResult } from './apply.ts'

const BATCH_MAX = 250
const ATTEMPTS = 3
const RETRY_MAX_MS = 200
/** A till does not wait longer: it is answered by then, and what has not been sent by then is not sent any more. */
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
}

type Waiting = {
  readonly change: Change
  readonly resolve: (result: ChangeResult) => void
  readonly reject: (error: unknown) => void
  /** Its caller has been told that it waited too long: there is nobody to try again for. */
  late: boolean
}

/** What waits, in order of arrival. */
type Lane = { readonly queue: Set<Waiting>; running: boolean }

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
 *
 * A change: queued → sent → answered. Whatever the database does meanwhile, a lock that somebody else holds or a server that
 * says nothing, its caller has an answer after `WAIT_MAX_MS`. A change that is late in the queue leaves it; one that was sent
 * goes on without its caller, is not sent again, and keeps its place in `waiting` until the database has answered.
 */
export class Lanes {
  readonly #options: Required<LanesOptions>
  readonly #lanes: Lane[]
  readonly #idle = new Set<() => void>()
  #waiting = 0
  batches = 0

  constructor(options: LanesOptions) {
    this.#options = { random: Math.random, ...options }
    this.#lanes = Array.from({ length: options.lanes }, () => ({ queue: new Set(), running: false }))
  }

  /** How many changes wait or are being applied. */
  get waiting(): number {
    return this.#waiting
  }

  /**
   * Applies one change. Resolves after its commit.
   *
   * @throws ApiError overloaded when the queue is full or the change waited too long: it was not applied;
   *   database-unavailable when the database does not answer, or not in time: it may have been applied all the same, and the
   *   same key tells
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
    const waiting: Waiting = { change, resolve, reject, late: false }
    const timer = setTimeout(() => this.#giveUp(waiting, lane), WAIT_MAX_MS)
    lane.queue.add(waiting)
    if (!lane.running) {
      lane.running = true
      queueMicrotask(() => void this.#run(lane))
    }
    return promise.finally(() => clearTimeout(timer))
  }

  /** Resolves when nothing waits any more. */
  async drain(): Promise<void> {
    if (this.#waiting > 0) await new Promise<void>((resolve) => this.#idle.add(resolve))
  }

  /** Answers a caller who has waited for too long. */
  #giveUp(waiting: Waiting, lane: Lane): void {
    waiting.late = true
    if (lane.queue.delete(waiting)) {
      waiting.reject(new ApiError('overloaded', 'the change waited too long and was not applied; try again'))
      this.#leave(1)
    } else {
      const detail =
        'the database has not answered in time; try again under the same key, which tells what became of it'
      waiting.reject(new ApiError('database-unavailable', detail))
    }
  }

  #leave(changes: number): void {
    this.#waiting -= changes
    if (this.#waiting > 0) return
    for (const resolve of this.#idle) resolve()
    this.#idle.clear()
  }

  async #run(lane: Lane): Promise<void> {
    while (lane.queue.size > 0) {
      const batch = takeBatch(lane.queue)
      await this.#applyBatch(batch)
      this.#leave(batch.length)
    }
    lane.running = false
  }

  async #applyBatch(taken: readonly Waiting[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const batch = taken.filter(({ late }) => !late)
      if (batch.length === 0) return
      try {
        this.batches++
        const { results, events } = await this.#options.apply(batch.map(({ change }) => change))
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

/** The next changes in order of arrival. One whose key is already in the batch stays in the queue, for the next. */
function takeBatch(queue: Set<Waiting>): Waiting[] {
  const keys = new Set<string>()
  const batch: Waiting[] = []
  for (const waiting of queue) {
    if (batch.length === BATCH_MAX) break
    const { tenant, actor, key } = waiting.change
    const id = key === null ? null : `${tenant} ${actor.id} ${key}`
    if (id !== null) {
      if (keys.has(id)) continue
      keys.add(id)
    }
    batch.push(waiting)
    queue.delete(waiting)
  }
  return batch
}

/** FNV-1a: spreads short slugs well, and is the same in every process. */
function laneOf(tenant: string, lanes: number): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < tenant.length; index++) {
    hash = Math.imul(hash ^ tenant.charCodeAt(index), 0x01000193)
  }
  return (hash >>> 0) % lanes
}
