import { formatCursor, type Cursor } from '@loyalty-live/events'
import type { Db } from '../db/connect.ts'
import { readAfter } from './read.ts'

const PAGES_MAX = 64

/**
 * Catch-up pages as bodies, ready to send.
 *
 * Between two commits of a tenant the page after a position does not change, and after an outage many clients ask for the
 * same one: they share one read. A page is kept under the head that it was read at, so that it is never older than what
 * the caller knows.
 */
export class Pages {
  readonly #db: Db
  readonly #bodies = new Map<string, Promise<string>>()

  constructor(db: Db) {
    this.#db = db
  }

  /** The answer to `?after=&limit=` while the stream stands at `head`. */
  get(tenant: string, after: Cursor | null, limit: number, head: Cursor): Promise<string> {
    if (after && after.epoch === head.epoch && after.seq === head.seq) return Promise.resolve(nothingNew(head))
    const key = [tenant, after && formatCursor(after), limit, formatCursor(head)].join(' ')
    let body = this.#bodies.get(key)
    if (!body) {
      body = this.#read(tenant, after, limit)
      this.#bodies.set(key, body)
      body.catch(() => this.#bodies.delete(key))
      if (this.#bodies.size > PAGES_MAX) this.#bodies.delete(this.#bodies.keys().next().value!)
    }
    return body
  }

  async #read(tenant: string, after: Cursor | null, limit: number): Promise<string> {
    const page = await readAfter(this.#db, tenant, after, limit)
    return bodyOf(page.events, page.cursor, page.head, page.reset)
  }
}

const nothingNew = (head: Cursor) => bodyOf([], head, head, false)

/** A catchUpPage. The events are texts already; encoding them again would only cost. */
function bodyOf(events: readonly string[], cursor: Cursor, head: Cursor, reset: boolean): string {
  return `{"events":[${events.join(',')}],"cursor":"${formatCursor(cursor)}","head":"${formatCursor(head)}","reset":${reset}}`
}
