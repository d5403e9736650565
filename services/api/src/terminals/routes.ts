import { createHash, randomBytes, randomUUIDv7 } from 'node:crypto'
import { cursorText } from '@loyalty-live/events'
import { z } from 'zod'
import type { Db } from '../db/connect.ts'
import { withTenant, type TenantTransaction } from '../db/tenant-scope.ts'
import { ApiError } from '../errors.ts'
import { ADMIN, type App } from '../http/app-types.ts'
import type { Revocation } from '../http/auth/revocations.ts'
import { revokeSubject } from '../http/auth/revoke.ts'
import { isoTime, text, uuid } from '../http/fields.ts'
import { pageOf, pageQuery } from '../http/paging.ts'
import { responses } from '../http/problem.ts'
import { byId, readPage } from '../stream/read-page.ts'
import { readCursor } from '../stream/read.ts'

export type TerminalsOptions = { db: Db; tokenSeconds: number; onRevoked: (revocation: Revocation) => void }

const terminalItem = z
  .object({ id: uuid, name: z.string(), createdAt: isoTime, revokedAt: isoTime.nullable() })
  .meta({ title: 'Terminal' })

const createdTerminal = terminalItem
  .extend({
    key: z.string().meta({ description: 'Shown this once: the terminal signs in with it' }),
    cursor: cursorText,
  })
  .meta({ title: 'CreatedTerminal' })

const columns = ['id', 'name', 'created_at', 'revoked_at'] as const

/** Tills of a tenant: each signs in with a key of its own, and can be shut out alone. */
export function terminalRoutes(app: App, { db, tokenSeconds, onRevoked }: TerminalsOptions): void {
  const config = { access: ADMIN }
  const tags = ['terminals']

  app.route({
    method: 'GET',
    url: '/api/admin/terminals',
    config,
    schema: {
      tags,
      summary: 'Terminals, the newest first',
      querystring: z.strictObject(pageQuery),
      response: responses({ 200: pageOf(terminalItem) }),
    },
    handler: ({ caller: { tenant }, query }) =>
      readPage(db, tenant, query, {
        order: byId,
        rows: (trx, before, limit) => listTerminals(trx, tenant, before, limit),
        toItem,
      }),
  })

  app.route({
    method: 'POST',
    url: '/api/admin/terminals',
    config,
    schema: {
      tags,
      summary: 'Create a terminal',
      description: 'The key is in this answer and nowhere else.',
      body: z.strictObject({ name: text(100) }),
      response: responses({ 201: createdTerminal }),
    },
    handler: async ({ caller: { tenant }, body: { name } }, reply) => {
      const key = `ltk_${randomBytes(32).toString('base64url')}`
      const created = await withTenant(db, tenant, async (trx) => {
        const row = await trx
          .insertInto('terminals')
          .values({ tenant_id: tenant, id: randomUUIDv7(), name, key_hash: hashKey(key), revoked_at: null })
          .returning(columns)
          .executeTakeFirstOrThrow()
        return { ...toItem(row), cursor: await readCursor(trx, tenant) }
      })
      return reply.code(201).send({ ...created, key })
    },
  })

  app.route({
    method: 'DELETE',
    url: '/api/admin/terminals/:id',
    config,
    schema: {
      tags,
      summary: 'Revoke a terminal',
      description: 'Its sockets close and its calls fail at once. Doing it twice changes nothing.',
      params: z.strictObject({ id: uuid }),
      response: responses({ 200: terminalItem }, 'terminal-not-found'),
    },
    handler: async ({ caller: { tenant }, params: { id } }) => {
      const { row, revocation } = await withTenant(db, tenant, async (trx) => {
        const revoked = await trx
          .updateTable('terminals')
          .set(({ fn, val, ref }) => ({ revoked_at: fn.coalesce(ref('revoked_at'), val(new Date())) }))
          .where('tenant_id', '=', tenant)
          .where('id', '=', id)
          .returning(columns)
          .executeTakeFirst()
        if (!revoked) throw new ApiError('terminal-not-found', `this tenant has no terminal ${id}`)
        return { row: revoked, revocation: await revokeSubject(trx, tenant, id, tokenSeconds) }
      })
      onRevoked(revocation)
      return toItem(row)
    },
  })
}

/** Terminals, newest first, from the one before `before` on. Their ids sort by time. */
function listTerminals(trx: TenantTransaction, tenant: string, before: string | null, limit: number) {
  let query = trx
    .selectFrom('terminals')
    .select(columns)
    .where('tenant_id', '=', tenant)
    .orderBy('id', 'desc')
    .limit(limit)
  if (before) query = query.where('id', '<', before)
  return query.execute()
}

const toItem = (row: { id: string; name: string; created_at: Date; revoked_at: Date | null }) => ({
  id: row.id,
  name: row.name,
  createdAt: row.created_at.toISOString(),
  revokedAt: row.revoked_at?.toISOString() ?? null,
})

/** The key is long and random: a plain hash is enough. */
const hashKey = (key: string) => createHash('sha256').update(key).digest()
