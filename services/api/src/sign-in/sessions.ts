import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { TenantTransaction } from '../db/tenant-scope.ts'
import { ApiError } from '../errors.ts'
import type { Role } from '../http/app-types.ts'

/** Whoever can sign in with something of their own: a person, a till. */
export type Subject = {
  readonly kind: 'staff' | 'terminal'
  readonly id: string
  readonly name: string
  readonly role: Role
}

/**
 * A refresh token may be used again this long after its first use: the answer may have been lost on the way. Later it means
 * that somebody copied it.
 */
const REUSE_MS = 30_000

/** Hands out the first refresh token of a new family. */
export function startSession(
  trx: TenantTransaction,
  tenant: string,
  subject: Subject,
  refreshDays: number,
): Promise<string> {
  return issue(trx, tenant, subject, randomUUID(), refreshDays)
}

/**
 * Uses a refresh token: gives the subject that it speaks for, as they are now, and the token that replaces it.
 *
 * @throws ApiError refresh-token-invalid when it is unknown, expired or used before; the last ends every token of its
 *   family, the thief's and the owner's alike (RFC 9700, section 4.14.2)
 */
export async function continueSession(
  trx: TenantTransaction,
  tenant: string,
  token: string,
  refreshDays: number,
): Promise<{ subject: Subject; refreshToken: string } | 'reused'> {
  const now = new Date()
  const row = await trx
    .selectFrom('refresh_tokens')
    .selectAll()
    .where('tenant_id', '=', tenant)
    .where('token_hash', '=', hashToken(token))
    .forUpdate()
    .executeTakeFirst()
  if (!row || row.expires_at <= now) throw invalid()
  if (row.used_at && now.getTime() - row.used_at.getTime() > REUSE_MS) {
    await trx.deleteFrom('refresh_tokens').where('tenant_id', '=', tenant).where('family', '=', row.family).execute()
    return 'reused'
  }
  const subject = await findSubject(trx, tenant, row.kind, row.subject)
  if (!subject) throw invalid()
  await trx
    .updateTable('refresh_tokens')
    .set({ used_at: row.used_at ?? now })
    .where('tenant_id', '=', tenant)
    .where('token_hash', '=', row.token_hash)
    .execute()
  return { subject, refreshToken: await issue(trx, tenant, subject, row.family, refreshDays) }
}

/** Ends the family of a token; nothing happens when there is none. */
export async function endSession(trx: TenantTransaction, tenant: string, token: string): Promise<void> {
  await trx
    .deleteFrom('refresh_tokens')
    .where('tenant_id', '=', tenant)
    .where('family', 'in', (query) =>
      query
        .selectFrom('refresh_tokens')
        .select('family')
        .where('tenant_id', '=', tenant)
        .where('token_hash', '=', hashToken(token)),
    )
    .execute()
}

/** The tenant is part of the token, so that row-level security holds from the first query on. */
export function tenantOfToken(token: string): string {
  const match = /^([a-z0-9-]{1,63})\.[A-Za-z0-9_-]{43}$/.exec(token)
  if (!match) throw invalid()
  return match[1]!
}

export const invalid = () => new ApiError('refresh-token-invalid', 'the refresh token does not count; sign in again')

async function issue(
  trx: TenantTransaction,
  tenant: string,
  { kind, id }: Subject,
  family: string,
  refreshDays: number,
): Promise<string> {
  const token = `${tenant}.${randomBytes(32).toString('base64url')}`
  await trx
    .insertInto('refresh_tokens')
    .values({
      tenant_id: tenant,
      token_hash: hashToken(token),
      family,
      kind,
      subject: id,
      expires_at: new Date(Date.now() + refreshDays * 86_400_000),
      used_at: null,
    })
    .execute()
  return token
}

async function findSubject(
  trx: TenantTransaction,
  tenant: string,
  kind: Subject['kind'],
  id: string,
): Promise<Subject | null> {
  if (kind === 'terminal') {
    const terminal = await trx
      .selectFrom('terminals')
      .select(['id', 'name'])
      .where('tenant_id', '=', tenant)
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    return terminal ? { kind, ...terminal, role: 'terminal' } : null
  }
  const person = await trx
    .selectFrom('staff')
    .select(['id', 'name', 'role'])
    .where('tenant_id', '=', tenant)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return person ? { kind, ...person } : null
}

/** The token is long and random: a plain hash is enough. */
const hashToken = (token: string) => createHash('sha256').update(token).digest()
