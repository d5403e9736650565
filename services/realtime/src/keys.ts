import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose'

/**
 * A key that was taken out of the set is still accepted for this long, or until a token names one that is not in it.
 */
const CACHE_MS = 600_000
/** At most one fetch in this time for tokens that name unknown keys: enough for a rotation, too slow for mischief. */
const COOLDOWN_MS = 5000
const TIMEOUT_MS = 3000

/**
 * The keys of a JWK Set (RFC 7517) at `url`: fetched when first needed, every 10 minutes, and when a token names a key
 * that is not known. While they cannot be fetched the last known ones go on proving tokens, so that an API that is down
 * locks nobody out.
 *
 * Rejects with what `isKeyVerdict` recognises when the set has no such key, with anything else when nobody could tell.
 */
export function remoteKeys(url: string): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: CACHE_MS,
    cooldownDuration: COOLDOWN_MS,
    timeoutDuration: TIMEOUT_MS,
  })
  return async (header, token) => {
    try {
      return await remote(header, token)
    } catch (error) {
      const lastKnown = remote.jwks()
      if (isKeyVerdict(error) || !lastKnown) throw error
      // That an old set lacks a key says nothing: the key may be new. What counts then is that the fetch failed.
      return createLocalJWKSet(lastKnown)(header, token).catch(() => Promise.reject(error))
    }
  }
}

/** Whether a failed look-up says something about the token, as opposed to the look-up. */
export function isKeyVerdict(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  )
}
