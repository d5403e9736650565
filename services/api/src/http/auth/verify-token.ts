import type { Actor } from '@loyalty-live/events'
import { errors, jwtVerify } from 'jose'
import { z } from 'zod'
import { fields } from '@loyalty-live/events'
import { ApiError } from '../../errors.ts'
import type { Caller, Role } from '../app-types.ts'
import type { KeyRing } from './signing-keys.ts'

const CACHE_TOKENS_MAX = 10_000

const claims = z.object({
  sub: z.string().min(1).max(200),
  tenant: fields.tenantId.optional(),
  role: z.enum(['owner', 'admin', 'cashier', 'terminal', 'customer', 'service']),
  name: z.string().min(1).max(200).optional(),
  exp: z.number(),
})

export type TokenVerifier = (token: string) => Promise<Caller>

/**
 * Makes a function that proves a token and says who it speaks for. A token that was proved is remembered until it expires:
 * a till sends the same one thousands of times.
 *
 * @throws ApiError token-invalid, token-expired
 */
export function tokenVerifier(keyRing: KeyRing, expected: { issuer: string; audience: string }): TokenVerifier {
  const proved = new Map<string, { caller: Caller; expiresAt: number }>()
  return async (token) => {
    const known = proved.get(token)
    if (known && known.expiresAt > Date.now()) return known.caller
    const { caller, expiresAt } = await prove(token, keyRing, expected)
    if (proved.size >= CACHE_TOKENS_MAX) proved.delete(proved.keys().next().value!)
    proved.set(token, { caller, expiresAt })
    return caller
  }
}

async function prove(token: string, keyRing: KeyRing, expected: { issuer: string; audience: string }) {
  try {
    const { payload } = await jwtVerify(token, keyRing.publicKey, { ...expected, algorithms: [...keyRing.algorithms] })
    const { sub, tenant, role, name, exp } = claims.parse(payload)
    if (tenant === undefined && role !== 'customer') throw new ApiError('token-invalid', 'the token names no tenant')
    if (role === 'customer' && !z.uuid().safeParse(sub).success) {
      throw new ApiError('token-invalid', 'the subject of a customer’s token must be the id of the customer')
    }
    const actor: Actor = { type: actorType(role), id: sub, name: name ?? null }
    return { caller: { tenant: tenant ?? '', subject: sub, role, actor }, expiresAt: exp * 1000 }
  } catch (error) {
    if (error instanceof ApiError) throw error
    if (error instanceof errors.JWTExpired) throw new ApiError('token-expired', 'the token has expired; refresh it')
    throw new ApiError('token-invalid', 'the token does not verify; sign in again', {}, error)
  }
}

function actorType(role: Role): Actor['type'] {
  switch (role) {
    case 'owner':
    case 'admin':
    case 'cashier':
      return 'staff'
    case 'terminal':
    case 'customer':
    case 'service':
      return role
  }
}
