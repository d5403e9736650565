import { useEffect, useEffectEvent, useState, useSyncExternalStore } from 'react'
import type { PointsChange } from '../api/shapes.ts'
import { useAfterWrite } from '../live/use-after-write.ts'
import { useSession } from '../session/use-session.tsx'
import { createPointsSender, type PointsSender, type Sending } from './sender.ts'

/** A sender of this component's own, and where it stands. The page asks before it is closed on an unknown answer. */
export function usePointsSender<Answer = PointsChange>(
  onDone?: (change: Answer) => void,
): { sender: PointsSender<Answer>; sending: Sending<Answer> } {
  const { ask } = useSession()
  const afterWrite = useAfterWrite()
  const tell = useEffectEvent((change: Answer) => {
    void afterWrite()
    onDone?.(change)
  })
  const [latest] = useState<{ tell: ((change: Answer) => void) | null }>({ tell: null })
  const [sender] = useState(() => createPointsSender<Answer>({ ask, onDone: (change) => latest.tell?.(change) }))
  const sending = useSyncExternalStore(sender.subscribe, () => sender.sending)
  const open = sending.state === 'sending' || sending.state === 'unknown'

  useEffect(() => {
    latest.tell = (change) => tell(change)
    return () => {
      latest.tell = null
    }
  }, [latest])

  useEffect(() => {
    if (!open) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [open])

  return { sender, sending }
}
