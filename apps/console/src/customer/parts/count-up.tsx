import { useEffect, useRef, useState } from 'react'
import { useFormat } from '../words/language.tsx'

const COUNTING_MS = 700

/** A figure that counts from what it was to what it is; at once for those who want nothing to move. */
export function CountUp({ value }: { value: number }) {
  const format = useFormat()
  const [shown, setShown] = useState(value)
  const from = useRef(value)

  useEffect(() => {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      from.current = value
      return setShown(value)
    }
    const start = from.current
    const startedAt = performance.now()
    let frame = requestAnimationFrame(step)
    function step(now: number): void {
      const part = Math.min(1, Math.max(0, (now - startedAt) / COUNTING_MS))
      from.current = Math.round(start + (value - start) * (1 - (1 - part) ** 3))
      setShown(from.current)
      if (part < 1) frame = requestAnimationFrame(step)
    }
    return () => cancelAnimationFrame(frame)
  }, [value])

  return <>{format.number(shown)}</>
}
