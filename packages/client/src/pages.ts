import type { AnyEvent } from '@loyalty-live/events'
import { CATCH_UP_LIMIT_MAX, readCatchUpPage, formatCursor, parseCursor, type Cursor } from '@loyalty-live/events/plain'
import { LoyaltyClientError } from './errors.ts'
import type { Http } from './http.ts'
import type { Page } from './sequencer.ts'

/**
 * Reads the stream over REST: what comes after a position, or where the stream stands when there is none. `unchanged`: the
 * API says, from memory, that nothing has happened since it was last asked from that same position.
 * Rejects as `Http.request` does, and with `unauthorized` when the role may not read the stream.
 */
export type ReadPage = (after: Cursor | null, signal: AbortSignal) => Promise<Page<AnyEvent> | 'unchanged'>

export function createPageReader(http: Http): ReadPage {
  let quiet: { readonly after: string; readonly etag: string } | null = null

  return async (cursor, signal) => {
    const after = cursor && formatCursor(cursor)
    const query = new URLSearchParams({ limit: String(CATCH_UP_LIMIT_MAX), ...(after === null ? {} : { after }) })
    const headers = quiet !== null && quiet.after === after ? { 'if-none-match': quiet.etag } : {}
    const { status, etag, body } = await http
      .request(`/api/events?${query.toString()}`, { headers, signal })
      .catch(refuseRole)
    if (status === 304) return 'unchanged'
    const page = readPage(body)
    quiet = after !== null && etag !== null && page.events.length === 0 && !page.reset ? { after, etag } : null
    return page
  }
}

function readPage(body: unknown): Page<AnyEvent> {
  const parsed = readCatchUpPage(body)
  if (!parsed.ok) {
    throw new LoyaltyClientError('bad-answer', `the page of events is not of the contract: ${parsed.fault}`)
  }
  const { events, cursor, head, reset } = parsed.value
  return { events, cursor: parseCursor(cursor)!, head: parseCursor(head)!, reset }
}

/** A role that may not read the stream will not be allowed to by asking again. */
function refuseRole(error: unknown): never {
  if (!(error instanceof LoyaltyClientError) || error.httpStatus !== 403) throw error
  const { message, serverCode, httpStatus } = error
  throw new LoyaltyClientError('unauthorized', message, { serverCode, httpStatus, cause: error })
}
