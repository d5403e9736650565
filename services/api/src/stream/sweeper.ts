import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { Db } from '../db/connect.ts'
import { batchLength } from './broadcaster.ts'
import { encodeEvent, type CommittedEvent, type EventRow } from './committed-event.ts'
import type { Deliver } from './deliver.ts'
import type { DeliveryMarks } from './delivery-marks.ts'

const TICK_MS = 500
/** Younger events are probably being sent by the process that committed them. */
const GRACE = '1 second'
const BATCH_MAX = 500
const BACK_OFF_MAX_MS = 2_000

export type SweeperOptions = {
  db: Db
  deliver: Deliver
  marks: DeliveryMarks
  logger: Logger
  random?: () => number
}

/**
 * The sure way from a commit to the realtime server: whatever was committed and not acknowledged, by whichever process,
 * before whatever crash, and by hand in SQL, is sent from the database.
 *
 * looking (twice a second) → sending (until nothing is left) → looking; nobody takes it → backing off with full jitter.
 * Every API process sweeps: two of them may send the same event, which the realtime server recognises, and none of them can
 * hold the others up by stopping half-way.
 */
export class Sweeper {
  readonly #options: Required<SweeperOptions>
  readonly #stop = new AbortController()
  #running: Promise<void> | null = null

  constructor(options: SweeperOptions) {
    this.#options = { random: Math.random, ...options }
  }

  start(): void {
    this.#running ??= this.#run()
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { random, logger } = this.#options
    let failures = 0
    while (!this.#stop.signal.aborted) {
      try {
        failures = (await this.#sweep()) ? 0 : failures + 1
      } catch (error) {
        failures++
        logger.warn({ err: error }, 'the sweeper could not read the stream')
      }
      const limit = Math.min(BACK_OFF_MAX_MS, TICK_MS * 2 ** failures)
      const pauseMs = failures === 0 ? TICK_MS : random() * limit
      await sleep(pauseMs, undefined, { signal: this.#stop.signal }).catch(() => undefined) // aborted: the loop ends
    }
  }

  /** Sends all there is. False when nobody took it. */
  async #sweep(): Promise<boolean> {
    const { deliver, marks, logger } = this.#options
    for (;;) {
      const found = await this.#undelivered()
      if (found.length === 0) return true
      for (let from = 0; from < found.length;) {
        const batch = found.slice(from, from + batchLength(found.slice(from)))
        if ((await deliver(batch)) === 'unreachable') return false
        from += batch.length
      }
      await marks.flush()
      logger.info(
        { events: found.length, tenant: found[0]!.tenant, seq: found[0]!.seq },
        'sent what was not acknowledged',
      )
      if (this.#stop.signal.aborted) return true
    }
  }

  async #undelivered(): Promise<CommittedEvent[]> {
    const { rows } = await sql<EventRow>`
      select tenant_id, epoch, seq, id, type, version, actor::text as actor, data::text as data, created_at
      from undelivered_events(${GRACE}, ${BATCH_MAX})`.execute(this.#options.db.query)
    return rows.map(encodeEvent)
  }
}
