import { fields, type ConnectErrorCode } from '@loyalty-live/events'
import { errors, jwtVerify, type JWTVerifyGetKey } from 'jose'
import { z } from 'zod'
import { isKeyVerdict } from './keys.ts'
import { customerRoom, tenantRoom, type RoomPlace } from './rooms.ts'

/** Who a token stands for, and the room that follows from it. */
export type Identity = {
  readonly subject: string
  /** Null for customers, who belong to none. */
  readonly tenant: string | null
  readonly room: RoomPlace
  readonly expiresAtMs: number
}

/** Why a socket is turned away. Its message is the code, as Socket.IO sends it. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: ConnectErrorCode
  readonly detail: string

  constructor(code: ConnectErrorCode, detail: string) {
    super(code)
    this.code = code
    this.detail = detail
  }
}

export type VerifyToken = (token: string) => Promise<Identity>

const ROLES = ['owner', 'admin', 'cashier', 'terminal', 'service', 'customer']

/** The end of the year 9999: what comes later has no ISO 8601 form of the usual width. */
const LATEST_SECONDS = 253_402_300_799

const claims = z.object({
  sub: z.string().min(1).max(200),
  exp: z.number().positive().max(LATEST_SECONDS),
  role: z.string(),
  tenant: fields.tenantId.nullish(),
})

/**
 * Asymmetric only: a public key taken for an HMAC secret is how JWT verification is usually broken (RFC 8725, section
 * 2.1).
 */
const ALGORITHMS = ['EdDSA', 'Ed25519', 'ES256', 'ES384', 'RS256', 'PS256']

/** For `nbf` and `iat` of an issuer whose clock is a little ahead. Expiry has no tolerance. */
const CLOCK_TOLERANCE_SECONDS = 5

/**
 * Makes the check of tokens (JWT, RFC 7519): signature by a known key, issuer, audience, expiry, claims, role.
 *
 * The check rejects with a Refusal: `token-invalid`, `token-expired`, `keys-unavailable`, `role-not-allowed`,
 * `wrong-tenant` (a token of staff without a tenant).
 */
export function createTokenVerifier(
  keys: JWTVerifyGetKey,
  expected: { readonly issuer: string; readonly audience: string },
  nowMs: () => number,
): VerifyToken {
  const lookUp = separateFaults(keys)
  return async (token) => {
    const payload = await verify(token, lookUp, {
      ...expected,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(nowMs()),
    })
    const parsed = claims.safeParse(payload)
    if (!parsed.success) {
      const issue = parsed.error.issues[0]!
      throw new Refusal('token-invalid', `The token's claim ${issue.path.join('.')} is not as it should be.`)
    }
    const { sub, exp, role, tenant } = parsed.data
    if (exp * 1000 <= nowMs()) throw new Refusal('token-expired', 'The token has expired.')
    if (!ROLES.includes(role)) throw new Refusal('role-not-allowed', `The role must be one of ${ROLES.join(', ')}.`)
    const expiresAtMs = exp * 1000
    if (role === 'customer') return { subject: sub, tenant: null, room: customerRoom(sub), expiresAtMs }
    if (!tenant) throw new Refusal('wrong-tenant', `A token of role ${role} must name its tenant.`)
    return { subject: sub, tenant, room: tenantRoom(tenant), expiresAtMs }
  }
}

async function verify(token: string, keys: JWTVerifyGetKey, options: Parameters<typeof jwtVerify>[2]) {
  try {
    return (await jwtVerify(token, keys, options)).payload
  } catch (error) {
    if (error instanceof Refusal) throw error
    if (error instanceof errors.JWTExpired) throw new Refusal('token-expired', 'The token has expired.')
    // jose's messages name the claim or the header that was wrong, never the token.
    if (error instanceof errors.JOSEError)
      throw new Refusal('token-invalid', `The token was refused: ${error.message}.`)
    throw error
  }
}

/** A failure to look keys up must not read as a verdict on the token: the one passes, the other does not. */
function separateFaults(keys: JWTVerifyGetKey): JWTVerifyGetKey {
  return async (header, token) => {
    try {
      return await keys(header, token)
    } catch (error) {
      if (isKeyVerdict(error)) throw error
      throw new Refusal('keys-unavailable', 'The keys that prove tokens cannot be fetched right now.')
    }
  }
}
