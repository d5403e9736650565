import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { ApiError } from '../errors.ts'
import type { Role } from '../http/app-types.ts'
import type { RefreshToken, RefreshTokens } from './refresh-tokens.ts'

/** Whoever can sign in with something of their own: a person who works there, a till, a customer. */
export type Subject = {
  readonly kind: RefreshToken['kind']
  readonly id: string
  readonly name: string
  readonly role: Role
}

/** Whose a refresh token is. */
export type TokenOwner = { readonly tenant: string } | { readonly customer: string }

/**
 * A refresh token may be used again this long after its first use: the answer may have been lost on the way. Later it means
 * that somebody copied it.
 */
const REUSE_MS = 30_000

/** Hands out the first refresh token of a new family. */
export function startSession(tokens: RefreshTokens, subject: Subject, refreshDays: number): Promise<string> {
  return issue(tokens, subject, randomUUID(), refreshDays)
}

/**
 * Uses a refresh token: gives the subject that it speaks for, as they are now, and the token that replaces it.
 *
 * @param findSubject null when they are not there any more
 * @throws ApiError refresh-token-invalid when it is unknown, expired or used before; the last ends every token of its
 *   family, the thief's and the owner's alike (RFC 9700, section 4.14.2)
 */
export async function continueSession(
  tokens: RefreshTokens,
  token: string,
  findSubject: (kind: Subject['kind'], id: string) => Promise<Subject | null>,
  refreshDays: number,
): Promise<{ subject: Subject; refreshToken: string } | 'reused'> {
  const now = new Date()
  const row = await tokens.find(hashToken(token))
  if (!row || row.expires_at <= now) throw invalid()
  if (row.used_at && now.getTime() - row.used_at.getTime() > REUSE_MS) {
    await tokens.endFamily(row.family)
    return 'reused'
  }
  const subject = await findSubject(row.kind, row.subject)
  if (!subject) throw invalid()
  await tokens.markUsed(row.token_hash, row.used_at ?? now)
  return { subject, refreshToken: await issue(tokens, subject, row.family, refreshDays) }
}

/** Ends the family of a token; nothing happens when there is none. */
export async function endSession(tokens: RefreshTokens, token: string): Promise<void> {
  const row = await tokens.find(hashToken(token))
  if (row) await tokens.endFamily(row.family)
}

/** The owner is part of the token. @throws ApiError refresh-token-invalid when it has not the form of one */
export function ownerOfToken(token: string): TokenOwner {
  const match = /^(?:~(?<customer>[0-9a-f-]{36})|(?<tenant>[a-z0-9-]{1,63}))\.[A-Za-z0-9_-]{43}$/.exec(token)
  const { customer, tenant } = match?.groups ?? {}
  if (customer !== undefined) return { customer }
  if (tenant !== undefined) return { tenant }
  throw invalid()
}

export const invalid = () => new ApiError('refresh-token-invalid', 'the refresh token does not count; sign in again')

async function issue(
  tokens: RefreshTokens,
  { kind, id }: Subject,
  family: string,
  refreshDays: number,
): Promise<string> {
  const token = `${tokens.prefix}.${randomBytes(32).toString('base64url')}`
  await tokens.insert({
    token_hash: hashToken(token),
    family,
    kind,
    subject: id,
    expires_at: new Date(Date.now() + refreshDays * 86_400_000),
    used_at: null,
  })
  return token
}

/** The token is long and random: a plain hash is enough. */
const hashToken = (token: string) => createHash('sha256').update(token).digest()
