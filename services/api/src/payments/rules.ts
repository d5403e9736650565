import type { Asked } from './provider.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** Starting it takes seconds: what the provider does not know of by then was never started. */
const STARTED_WITHIN_MS = 15 * MINUTE_MS
/** Paystack calls a payment abandoned while its payer is still looking for the card; after a day nobody comes back. */
const LEFT_AFTER_MS = 24 * HOUR_MS
/** As long as Paystack repeats a callback. */
const GIVEN_UP_AFTER_MS = 72 * HOUR_MS

/**
 * Why a payment that is open is given up, or null: it is asked about again. Giving up only ends the asking: should it be paid after
 * all, that counts.
 *
 * @param asked what the provider said just now; null when it cannot be asked
 */
export function giveUp(asked: Asked | null, createdAt: Date, now: Date): 'never-started' | 'abandoned' | null {
  const ageMs = now.getTime() - createdAt.getTime()
  if (asked?.kind === 'fact') return null
  if (asked?.kind === 'absent' && ageMs > STARTED_WITHIN_MS) return 'never-started'
  if (asked?.kind === 'left' && ageMs > LEFT_AFTER_MS) return 'abandoned'
  return ageMs > GIVEN_UP_AFTER_MS ? 'abandoned' : null
}
