import { formatCursor, parseEvent } from '@loyalty-live/events'
import { activityOf, envelopeActivity, type Activity } from '@loyalty-live/events/activity'
import { z } from 'zod'
import type { Db } from '../db/connect.ts'
import { withTenantSnapshot, type TenantTransaction } from '../db/tenant-scope.ts'
import { ADMIN, type App } from '../http/app-types.ts'
import { decodePageKey, encodePageKey, pageOf } from '../http/paging.ts'
import { responses } from '../http/problem.ts'
import { readHead } from '../stream/read.ts'
import { activityItem, activityQuery } from './schemas.ts'
import { listEvents, oldestSeq, seqAt, type SeqRange } from './store.ts'

/** Most events that one request looks at. A filter that lets few through would otherwise read the whole stream. */
export const SCAN_EVENTS_MAX = 50_000

const pageKey = z.tuple([z.int().positive()])

/** Who did what, when and why, before → after: the stream, newest first, for people. */
export function activityRoutes(app: App, { db }: { db: Db }): void {
  app.route({
    method: 'GET',
    url: '/api/admin/activity',
    config: { access: ADMIN },
    schema: {
      tags: ['activity'],
      summary: 'Who did what, the newest first',
      description:
        'As far back as events are kept (EVENT_RETENTION_DAYS); what points did before that is in GET /api/loyalty/transactions. One request looks at 50,000 events at most: with a filter that few pass, a page may be short or empty and still have a nextCursor to go on from.',
      querystring: activityQuery,
      response: responses({ 200: pageOf(activityItem) }, 'token-missing', 'role-not-allowed'),
    },
    handler: async ({ caller: { tenant }, query: { limit, pageAfter, from, to, ...filter } }) => {
      const page = decodePageKey(pageAfter, pageKey)
      return withTenantSnapshot(db, tenant, async (trx) => {
        const head = await readHead(trx, tenant)
        const asked = await rangeBetween(trx, tenant, { from, to }, head.seq + 1)
        const end = Math.min(page?.[0] ?? asked.end, asked.end)
        const first = Math.max(asked.first, end - SCAN_EVENTS_MAX)
        const rows = await listEvents(trx, tenant, filter, { first, end }, limit)
        // A full page goes on below its last line; one that is not was looked for down to `first`.
        const seenFrom = rows.length === limit ? rows.at(-1)!.seq : first
        return {
          items: rows.map((row) => toActivity(tenant, row)),
          nextCursor: seenFrom > asked.first ? encodePageKey([seenFrom]) : null,
          cursor: formatCursor(head),
        }
      })
    },
  })
}

/** Positions of what is kept and lies between two times. */
async function rangeBetween(
  trx: TenantTransaction,
  tenant: string,
  { from, to }: { from?: string | undefined; to?: string | undefined },
  end: number,
): Promise<SeqRange> {
  const kept = { first: (await oldestSeq(trx, tenant)) ?? end, end }
  return {
    first: from === undefined ? kept.first : await seqAt(trx, tenant, from, kept),
    end: to === undefined ? kept.end : await seqAt(trx, tenant, to, kept),
  }
}

type EventRow = Awaited<ReturnType<typeof listEvents>>[number]

/** A line for a row, also when a later build wrote it and this one cannot read its data: the log has no hole. */
function toActivity(tenant: string, { created_at, ...row }: EventRow): Activity {
  const event = { ...row, tenant, timestamp: created_at.toISOString() }
  const parsed = parseEvent(event)
  const known = parsed.kind === 'known' ? activityOf(parsed.event) : null
  return known ?? envelopeActivity({ ...event, actor: event.actor as Activity['actor'] })
}
