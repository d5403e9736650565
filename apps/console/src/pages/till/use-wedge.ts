import { useEffect, useEffectEvent } from 'react'
import { createWedgeReader } from './wedge.ts'

/** Calls `onScan` with every code that a wedge scanner types, wherever the focus is; its Enter presses nothing else. */
export function useWedge(onScan: (code: string) => void): void {
  const scanned = useEffectEvent(onScan)
  useEffect(() => {
    const read = createWedgeReader()
    const listen = (event: KeyboardEvent) => {
      const code = read(event.key, event.timeStamp)
      if (code === null) return
      event.preventDefault()
      event.stopPropagation()
      scanned(code)
    }
    document.addEventListener('keydown', listen, { capture: true })
    return () => document.removeEventListener('keydown', listen, { capture: true })
  }, [])
}
