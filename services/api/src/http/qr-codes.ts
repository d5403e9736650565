import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { ApiError } from '../errors.ts'

/** A code rotates this often, and counts a slot longer: for slow hands, and clocks of two machines that disagree. */
const SLOT_MS = 30_000

/** customer 16 · slot 4 · nonce 12 · tag 16 */
const SIGNED_BYTES = 32
const BYTES = SIGNED_BYTES + 16

/** The nonce, in hex, is what makes a code good for one scan. */
type ScannedCode = {
  readonly customerId: string
  readonly nonce: string
  /** Whether it is too old, or of a clock that is ahead. */
  readonly expired: boolean
}

export type QrCodes = {
  /** What a customer's screen shows now, when it is to ask for the next one, and until when this one counts. */
  issue(customerId: string): {
    readonly qr: string
    readonly issuedAt: Date
    readonly refreshAt: Date
    readonly expiresAt: Date
  }
  /** @throws ApiError qr-invalid */
  read(qr: string): ScannedCode
}

/**
 * Customers' QR codes: who, when and a nonce, with a truncated HMAC-SHA256 (RFC 2104, section 5), as 64 characters: small
 * enough for a cheap scanner.
 *
 * @param secrets what the keys are derived from; the first signs, all of them prove
 */
export function createQrCodes(secrets: readonly string[], nowMs: () => number = Date.now): QrCodes {
  const keys = secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', 'loyalty-live qr', 32)))
  const slotNow = () => Math.floor(nowMs() / SLOT_MS)

  return {
    issue(customerId) {
      const issuedAt = new Date(nowMs())
      const slot = Math.floor(issuedAt.getTime() / SLOT_MS)
      const signed = Buffer.alloc(SIGNED_BYTES)
      signed.write(customerId.replaceAll('-', ''), 'hex')
      signed.writeUInt32BE(slot, 16)
      randomBytes(12).copy(signed, 20)
      return {
        qr: Buffer.concat([signed, tagOf(keys[0]!, signed)]).toString('base64url'),
        issuedAt,
        refreshAt: new Date((slot + 1) * SLOT_MS),
        expiresAt: new Date((slot + 2) * SLOT_MS),
      }
    },
    read(qr) {
      const code = Buffer.from(qr, 'base64url')
      const signed = code.subarray(0, SIGNED_BYTES)
      const tag = code.subarray(SIGNED_BYTES)
      // Compared as text too: base64 decodes what it cannot read, and one code must not have two spellings.
      const ours = code.length === BYTES && code.toString('base64url') === qr
      if (!ours || !keys.some((key) => timingSafeEqual(tagOf(key, signed), tag))) {
        const message = 'is not a code that was made here'
        throw new ApiError('qr-invalid', `body.qr: ${message}`, { errors: [{ field: 'body.qr', message }] })
      }
      const id = signed.toString('hex', 0, 16)
      return {
        customerId: id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
        nonce: signed.toString('hex', 20),
        expired: Math.abs(slotNow() - signed.readUInt32BE(16)) > 1,
      }
    },
  }
}

const tagOf = (key: Buffer, signed: Buffer) => createHmac('sha256', key).update(signed).digest().subarray(0, 16)
