import type { QrCode } from '../shapes.ts'

/** When a code is to be replaced and when it must be gone, by the clock of this device, in milliseconds since 1970. */
export type CodeTime = {
  readonly gotAtMs: number
  readonly renewAtMs: number
  readonly goneAtMs: number
  /** How long a code that comes in time stays. */
  readonly slotMs: number
}

/** Gone a little before it ends: a till needs a moment to read and send it. */
const SPARE_MS = 2_000

/**
 * A code rotates with the server's clock, and this device's may be wrong. The server says both when to ask again and until when the code
 * counts; whatever the clock here says, the code has counted since it came, and counts as long as lies between the two. So a
 * time to renew that is past, or further away than that, is not believed.
 */
export function timeOf({ refreshAt, expiresAt }: Pick<QrCode, 'refreshAt' | 'expiresAt'>, nowMs: number): CodeTime {
  const slotMs = Date.parse(expiresAt) - Date.parse(refreshAt)
  const untilRenewalMs = Date.parse(refreshAt) - nowMs
  const isRight = untilRenewalMs > 0 && untilRenewalMs <= slotMs
  const renewAtMs = nowMs + (isRight ? untilRenewalMs : slotMs - SPARE_MS)
  const goneAtMs = isRight ? Date.parse(expiresAt) - SPARE_MS : renewAtMs
  return { gotAtMs: nowMs, renewAtMs, goneAtMs, slotMs }
}
