import { formatCursor, type Cursor } from '@loyalty-live/events'
import type { Db } from '../db/connect.ts'
import { readAfter } from './read.ts'

/** Some for each of the tenants that many clients come back to at once; what is small is kept by number, what is large by size. */
const PAGES_MAX = 4_096
const CHARACTERS_MAX = 32 * 1024 * 1024

type Page = { readonly body: Promise<string>; characters: number }

/**
 * Catch-up pages as bodies, ready to send.
 *
 * Between two commits of a tenant the page after a position does not change, and after an outage many clients ask for the
 * same one: they share one read. A page is kept under the head that it was read at, so that it is never older than what
 * the caller knows.
 */
export class Pages {
  readonly #db: Db
  /** Oldest first; `characters` is 0 until the page has been read. */
  readonly #pages = new Map<string, Page>()
  #characters = 0

  constructor(db: Db) {
    this.#db = db
  }

  /** The answer to `?after=&limit=` while the stream stands at `head`. */
  get(tenant: string, after: Cursor | null, limit: number, head: Cursor): Promise<string> {
    if (after && after.epoch === head.epoch && after.seq === head.seq) return Promise.resolve(nothingNew(head))
    const key = [tenant, after && formatCursor(after), limit, formatCursor(head)].join(' ')
    return this.#pages.get(key)?.body ?? this.#keep(key, this.#read(tenant, after, limit))
  }

  #keep(key: string, body: Promise<string>): Promise<string> {
    const page: Page = { body, characters: 0 }
    this.#pages.set(key, page)
    void this.#measure(key, page)
    this.#makeRoom()
    return body
  }

  /** Counts what was read; what could not be read is read again by whoever asks next. */
  async #measure(key: string, page: Page): Promise<void> {
    try {
      const { length } = await page.body
      if (this.#pages.get(key) !== page) return
      page.characters = length
      this.#characters += length
      this.#makeRoom()
    } catch {
      this.#drop(key, page)
    }
  }

  #makeRoom(): void {
    for (const [key, page] of this.#pages) {
      if (this.#pages.size <= PAGES_MAX && this.#characters <= CHARACTERS_MAX) return
      this.#drop(key, page)
    }
  }

  #drop(key: string, page: Page): void {
    if (this.#pages.get(key) !== page) return
    this.#pages.delete(key)
    this.#characters -= page.characters
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
