import type { ScanAnswer } from '../api/shapes.ts'
import type { PointsSender, Sending } from '../points/sender.ts'
import { usePointsSender } from '../points/use-points-sender.ts'

/** Beside the code: what a till may choose. */
export type ScanChoices = { readonly programId?: string; readonly points?: number }

export type Scanning = {
  readonly sending: Sending<ScanAnswer>
  readonly sender: PointsSender<ScanAnswer>
  /** One code, one intention, one idempotency key. False: it is the one of which the outcome is on the screen. */
  scan(qr: string, choices?: ScanChoices): boolean
}

/** Sends customers' codes, each of which counts once. */
export function useScan(onDone?: (answer: ScanAnswer) => void): Scanning {
  const { sender, sending } = usePointsSender(onDone)
  return {
    sender,
    sending,
    scan(qr, choices = {}) {
      // A scanner that reads a code twice means it once, and what the first reading did is still on the screen.
      if (sending.state === 'done' && sending.request.body['qr'] === qr) return false
      sender.send({ path: '/api/admin/qr-scans', body: { qr, ...choices } })
      return true
    },
  }
}
