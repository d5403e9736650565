import { createHmac, hkdfSync, randomInt } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'
import type { CustomerCodeSender } from './code-sender.ts'

export const CODE_SECONDS = 600
const DIGITS = 6
const ATTEMPTS_MAX = 5
/** Sent to one phone: with five tries each, 25 guesses an hour at a million codes. */
const SENT_PER_HOUR_MAX = 5

export type CustomerCodes = {
  /**
   * Sends a new code to a phone, known or not: only the right code tells whether anybody is known by it.
   *
   * @returns 0, or the seconds to wait when too many were sent to this phone lately, and none is
   * @throws ApiError code-not-sent
   */
  send(phone: string): Promise<number>
  /** Uses a code: gives the customer, made now if the phone was of nobody; undefined when the code does not fit. */
  take(phone: string, code: string, name: string | undefined): Promise<{ id: string; name: string } | undefined>
}

/**
 * One-time codes of customers. Kept as an HMAC: a million codes are hashed in a second, so that a plain hash in a backup would
 * be the code itself.
 *
 * @param secrets what the key is derived from: the first one. A rotation ends the codes that are under way, of ten minutes
 */
export function createCustomerCodes(db: Db, secrets: readonly string[], sender: CustomerCodeSender): CustomerCodes {
  const key = Buffer.from(hkdfSync('sha256', secrets[0]!, '', 'loyalty-live customer code', 32))
  const hashOf = (phone: string, code: string) => createHmac('sha256', key).update(`${phone} ${code}`).digest()

  return {
    async send(phone) {
      const code = String(randomInt(10 ** DIGITS)).padStart(DIGITS, '0')
      const expiresAt = new Date(Date.now() + CODE_SECONDS * 1000)
      const { rows } = await sql<{ wait_seconds: number }>`
        select put_customer_code(${phone}, ${hashOf(phone, code)}, ${expiresAt}, ${SENT_PER_HOUR_MAX}) as wait_seconds`.execute(
        db.query,
      )
      const waitSeconds = rows[0]!.wait_seconds
      if (waitSeconds === 0) await sender({ phone, code, expiresAt })
      return waitSeconds
    },
    async take(phone, code, name) {
      const { rows } = await sql<{ id: string; name: string }>`
        select id, name from take_customer_code(${phone}, ${hashOf(phone, code)}, ${name ?? null}, ${ATTEMPTS_MAX})`.execute(
        db.query,
      )
      return rows[0]
    },
  }
}
