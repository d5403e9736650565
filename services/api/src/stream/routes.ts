import { CATCH_UP_LIMIT_DEFAULT, CATCH_UP_LIMIT_MAX, catchUpPage, cursorText, parseCursor } from '@loyalty-live/events'
import { z } from 'zod'
import { ApiError } from '../errors.ts'
import { STREAM, type App } from '../http/app-types.ts'
import { responses } from '../http/problem.ts'
import type { Heads } from './heads.ts'
import type { Pages } from './pages.ts'

/** The one catch-up path: for polling, after a reconnect, and when a gap was noticed. */
export function streamRoutes(app: App, { heads, pages }: { heads: Heads; pages: Pages }): void {
  app.route({
    method: 'GET',
    url: '/api/events',
    config: { access: STREAM },
    schema: {
      tags: ['stream'],
      summary: 'Events after a position',
      description:
        'Oldest first. Ask again from `cursor` while it is before `head`. `reset`: take fresh snapshots. Without `after`: the head, and no events. Unchanged since the ETag given in If-None-Match: 304, from memory.',
      querystring: z.strictObject({
        after: cursorText.optional(),
        limit: z.coerce.number().int().min(1).max(CATCH_UP_LIMIT_MAX).default(CATCH_UP_LIMIT_DEFAULT),
      }),
      response: responses({ 200: catchUpPage }, 'token-missing', 'role-not-allowed', 'tenant-not-found'),
    },
    handler: async (request, reply) => {
      const { tenant } = request.caller
      const head = await heads.get(tenant)
      if (!head) throw new ApiError('tenant-not-found', `there is no tenant ${tenant}`)
      const { after, limit } = request.query
      // Of this position, not of the stream: the tag of one page must not make the next one look unchanged.
      const etag = `"${after ?? ''}-${head.text}"`
      reply.header('etag', etag)
      if (request.headers['if-none-match'] === etag) return reply.code(304).send()
      const body = await pages.get(tenant, after === undefined ? null : parseCursor(after), limit, head.cursor)
      return reply.type('application/json; charset=utf-8').send(body)
    },
  })
}
