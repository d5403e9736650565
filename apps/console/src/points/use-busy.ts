import { useEffect, useEffectEvent } from 'react'
import type { Sending } from './sender.ts'

/** Whether the answer to a change is outstanding; whoever is around it is told, and leaves it alone until it is there. */
export function useBusy({ state }: Sending<unknown>, onBusy: (busy: boolean) => void): boolean {
  const busy = state === 'sending' || state === 'unknown'
  const tell = useEffectEvent(onBusy)
  useEffect(() => tell(busy), [busy])
  return busy
}
