import { calculateJwkThumbprint, importJWK, SignJWT, type CryptoKey, type JWK } from 'jose'
import { Random } from '../../scripts/random.ts'
import type { OwnTime } from './own-time.ts'

/** Signs people in at consoles and telephones, as an identity provider that shares the platform's key would. */
export type TokenProvider = {
  /** A token of an owner; it lives a few seconds of our own time, so that tokens run out in the middle of everything. */
  issue(tenant: string): Promise<string>
  /** The same of a customer. */
  issueCustomer(customerId: string): Promise<string>
  /** Issues nothing while true. */
  away: boolean
}

/** Long enough that no client, whose clock runs fast, takes a fresh token for one that was refused at once. */
const LIFE_SECONDS = { min: 4, max: 9 }

export async function openTokenProvider(signingKey: string, seed: number, time: OwnTime): Promise<TokenProvider> {
  const random = new Random(seed)
  const jwk = JSON.parse(signingKey) as JWK
  const key = (await importJWK(jwk, 'EdDSA')) as CryptoKey
  const kid = await calculateJwkThumbprint({ kty: jwk.kty!, crv: jwk.crv!, x: jwk.x! })
  async function sign(subject: string, claims: Record<string, string>): Promise<string> {
    if (provider.away) throw new Error('nobody can sign in right now')
    const nowSeconds = Math.floor(Date.now() / 1000)
    const lifeSeconds = Math.ceil(random.int(LIFE_SECONDS.min, LIFE_SECONDS.max) * time.slowness())
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', kid })
      .setSubject(subject)
      .setIssuer('loyalty-live')
      .setAudience('loyalty-live')
      .setIssuedAt(nowSeconds)
      .setExpirationTime(nowSeconds + lifeSeconds)
      .sign(key)
  }

  const provider: TokenProvider = {
    away: false,
    issue: (tenant) => sign(`owner-of-${tenant}`, { tenant, role: 'owner', name: 'Olive Owner' }),
    issueCustomer: (customerId) => sign(customerId, { role: 'customer', name: 'Carla Customer' }),
  }
  return provider
}
