import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'
import type { CommittedEvent } from './committed-event.ts'

const FLUSH_MS = 250
/** A range whose predecessor another process never delivered is left to the sweeper after this. */
const GIVE_UP_MS = 10_000

type Range = { readonly tenant: string; readonly epoch: number; readonly first: number; last: number; since: number }

/**
 * Writes down what was delivered: one number for each tenant, up to which everything has been.
 *
 * Several processes deliver one tenant's events side by side, so what this one delivered may wait for a range that another
 * one is still sending. Ranges are kept until they join on, and written a few times a second for all tenants at once.
 * Losing them costs a second delivery, which the realtime server recognises.
 */
export class DeliveryMarks {
  readonly #db: Db
  readonly #onError: (error: unknown) => void
  readonly #ranges = new Map<string, Range[]>()
  #timer: NodeJS.Timeout | null = null
  #flushing: Promise<void> = Promise.resolve()

  constructor(db: Db, onError: (error: unknown) => void) {
    this.#db = db
    this.#onError = onError
  }

  add(events: readonly CommittedEvent[]): void {
    const since = Date.now()
    for (const { tenant, epoch, seq } of events) {
      const ranges = this.#ranges.get(tenant) ?? []
      const newest = ranges.at(-1)
      if (newest?.epoch === epoch && seq === newest.last + 1) newest.last = seq
      else this.#ranges.set(tenant, [...ranges, { tenant, epoch, first: seq, last: seq, since }])
    }
    this.#schedule()
  }

  /** Writes what is pending, and waits for it. */
  flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.#flushing = this.#flushing.then(() => this.#write())
    return this.#flushing
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS)
  }

  async #write(): Promise<void> {
    const pending = [...this.#ranges.values()].flat()
    if (pending.length === 0) return
    this.#ranges.clear()
    try {
      const marks = await this.#mark(pending)
      const early = pending.filter(
        ({ tenant, last, since }) => last > marks.get(tenant)! && Date.now() - since < GIVE_UP_MS,
      )
      // In front of what was added meanwhile, so that each tenant's ranges stay in order.
      for (const range of early.toReversed()) {
        this.#ranges.set(range.tenant, [range, ...(this.#ranges.get(range.tenant) ?? [])])
      }
    } catch (error) {
      this.#onError(error)
    }
    if (this.#ranges.size > 0) this.#schedule()
  }

  /** Gives where the mark of each tenant stands after this. */
  async #mark(ranges: readonly Range[]): Promise<Map<string, number>> {
    const { rows } = await sql<{ tenant_id: string; seq: number }>`
      select tenant_id, seq from mark_delivered(${JSON.stringify(ranges)}::json)`.execute(this.#db.query)
    return new Map(rows.map((row) => [row.tenant_id, row.seq]))
  }
}
