import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  createRemoteJWKSet,
  importJWK,
  SignJWT,
  type CryptoKey,
  type JSONWebKeySet,
  type JWK,
  type JWTVerifyGetKey,
} from 'jose'
import type { Config, Jwk } from '../../config.ts'

/**
 * What an outside provider may sign with. Asymmetric only: a verifier that also took HS256 could be fed its own public key as
 * the secret (RFC 8725, section 3.1).
 */
const OUTSIDE_ALGORITHMS = ['EdDSA', 'ES256', 'RS256', 'PS256']

/** Who proves tokens, and, when that is us, who signs them. */
export type KeyRing = {
  /** What a token may be signed with; nothing in the token widens it. */
  readonly algorithms: readonly string[]
  /** Finds the public key of a token. */
  readonly publicKey: JWTVerifyGetKey
  /** What /.well-known/jwks.json shows. Empty when an outside provider signs. */
  readonly jwks: JSONWebKeySet
  /** Signs the claims; absent when an outside provider signs. */
  readonly sign?: (claims: SignedClaims) => Promise<string>
}

type SignedClaims = {
  readonly subject: string
  /** Absent for a customer, who is of none. */
  readonly tenant?: string | undefined
  readonly role: string
  readonly name: string
  readonly issuedAt: Date
  readonly expiresAt: Date
}

/** Reads our private keys (the first signs, all of them prove), or points at the provider's. */
export async function openKeyRing({ keys, issuer, audience }: Config['auth']): Promise<KeyRing> {
  if ('jwksUrl' in keys) {
    return {
      algorithms: OUTSIDE_ALGORITHMS,
      publicKey: createRemoteJWKSet(new URL(keys.jwksUrl)),
      jwks: { keys: [] },
    }
  }
  const jwks = { keys: await Promise.all(keys.own.map(publicPart)) }
  const first = jwks.keys[0]!
  const secret = (await importJWK(keys.own[0]! as JWK, 'EdDSA')) as CryptoKey
  return {
    algorithms: ['EdDSA'],
    publicKey: createLocalJWKSet(jwks),
    jwks,
    sign: ({ subject, tenant, role, name, issuedAt, expiresAt }) =>
      new SignJWT({ tenant, role, name })
        .setProtectedHeader({ alg: 'EdDSA', kid: first.kid! })
        .setSubject(subject)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .sign(secret),
  }
}

/** The public half, named by its thumbprint (RFC 7638) unless it has a name. */
async function publicPart({ kty, crv, x, kid }: Jwk): Promise<JWK> {
  const key: JWK = { kty, crv, x }
  return { ...key, kid: typeof kid === 'string' ? kid : await calculateJwkThumbprint(key), use: 'sig', alg: 'EdDSA' }
}
