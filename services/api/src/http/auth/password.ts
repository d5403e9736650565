import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { ApiError } from '../../errors.ts'

const derive = promisify(argon2)

/** Argon2id with the parameters that OWASP asks for at least: 19 MiB, two passes, one lane. About 40 ms. */
const PARAMETERS = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 }
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/** Hashes a password as a PHC string, with a salt of its own. */
export async function hashPassword(password: string): Promise<string> {
  const { memory, passes, parallelism } = PARAMETERS
  const nonce = randomBytes(16)
  const tag = await derive('argon2id', { ...PARAMETERS, message: password, nonce })
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(nonce)}$${unpadded(tag)}`
}

/** Checks under way or waiting at once. They run on four threads: the last of so many waits some seconds. */
const CHECKS_MAX = 100

/**
 * Makes the check of passwords of a sign-in route.
 *
 * @param checksMax how many may be under way at once. Default 100
 * @throws ApiError overloaded beyond that: a check costs 40 ms of a core, and anybody may ask for one
 */
export function passwordChecker(
  checksMax = CHECKS_MAX,
): (password: string, hash: string | undefined) => Promise<boolean> {
  let underWay = 0
  return async (password, hash) => {
    if (underWay >= checksMax) throw new ApiError('overloaded', 'too many sign in right now; try again shortly')
    underWay++
    try {
      return await verifyPassword(password, hash)
    } finally {
      underWay--
    }
  }
}

/** Whether a password is the one that was hashed. Without a hash (nobody has that name) it takes as long and says no. */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  const match = PHC.exec(hash ?? NOBODY)!
  const [memory, passes, parallelism] = match.slice(1, 4).map(Number) as [number, number, number]
  const expected = Buffer.from(match[5]!, 'base64')
  const tag = await derive('argon2id', {
    memory,
    passes,
    parallelism,
    tagLength: expected.length,
    message: password,
    nonce: Buffer.from(match[4]!, 'base64'),
  })
  return timingSafeEqual(tag, expected) && hash !== undefined
}

const unpadded = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')

/** A hash that no password is checked against in earnest. */
const NOBODY = `$argon2id$v=19$m=${PARAMETERS.memory},t=${PARAMETERS.passes},p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`
