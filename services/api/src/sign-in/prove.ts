import type { FastifyReply } from 'fastify'
import { ApiError } from '../errors.ts'
import { createFailedAttempts } from './failed-attempts.ts'

/** What an account, or an address, may fail at in a minute, in attempts of one account at one address. */
const FAILURES_FACTOR = 5

/**
 * Finds out who it is, unless too many have failed lately under these keys; that nobody is found is a failure.
 *
 * @throws ApiError rate-limited, sign-in-failed
 */
export type Prove = <T>(keys: readonly string[], reply: FastifyReply, find: () => Promise<T | undefined>) => Promise<T>

export function createProver(attemptsPerMinute: number): Prove {
  const failures = createFailedAttempts(FAILURES_FACTOR * attemptsPerMinute)
  return async (keys, reply, find) => {
    const waitSeconds = failures.waitSeconds(keys)
    if (waitSeconds > 0) {
      void reply.headers({ 'retry-after': waitSeconds, 'ratelimit-remaining': 0, 'ratelimit-reset': waitSeconds })
      throw new ApiError('rate-limited', `too many sign-ins have failed; try again in ${waitSeconds} s`)
    }
    const found = await find()
    if (found !== undefined) return found
    failures.count(keys)
    throw new ApiError('sign-in-failed', 'these credentials do not fit')
  }
}
