import { formatCursor, type Cursor } from '@loyalty-live/events'
import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'

/** A head that was read this long ago is asked for again. What another process commits shows after at most this. */
const FRESH_MS = 250
const TENANTS_MAX = 50_000

type Known = { readonly cursor: Cursor; readonly text: string; readonly readAt: number }

/**
 * Where each stream stands, from memory.
 *
 * Thousands of clients ask "anything new?" in the same second when a realtime server comes back. Every question is answered
 * from here; at most one query is under way, for all tenants whose head is due, and what arrives meanwhile waits for the
 * next: natural batching, no timer.
 */
export class Heads {
  readonly #db: Db
  readonly #now: () => number
  readonly #known = new Map<string, Known>()
  #due = new Map<string, PromiseWithResolvers<Known | null>>()
  #reading = false

  constructor(db: Db, now: () => number = () => performance.now()) {
    this.#db = db
    this.#now = now
  }

  /** Head of a tenant's stream, at most a quarter of a second old; null when there is no such tenant. */
  async get(tenant: string): Promise<{ cursor: Cursor; text: string } | null> {
    const known = this.#known.get(tenant)
    if (known && this.#now() - known.readAt < FRESH_MS) return known
    let due = this.#due.get(tenant)
    if (!due) this.#due.set(tenant, (due = Promise.withResolvers<Known | null>()))
    void this.#read()
    return due.promise
  }

  /** Takes note of what this process committed itself, so that its own clients see it at once. */
  raise(tenant: string, cursor: Cursor): void {
    const known = this.#known.get(tenant)
    if (!known || known.cursor.epoch !== cursor.epoch || known.cursor.seq >= cursor.seq) return
    this.#known.set(tenant, { ...known, cursor, text: formatCursor(cursor) })
  }

  async #read(): Promise<void> {
    if (this.#reading) return
    this.#reading = true
    while (this.#due.size > 0) {
      const due = this.#due
      this.#due = new Map()
      try {
        const found = await this.#query([...due.keys()])
        for (const [tenant, { resolve }] of due) resolve(found.get(tenant) ?? null)
      } catch (error) {
        for (const { reject } of due.values()) reject(error)
      }
    }
    this.#reading = false
  }

  async #query(tenants: readonly string[]): Promise<Map<string, Known>> {
    const readAt = this.#now()
    const { rows } = await sql<{ tenant_id: string; epoch: number; head: number }>`
      select tenant_id, epoch, head from stream_heads(${tenants})`.execute(this.#db.query)
    const found = new Map<string, Known>()
    for (const { tenant_id, epoch, head } of rows) {
      const cursor = { epoch, seq: head }
      found.set(tenant_id, { cursor, text: formatCursor(cursor), readAt })
    }
    if (this.#known.size > TENANTS_MAX) this.#known.clear()
    for (const [tenant, known] of found) this.#known.set(tenant, known)
    return found
  }
}
