import type { QrCode } from '../shapes.ts'

/** When a code is to be replaced and when it must be gone, by the clock of this device, in milliseconds since 1970. */
export type CodeTime = {
  readonly askedAtMs: number
  readonly renewAtMs: number
  readonly goneAtMs: number
  /** How long a code stays that comes at the beginning of its time. */
  readonly slotMs: number
}

/** Gone a little before it ends: a till needs a moment to read and send it. */
const SPARE_MS = 2_000

/** Only what lies between the server's times counts, from when it was asked: the clock of this device may be wrong, and answers take time. */
export function timeOf(code: Pick<QrCode, 'issuedAt' | 'refreshAt' | 'expiresAt'>, askedAtMs: number): CodeTime {
  const [issuedMs, refreshMs, expiryMs] = [code.issuedAt, code.refreshAt, code.expiresAt].map(Date.parse) as [
    number,
    number,
    number,
  ]
  return {
    askedAtMs,
    renewAtMs: askedAtMs + refreshMs - issuedMs,
    goneAtMs: askedAtMs + expiryMs - issuedMs - SPARE_MS,
    slotMs: expiryMs - refreshMs,
  }
}
