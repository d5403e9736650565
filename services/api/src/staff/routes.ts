import { randomUUIDv7 } from 'node:crypto'
import { cursorText } from '@loyalty-live/events'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Db } from '../db/connect.ts'
import { withTenant, type TenantTransaction } from '../db/tenant-scope.ts'
import { ApiError } from '../errors.ts'
import { ADMIN, type App } from '../http/app-types.ts'
import { hashPassword } from '../http/auth/password.ts'
import type { Revocation } from '../http/auth/revocations.ts'
import { revokeSubject } from '../http/auth/revoke.ts'
import { isoTime, text, uuid } from '../http/fields.ts'
import { pageOf, pageQuery } from '../http/paging.ts'
import { responses } from '../http/problem.ts'
import { byId, readPage } from '../stream/read-page.ts'
import { readCursor } from '../stream/read.ts'
import { requireAuthority } from './rules.ts'

export type StaffOptions = { db: Db; tokenSeconds: number; onRevoked: (revocation: Revocation) => void }

const staffRole = z.enum(['owner', 'admin', 'cashier'])

const staffItem = z
  .object({
    id: uuid,
    name: z.string(),
    email: z.string(),
    role: staffRole,
    createdAt: isoTime,
    revokedAt: isoTime.nullable(),
  })
  .meta({ title: 'StaffMember' })

const staffRecord = staffItem.extend({ cursor: cursorText }).meta({ title: 'StaffRecord' })

const createBody = z.strictObject({
  name: text(100),
  email: z.email().max(254),
  role: staffRole,
  password: z.string().min(10).max(200).meta({ description: 'At least 10 characters' }),
})

const columns = ['id', 'name', 'email', 'role', 'created_at', 'revoked_at'] as const

/** People who work for a tenant. */
export function staffRoutes(app: App, { db, tokenSeconds, onRevoked }: StaffOptions): void {
  const config = { access: ADMIN }
  const tags = ['staff']

  app.route({
    method: 'GET',
    url: '/api/admin/staff',
    config,
    schema: {
      tags,
      summary: 'Staff, the newest first',
      querystring: z.strictObject(pageQuery),
      response: responses({ 200: pageOf(staffItem) }),
    },
    handler: ({ caller: { tenant }, query }) =>
      readPage(db, tenant, query, {
        order: byId,
        rows: (trx, before, limit) => listStaff(trx, tenant, before, limit),
        toItem,
      }),
  })

  app.route({
    method: 'POST',
    url: '/api/admin/staff',
    config,
    schema: {
      tags,
      summary: 'Take somebody on',
      body: createBody,
      response: responses({ 201: staffRecord }, 'role-not-allowed', 'email-taken'),
    },
    handler: async ({ caller: { tenant, role: callerRole }, body: { name, email, role, password } }, reply) => {
      requireAuthority(callerRole, role)
      const passwordHash = await hashPassword(password)
      const created = await withTenant(db, tenant, async (trx) => {
        const row = await trx
          .insertInto('staff')
          .values({
            tenant_id: tenant,
            id: randomUUIDv7(),
            name,
            email: email.toLowerCase(),
            role,
            password_hash: passwordHash,
            revoked_at: null,
          })
          .returning(columns)
          .executeTakeFirstOrThrow()
        return { ...toItem(row), cursor: await readCursor(trx, tenant) }
      }).catch((error) => refuseTakenEmail(error, email))
      return reply.code(201).send(created)
    },
  })

  app.route({
    method: 'DELETE',
    url: '/api/admin/staff/:id',
    config,
    schema: {
      tags,
      summary: 'Revoke somebody',
      description: 'Their sockets close and their calls fail at once. Doing it twice changes nothing.',
      params: z.strictObject({ id: uuid }),
      response: responses({ 200: staffItem }, 'role-not-allowed', 'staff-not-found', 'last-owner'),
    },
    handler: async ({ caller: { tenant, role: callerRole }, params: { id } }) => {
      const { row, revocation } = await withTenant(db, tenant, async (trx) => {
        const { person, otherOwners } = await lockStaff(trx, tenant, id)
        requireAuthority(callerRole, person.role)
        if (person.role === 'owner' && !person.revoked_at && otherOwners === 0) {
          throw new ApiError('last-owner', `${person.name} is the last owner; make somebody else an owner first`)
        }
        const revoked = person.revoked_at ? person : await revokeStaff(trx, tenant, id)
        return { row: revoked, revocation: await revokeSubject(trx, tenant, id, tokenSeconds) }
      })
      onRevoked(revocation)
      return toItem(row)
    },
  })
}

/** Staff, newest first, from the one before `before` on. Their ids sort by time. */
function listStaff(trx: TenantTransaction, tenant: string, before: string | null, limit: number) {
  let query = trx.selectFrom('staff').select(columns).where('tenant_id', '=', tenant).orderBy('id', 'desc').limit(limit)
  if (before) query = query.where('id', '<', before)
  return query.execute()
}

/**
 * The person and how many other owners there are. Every owner's row is held until the end of the transaction: two owners
 * who dismiss each other at once would each count on the other.
 */
async function lockStaff(
  trx: TenantTransaction,
  tenant: string,
  id: string,
): Promise<{ person: StaffRow; otherOwners: number }> {
  const rows = await trx
    .selectFrom('staff')
    .select(columns)
    .where('tenant_id', '=', tenant)
    .where((eb) => eb.or([eb('id', '=', id), eb.and([eb('role', '=', 'owner'), eb('revoked_at', 'is', null)])]))
    .orderBy('id')
    .forUpdate()
    .execute()
  const person = rows.find((row) => row.id === id)
  if (!person) throw new ApiError('staff-not-found', `this tenant has no member of staff ${id}`)
  const others = rows.filter((row) => row.id !== id && row.role === 'owner' && !row.revoked_at)
  return { person, otherOwners: others.length }
}

function revokeStaff(trx: TenantTransaction, tenant: string, id: string): Promise<StaffRow> {
  return trx
    .updateTable('staff')
    .set({ revoked_at: sql`now()` })
    .where('tenant_id', '=', tenant)
    .where('id', '=', id)
    .returning(columns)
    .executeTakeFirstOrThrow()
}

type StaffRow = {
  id: string
  name: string
  email: string
  role: z.infer<typeof staffRole>
  created_at: Date
  revoked_at: Date | null
}

const toItem = ({ id, name, email, role, created_at, revoked_at }: StaffRow) => ({
  id,
  name,
  email,
  role,
  createdAt: created_at.toISOString(),
  revokedAt: revoked_at?.toISOString() ?? null,
})

/** The unique index is the judge of addresses. */
function refuseTakenEmail(error: unknown, email: string): never {
  if ((error as { constraint?: string }).constraint !== 'staff_email') throw error
  throw new ApiError('email-taken', `somebody of this tenant signs in as ${email} already`, {}, error)
}
